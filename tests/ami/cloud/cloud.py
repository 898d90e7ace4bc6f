"""Stands for AWS where machines of tests boot: moto (EC2, SSM, KMS, Auto Scaling) under AWS's own names, and the metadata service.

Told by lines of JSON on standard input, each answered by one on standard output:

    {"start": {"address": "10.77.0.1", "metadata": "169.254.169.254", "certificate": "…", "key": "…", "region": "…"}}
    {"instance": {"address": "10.77.0.11", "tags": {"k": "v"}, "devices": ["/dev/sdf"], "group": "pool"}}  -> {"id": "i-…", "volumes": {"/dev/sdf": "vol-…"}}
    {"wait": "i-…", "hook": "name", "state": "Terminated"}   {"lifecycle": "i-…"} -> {"done": false, "silent": 1.5}   (seconds since it was heard of)
    {"tell": "i-…", "path": "spot/instance-action", "text": "…"}   (no text takes it away)
    {"groups": [{"name": "g", "desired": 3, "zones": ["…"], "tags": {"k": "v"}, "instances": [{"id": "i-…", "zone": "…", "state": "InService"}]}]}   (what Auto Scaling says of them, whatever moto knows)
    {"orders": true} -> {"orders": [{"kind": "resize", "group": "g", "size": 4}, {"kind": "end", "id": "i-…", "shrink": true}]}   (asked for since)
    {"put": "/cos/x", "value": "v", "kmsKey": "arn:aws:kms:…"}   {"delete": "/cos/x"}   {"terminate": "i-…"}   {"health": "i-…"} -> {"health": "Unhealthy"}

An instance may have an "id", a "subnet" ({"vpc": CIDR, "cidr": CIDR, "zone": …}), "metadata" of its own, a "hopLimit" for tokens, and the
"policies" of its role, a list of documents, by which it may read parameters and use keys (see rights.py); without them it may all of that.
"""

import json
import logging
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ[name] = "stand-in"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
# Its log of requests.
logging.getLogger("werkzeug").setLevel(logging.ERROR)

import moto.ec2.models.instances as moto_instances  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.kms.models import kms_backends  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import rights  # noqa: E402
from scaling import Wait, groups, orders, waits  # noqa: E402

# By address: what asks is known by it, as it is to EC2.
instances: dict[str, dict[str, str]] = {}
# By address: over how many hops a token gets to what asks.
hop_limits: dict[str, int] = {}


