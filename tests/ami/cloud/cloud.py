"""Stands for AWS where machines of tests boot: moto (EC2, SSM, Auto Scaling) under AWS's own names, and the metadata service.

Told by lines of JSON on standard input, each answered by one on standard output:

    {"start": {"address": "10.77.0.1", "metadata": "169.254.169.254", "certificate": "…", "key": "…", "region": "…"}}
    {"instance": {"address": "10.77.0.11", "tags": {"k": "v"}, "devices": ["/dev/sdf"], "group": "pool"}}  -> {"id": "i-…", "volumes": {"/dev/sdf": "vol-…"}}
    {"put": "/cos/x", "value": "v"}   {"delete": "/cos/x"}   {"health": "i-…"} -> {"health": "Unhealthy"}
"""

import json
import logging
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ[name] = "stand-in"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
# Its log of requests.
logging.getLogger("werkzeug").setLevel(logging.ERROR)

from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

# By address: what asks is known by it, as it is to EC2.
instances: dict[str, dict[str, str]] = {}


class Metadata(BaseHTTPRequestHandler):
    """IMDSv2, as far as nodes ask it."""

    token = "token-of-the-stand-in"

    def do_PUT(self) -> None:
        wanted = self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
        self.answer(200 if wanted else 400, self.token if wanted else "")

    def do_GET(self) -> None:
        if self.headers.get("X-aws-ec2-metadata-token") != self.token:
            self.answer(401, "")
            return
        found = instances.get(self.client_address[0], {}).get(self.path.removeprefix("/latest/meta-data/"))
        self.answer(404 if found is None else 200, found or "")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


class Cloud:
    region = ""

    def client(self, service: str) -> Any:
        import boto3

        return boto3.client(service, region_name=self.region, endpoint_url="http://127.0.0.1:5999")

    def start(self, address: str, metadata: str, certificate: str, key: str, region: str) -> dict[str, Any]:
        self.region = region
        application = DomainDispatcherApplication(create_backend_app)
        servers = [
            make_server(address, 443, application, threaded=True, ssl_context=(certificate, key)),
            make_server("127.0.0.1", 5999, application, threaded=True),
            ThreadingHTTPServer((metadata, 80), Metadata),
        ]
        for server in servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
        self.subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.0.0/24")["Subnet"]["SubnetId"]
        self.image = ec2.register_image(Name="cos", RootDeviceName="/dev/xvda")["ImageId"]
        return {}

    def instance(self, address: str, tags: dict[str, str], devices: list[str], group: str | None = None) -> dict[str, Any]:
        ec2 = self.client("ec2")
        made = ec2.run_instances(
            ImageId=self.image,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnet,
            PrivateIpAddress=address,
            BlockDeviceMappings=[{"DeviceName": device, "Ebs": {"VolumeSize": 1}} for device in devices],
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in {"Name": address, **tags}.items()]}],
        )["Instances"][0]
        described = ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]
        if group is not None:
            scaling = self.client("autoscaling")
            scaling.create_auto_scaling_group(
                AutoScalingGroupName=group, InstanceId=made["InstanceId"], MinSize=0, MaxSize=3, DesiredCapacity=0, VPCZoneIdentifier=self.subnet
            )
            scaling.attach_instances(AutoScalingGroupName=group, InstanceIds=[made["InstanceId"]])
        instances[address] = {
            "instance-id": made["InstanceId"],
            "instance-type": "t3.micro",
            "instance-life-cycle": "spot",
            "placement/region": self.region,
            "placement/availability-zone": f"{self.region}a",
            "services/domain": "amazonaws.com",
            "iam/security-credentials/": "node",
            "iam/security-credentials/node": json.dumps(
                {
                    "Code": "Success",
                    "Type": "AWS-HMAC",
                    "AccessKeyId": "ASIASTANDIN",
                    "SecretAccessKey": "stand-in",
                    "Token": "stand-in",
                    "LastUpdated": "2026-01-01T00:00:00Z",
                    "Expiration": "2099-01-01T00:00:00Z",
                }
            ),
        }
        return {
            "id": made["InstanceId"],
            "volumes": {m["DeviceName"]: m["Ebs"]["VolumeId"] for m in described["BlockDeviceMappings"]},
        }

    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        if "start" in request:
            return self.start(**request["start"])
        if "instance" in request:
            return self.instance(**request["instance"])
        if "put" in request:
            self.client("ssm").put_parameter(Name=request["put"], Value=request["value"], Type="SecureString", Overwrite=True)
        elif "delete" in request:
            self.client("ssm").delete_parameter(Name=request["delete"])
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
