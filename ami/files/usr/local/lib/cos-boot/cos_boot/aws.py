"""AWS, through botocore, with the rights of the node's role."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from typing import Any, NamedTuple

from .system import BootError, retried

#: What does not get better by waiting. Rights do: a role's policy takes some seconds to reach all of AWS.
LASTING = ("ParameterNotFound", "ValidationException", "ValidationError", "InvalidParameterValue", "InvalidInstanceID.Malformed")
#: The system's, kept up to date with it; botocore brings its own.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"

#: Key and value.
Tag = tuple[str, str]
#: The answer, or an error's message and code.
Outcome = tuple[Any, str, str]


class AwsError(Exception):
    """AWS has refused, or was not reached."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        #: AWS's code, such as ParameterNotFound; empty where AWS was not reached.
        self.code = code


class Refused(AwsError):
    """An error that stays."""


class Parameter(NamedTuple):
    """What an SSM parameter holds."""

    value: str
    #: Raised by each change of the value.
    version: int


class Aws:
    """The services of one region. Operations and their arguments are botocore's."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._kept: ProcessPoolExecutor | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Several requests are cheaper in here: they share a process, and what botocore has read in it."""
        try:
            with _process() as self._kept:
                yield
        finally:
            self._kept = None

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        """The answer to a request such as `("ec2", "describe_instances")`, tried again while that can help."""
        return retried(f"aws {service} {operation}", lambda: self.attempt(service, operation, **arguments), transient=AwsTransient)

    def attempt(self, service: str, operation: str, **arguments: Any) -> Any:
        """The answer to a request, for whoever has other things to do before it is tried again."""
        # In a process of its own, so that those that stay do not keep the 50 MiB that botocore takes.
        try:
            answer, message, code = self._submit(service, operation, arguments)
        except BrokenProcessPool:
            self._kept = None
            raise AwsTransient(f"aws {service} {operation}: its process was killed; is there too little memory?", "") from None
        if message:
            raise (Refused if code in LASTING else AwsTransient)(f"aws {service} {operation}: {message}", code)
        return answer

    def _submit(self, *request: Any) -> Outcome:
        if self._kept:
            return self._kept.submit(_ask, self.region, *request).result()
        with _process() as process:
            return process.submit(_ask, self.region, *request).result()

    def parameter(self, name: str) -> Parameter:
        """An SSM parameter, decrypted."""
        try:
            answer = self.call("ssm", "get_parameter", Name=name, WithDecryption=True)
        except Refused as error:
            if error.code == "ParameterNotFound":
                raise BootError(f"there is no SSM parameter {name} in {self.region}: make it, or take it out of the node's secrets") from None
            raise BootError(str(error)) from None
        except AwsError as error:
            raise BootError(f"the SSM parameter {name} cannot be read: {error}") from None
        return Parameter(str(answer["Parameter"]["Value"]), int(answer["Parameter"]["Version"]))

    def parameter_exists(self, name: str) -> bool:
        """Whether there is an SSM parameter. What cannot be known is an error, never a guess."""
        try:
            self.call("ssm", "get_parameter", Name=name)
        except Refused as error:
            if error.code == "ParameterNotFound":
                return False
            raise BootError(str(error)) from None
        except AwsError as error:
            raise BootError(f"whether the cluster has formed is not known, as the SSM parameter {name} cannot be read: {error}") from None
        return True

    def volume_of(self, instance_id: str, device: str) -> str | None:
        """ID of the EBS volume that is attached to an instance under a device name."""
        try:
            answer = self.call("ec2", "describe_instances", InstanceIds=[instance_id])
        except AwsError as error:
            raise BootError(f"the volumes of this instance cannot be listed: {error}") from None
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                for mapping in instance.get("BlockDeviceMappings", []):
                    if mapping["DeviceName"] == device:
                        return str(mapping["Ebs"]["VolumeId"])
        return None

    def addresses(self, tags: list[Tag], without: str) -> dict[Tag, list[str]]:
        """Private addresses of the instances with each of some tags that run or are about to, but for one of them."""
        keys = sorted({key for key, _ in tags})
        # Asked at once: a request costs a small node half a second of its processor.
        answer = self.call("ec2", "describe_instances", Filters=filters({"tag-key": keys, "instance-state-name": ["pending", "running"]}))
        found: dict[Tag, list[str]] = {tag: [] for tag in tags}
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                if instance["InstanceId"] == without or "PrivateIpAddress" not in instance:
                    continue
                for each in instance["Tags"]:
                    if (tag := (each["Key"], each["Value"])) in found:
                        found[tag].append(instance["PrivateIpAddress"])
        return {tag: sorted(addresses) for tag, addresses in found.items()}

    def report_unhealthy(self, instance_id: str) -> None:
        """Has Auto Scaling put another instance in the place of this one."""
        which = {"InstanceId": instance_id, "HealthStatus": "Unhealthy", "ShouldRespectGracePeriod": False}
        self.call("autoscaling", "set_instance_health", **which)


class AwsTransient(AwsError):
    """An error that waiting may mend."""


def filters(wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Filters by what is wanted: name to values, one of which it must have."""
    return [{"Name": name, "Values": values} for name, values in wanted.items()]


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("fork"))


@cache
def _client(region: str, service: str) -> Any:
    from botocore.config import Config
    from botocore.session import get_session

    # Always the region's own endpoint: the dual-stack one does not exist in every region, nor behind every VPC endpoint.
    config = Config(connect_timeout=10, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 2}, use_dualstack_endpoint=False)
    return get_session().create_client(service, region_name=region, verify=AUTHORITIES, config=config)


def _ask(region: str, service: str, operation: str, arguments: dict[str, Any]) -> Outcome:
    """All pages of an answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = _client(region, service)
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**arguments).build_full_result(), "", ""
        return getattr(client, operation)(**arguments), "", ""
    except ClientError as error:
        return None, str(error), error.response["Error"]["Code"]
    except BotoCoreError as error:
        return None, str(error), ""