class Metadata(BaseHTTPRequestHandler):
    """IMDSv2, as far as nodes ask it."""

    token = "token-of-the-stand-in"

    def do_PUT(self) -> None:
        limit = hop_limits.get(self.client_address[0])
        if limit is not None:
            # One hop is the router of the stand-in, which on EC2 is none.
            self.connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, limit + 1)
        seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") if self.path == "/latest/api/token" else None
        if seconds is None:
            self.answer(400, "")
        else:
            # AWS's own libraries take no token that does not say for how long.
            self.answer(200, self.token, {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": seconds})

    def do_GET(self) -> None:
        if self.headers.get("X-aws-ec2-metadata-token") != self.token:
            self.answer(401, "")
            return
        found = instances.get(self.client_address[0], {}).get(self.path.removeprefix("/latest/meta-data/"))
        self.answer(404 if found is None else 200, found or "")

    def answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


def access_key_of(id: str) -> str:
    """What an instance signs with."""
    return "ASIA" + id.removeprefix("i-").upper()


class Cloud:
    region = ""

    def __init__(self) -> None:
        self.vpcs: dict[str, str] = {}
        self.subnets: dict[str, str] = {}
        self.groups: set[str] = set()

    def client(self, service: str) -> Any:
        import boto3

        return boto3.client(service, region_name=self.region, endpoint_url="http://127.0.0.1:5999")

    def start(self, address: str, metadata: str, certificate: str, key: str, region: str) -> dict[str, Any]:
        self.region = region
        application = DomainDispatcherApplication(create_backend_app)
        guarded = rights.guarded(application, region, DEFAULT_ACCOUNT_ID)
        servers = [
            make_server(address, 443, guarded, threaded=True, ssl_context=(certificate, key)),
            make_server("127.0.0.1", 5999, application, threaded=True),
            ThreadingHTTPServer((metadata, 80), Metadata),
        ]
        for server in servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        ec2 = self.client("ec2")
        self.image = ec2.register_image(Name="cos", RootDeviceName="/dev/xvda")["ImageId"]
        return {}

    def subnet_of(self, vpc: str, cidr: str, zone: str | None = None) -> str:
        """ID of a subnet, made when it is needed."""
        ec2 = self.client("ec2")
        if vpc not in self.vpcs:
            self.vpcs[vpc] = ec2.create_vpc(CidrBlock=vpc)["Vpc"]["VpcId"]
        if cidr not in self.subnets:
            where = {"AvailabilityZone": zone} if zone else {}
            self.subnets[cidr] = ec2.create_subnet(VpcId=self.vpcs[vpc], CidrBlock=cidr, **where)["Subnet"]["SubnetId"]
        return self.subnets[cidr]

    def instance(
        self,
        address: str,
        tags: dict[str, str],
        devices: list[str],
        group: str | None = None,
        id: str | None = None,
        subnet: dict[str, str] | None = None,
        metadata: dict[str, str] | None = None,
        hopLimit: int | None = None,
        policies: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        ec2 = self.client("ec2")
        subnet_id = self.subnet_of(**(subnet or {"vpc": "10.77.0.0/16", "cidr": "10.77.0.0/24"}))
        original = moto_instances.random_instance_id
        if id is not None:
            moto_instances.random_instance_id = lambda: id
        try:
            made = self.launch(ec2, address, tags, devices, group, subnet_id, metadata or {}, hopLimit)
            if policies is not None:
                rights.policies_of[access_key_of(made["id"])] = policies
            return made
        finally:
            moto_instances.random_instance_id = original

    def launch(
        self,
        ec2: Any,
        address: str,
        tags: dict[str, str],
        devices: list[str],
        group: str | None,
        subnet_id: str,
        metadata: dict[str, str],
        hop_limit: int | None,
    ) -> dict[str, Any]:
        made = ec2.run_instances(
            ImageId=self.image,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet_id,
            PrivateIpAddress=address,
            BlockDeviceMappings=[{"DeviceName": device, "Ebs": {"VolumeSize": 1}} for device in devices],
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in {"Name": address, **tags}.items()]}],
        )["Instances"][0]
        described = ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]
        if group is not None:
            scaling = self.client("autoscaling")
            # What its API says of groups may be what was told.
            if group not in self.groups:
                self.groups.add(group)
                scaling.create_auto_scaling_group(
                    AutoScalingGroupName=group,
                    InstanceId=made["InstanceId"],
                    MinSize=0,
                    MaxSize=1000,
                    DesiredCapacity=0,
                    VPCZoneIdentifier=subnet_id,
                )
            scaling.attach_instances(AutoScalingGroupName=group, InstanceIds=[made["InstanceId"]])
        instances[address] = {
            "instance-id": made["InstanceId"],
            "instance-type": "t3.micro",
            "instance-life-cycle": "spot",
            "placement/region": self.region,
            "placement/availability-zone": f"{self.region}a",
            "services/domain": "amazonaws.com",
            "autoscaling/target-lifecycle-state": "InService",
            "iam/security-credentials/": "node",
            "iam/security-credentials/node": json.dumps(
                {
                    "Code": "Success",
                    "Type": "AWS-HMAC",
                    "AccessKeyId": access_key_of(made["InstanceId"]),
                    "SecretAccessKey": "stand-in",
                    "Token": "stand-in",
                    "LastUpdated": "2026-01-01T00:00:00Z",
                    "Expiration": "2099-01-01T00:00:00Z",
                }
            ),
            **metadata,
        }
        if hop_limit is not None:
            hop_limits[address] = hop_limit
        return {
            "id": made["InstanceId"],
            "volumes": {m["DeviceName"]: m["Ebs"]["VolumeId"] for m in described["BlockDeviceMappings"]},
        }

    def terminate(self, id: str) -> None:
        scaling = self.client("autoscaling")
        # Out of its group first, or moto would put another in its place.
        for found in scaling.describe_auto_scaling_instances(InstanceIds=[id])["AutoScalingInstances"]:
            scaling.detach_instances(
                AutoScalingGroupName=found["AutoScalingGroupName"], InstanceIds=[id], ShouldDecrementDesiredCapacity=True
            )
        self.client("ec2").terminate_instances(InstanceIds=[id])
        # An address is free for others then, which moto does not know.
        backend = ec2_backends[DEFAULT_ACCOUNT_ID][self.region]
        ended = backend.get_instance(id)
        backend.get_subnet(ended.subnet_id).del_subnet_ip(ended.private_ip)

    def key(self, arn: str) -> None:
        """Has KMS have a key of that ARN: instances may use it themselves."""
        backend, id = kms_backends[DEFAULT_ACCOUNT_ID][self.region], arn.rsplit("/", 1)[1]
        if id in backend.keys:
            return
        made = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
        del backend.keys[made.id]
        made.id, made.arn = id, arn
        backend.keys[id] = made

    def tell(self, id: str, path: str, text: str | None) -> None:
        """Has the metadata of an instance say something."""
        [found] = [metadata for metadata in instances.values() if metadata["instance-id"] == id]
        if text is None:
            found.pop(path, None)
        else:
            found[path] = text

    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        if "start" in request:
            return self.start(**request["start"])
        if "instance" in request:
            return self.instance(**request["instance"])
        if "put" in request:
            self.client("ssm").put_parameter(Name=request["put"], Value=request["value"], Type="SecureString", Overwrite=True)
            rights.keys.pop(request["put"], None)
            if request.get("kmsKey"):
                rights.keys[request["put"]] = request["kmsKey"]
                self.key(request["kmsKey"])
        elif "delete" in request:
            self.client("ssm").delete_parameter(Name=request["delete"])
        elif "terminate" in request:
            self.terminate(request["terminate"])
        elif "tell" in request:
            self.tell(request["tell"], request["path"], request.get("text"))
        elif "wait" in request:
            waits[request["wait"]] = Wait(request["hook"])
            self.tell(request["wait"], "autoscaling/target-lifecycle-state", request["state"])
        elif "lifecycle" in request:
            wait = waits[request["lifecycle"]]
            return {"done": wait.done, "silent": time.monotonic() - wait.heard}
        elif "groups" in request:
            groups.clear()
            groups.update({group["name"]: group for group in request["groups"]})
        elif "orders" in request:
            taken = orders.copy()
            del orders[: len(taken)]
            return {"orders": taken}
        elif "health" in request:
            found = self.client("autoscaling").describe_auto_scaling_instances(InstanceIds=[request["health"]])
            return {"health": found["AutoScalingInstances"][0]["HealthStatus"]}
        return {}


cloud = Cloud()
for line in sys.stdin:
    try:
        answer = cloud.handle(json.loads(line))
    except Exception as error:  # The test is told, whatever it is.
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
