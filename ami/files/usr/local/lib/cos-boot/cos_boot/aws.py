"""AWS, through its CLI, with the rights of the node's role."""

import json
import os
import re
import subprocess
from typing import Any

from .system import BootError, retried

#: What does not get better by waiting. Rights do: a role's policy takes some seconds to reach all of AWS.
LASTING = ("ParameterNotFound", "ValidationException", "ValidationError", "InvalidParameterValue", "InvalidInstanceID.Malformed")


#: Key and value.
Tag = tuple[str, str]


class AwsError(Exception):
    """AWS has refused, or was not reached."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        #: AWS's code, such as ParameterNotFound; empty where AWS was not reached.
        self.code = code


class Refused(AwsError):
    """An error that stays."""


class Aws:
    """The services of one region."""

    def __init__(self, region: str) -> None:
        # Always the region's own endpoint: the dual-stack one does not exist in every region, nor behind every VPC endpoint.
        self.region = region

    def call(self, *command: str) -> Any:
        """The answer of a command such as `("ec2", "describe-instances")`, tried again while that can help."""
        return retried(f"aws {' '.join(command[:2])}", lambda: self.attempt(*command), transient=AwsTransient)

    def attempt(self, *command: str) -> Any:
        """The answer of a command, for whoever has other things to do before it is tried again."""
        done = subprocess.run(
            ["aws", *command, "--region", self.region, "--output", "json", "--cli-connect-timeout", "10", "--cli-read-timeout", "30"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "AWS_PAGER": "", "AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "2", "AWS_USE_DUALSTACK_ENDPOINT": "false"},
        )
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else {}
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
        match = re.search(r"An error occurred \(([\w.]+)\)", said)
        code = match.group(1) if match else ""
        message = f"aws {' '.join(command[:2])}: {said}"
        raise (Refused if code in LASTING else AwsTransient)(message, code)

    def parameter(self, name: str) -> str:
        """The value of an SSM parameter, decrypted."""
        try:
            answer = self.call("ssm", "get-parameter", "--name", name, "--with-decryption")
        except Refused as error:
            if error.code == "ParameterNotFound":
                raise BootError(f"there is no SSM parameter {name} in {self.region}: make it, or take it out of the node's secrets") from None
            raise BootError(str(error)) from None
        except AwsError as error:
            raise BootError(f"the SSM parameter {name} cannot be read: {error}") from None
        return str(answer["Parameter"]["Value"])

    def parameter_exists(self, name: str) -> bool:
        """Whether there is an SSM parameter. What cannot be known is an error, never a guess."""
        try:
            self.call("ssm", "get-parameter", "--name", name)
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
            answer = self.call("ec2", "describe-instances", "--instance-ids", instance_id)
        except AwsError as error:
            raise BootError(f"the volumes of this instance cannot be listed: {error}") from None
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                for mapping in instance.get("BlockDeviceMappings", []):
                    if mapping["DeviceName"] == device:
                        return str(mapping["Ebs"]["VolumeId"])
        return None

    def addresses(self, tags: list[Tag], without: str) -> dict[Tag, list[str]]:
        """
        Private addresses of the instances with each of some tags that run or are about to, but for one of them. Asked at once: the CLI takes a
        second of a small node's processor to start.
        """
        keys = ",".join(sorted({key for key, _ in tags}))
        answer = self.call(
            *("ec2", "describe-instances", "--filters"),
            *(f"Name=tag-key,Values={keys}", "Name=instance-state-name,Values=pending,running"),
        )
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
        self.call(
            *("autoscaling", "set-instance-health", "--instance-id", instance_id),
            *("--health-status", "Unhealthy", "--no-should-respect-grace-period"),
        )


class AwsTransient(AwsError):
    """An error that waiting may mend."""
