"""The cluster's instances, as EC2 and its Auto Scaling groups know them."""

from dataclasses import dataclass
from typing import Any

from .aws import Aws, filters


#: How many values EC2 takes in a filter. Source: the API reference of Amazon EC2, "Filter".
FILTER_VALUES = 200


@dataclass(frozen=True)
class Instance:
    """One of a group."""

    id: str
    address: str
    #: Whether it is to do its work: neither about to come, nor to leave, nor already found unhealthy.
    in_service: bool

    def __str__(self) -> str:
        return f"{self.id} ({self.address})"


@dataclass(frozen=True)
class Group:
    """An Auto Scaling group."""

    name: str
    #: What its instances are: consul-server, nomad-server or client.
    role: str
    instances: tuple[Instance, ...]


class Fleet:
    """The groups of a cluster that have one of some roles. What fails raises AwsError."""

    def __init__(self, aws: Aws, cluster: str, roles: tuple[str, ...]) -> None:
        self._aws = aws
        self._cluster = cluster
        self._roles = roles

    def look(self) -> tuple[Group, ...]:
        """What there is now."""
        which = filters({"tag:cos-cluster": [self._cluster], "tag:cos-role": list(self._roles)})
        found = self._aws.attempt("autoscaling", "describe_auto_scaling_groups", Filters=which)["AutoScalingGroups"]
        addresses = self._instances([each["InstanceId"] for group in found for each in group["Instances"]])
        return tuple(
            Group(
                group["AutoScalingGroupName"],
                next(tag["Value"] for tag in group["Tags"] if tag["Key"] == "cos-role"),
                tuple(
                    Instance(each["InstanceId"], addresses.get(each["InstanceId"], ""), _in_service(each))
                    for each in group["Instances"]
                    # Out of service by somebody's hand: whatever it does there, it is to be left alone.
                    if each["LifecycleState"] not in ("Standby", "EnteringStandby", "Detaching", "Detached")
                ),
            )
            for group in found
        )

    def there(self, ids: list[str]) -> set[str]:
        """Which of these instances have not ended."""
        return set(self._instances(ids))

    def replace(self, instance: Instance) -> None:
        """Has Auto Scaling put another instance in the place of one."""
        self._aws.report_unhealthy(instance.id)

    def _instances(self, ids: list[str]) -> dict[str, str]:
        """Addresses of those that have not ended."""
        # By filters: an ID that EC2 has forgotten is an error otherwise.
        states = ["pending", "running", "stopping", "stopped"]
        found = {}
        for i in range(0, len(ids), FILTER_VALUES):
            which = filters({"instance-id": ids[i : i + FILTER_VALUES], "instance-state-name": states})
            answer = self._aws.attempt("ec2", "describe_instances", Filters=which)
            for reservation in answer["Reservations"]:
                found.update({instance["InstanceId"]: instance.get("PrivateIpAddress", "") for instance in reservation["Instances"]})
        return found


def _in_service(instance: dict[str, Any]) -> bool:
    return bool(instance["LifecycleState"] == "InService" and instance["HealthStatus"] == "Healthy")
