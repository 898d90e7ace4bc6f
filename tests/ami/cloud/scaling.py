"""What Auto Scaling does in the stand-in of AWS that moto's does not: it waits by lifecycle hooks, and tells of groups, and takes orders for them, as it was told."""

import time
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult


class Wait:
    """An instance in the state Pending:Wait or Terminating:Wait."""

    def __init__(self, hook: str) -> None:
        self.hook = hook
        self.heard = time.monotonic()
        self.done = False


# By instance ID.
waits: dict[str, Wait] = {}


def wait_of(response: AutoScalingResponse) -> Wait:
    """The wait that a request is about, which is heard of by it."""
    instance, hook = response._get_param("InstanceId"), response._get_param("LifecycleHookName")
    wait = waits.get(instance)
    if wait is None or wait.hook != hook or wait.done:
        # As AWS says it.
        raise AutoscalingClientError("ValidationError", f"No active Lifecycle Action found with instance ID {instance}")
    wait.heard = time.monotonic()
    return wait


def record_lifecycle_action_heartbeat(self: AutoScalingResponse) -> ActionResult:
    wait_of(self)
    return EmptyResult()


def complete_lifecycle_action(self: AutoScalingResponse) -> ActionResult:
    wait_of(self).done = True
    return EmptyResult()


# By name: groups as they were told.
groups: dict[str, dict[str, Any]] = {}
# What was asked of them, and nobody has done yet.
orders: list[dict[str, Any]] = []
describe_of_moto = AutoScalingResponse.describe_auto_scaling_groups


def describe_auto_scaling_groups(self: AutoScalingResponse) -> Any:
    names, filters = self._get_param("AutoScalingGroupNames", []), self._get_param("Filters", [])
    known = groups.values() if filters and not names else [groups[name] for name in names if name in groups]
    if not known:
        return describe_of_moto(self)
    return ActionResult({"AutoScalingGroups": [described(group) for group in known if all(has_tag(group, each) for each in filters)]})


def has_tag(group: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a group passes a filter by a tag; others are not known here."""
    return group["tags"].get(wanted["Name"].removeprefix("tag:")) in wanted["Values"]


def described(group: dict[str, Any]) -> dict[str, Any]:
    return {
        "AutoScalingGroupName": group["name"],
        "DesiredCapacity": group["desired"],
        "AvailabilityZones": group["zones"],
        "Tags": [{"Key": key, "Value": value} for key, value in group["tags"].items()],
        "Instances": [
            {"InstanceId": each["id"], "AvailabilityZone": each["zone"], "LifecycleState": each["state"], "HealthStatus": "Healthy"}
            for each in group["instances"]
        ],
    }


def set_desired_capacity(self: AutoScalingResponse) -> ActionResult:
    group = groups[self._get_param("AutoScalingGroupName")]
    size = self._get_int_param("DesiredCapacity")
    if not group["least"] <= size <= group["most"]:
        # As AWS says it.
        bounds = f"between the specified min size {group['least']} and max size {group['most']}"
        raise AutoscalingClientError("ValidationError", f"New SetDesiredCapacity value {size} must be {bounds}.")
    group["desired"] = size
    orders.append({"kind": "resize", "group": group["name"], "size": size})
    return EmptyResult()


def terminate_instance_in_auto_scaling_group(self: AutoScalingResponse) -> ActionResult:
    id, shrink = self._get_param("InstanceId"), self._get_bool_param("ShouldDecrementDesiredCapacity")
    for group in groups.values():
        if not any(each["id"] == id for each in group["instances"]):
            continue
        if shrink and group["desired"] <= group["least"]:
            reason = f"Currently, desiredSize equals minSize ({group['least']}). Terminating instance without replacement will violate group's min size constraint."
            raise AutoscalingClientError("ValidationError", reason)
        group["instances"] = [each for each in group["instances"] if each["id"] != id]
        group["desired"] -= 1 if shrink else 0
        orders.append({"kind": "end", "id": id, "shrink": shrink})
        return EmptyResult()
    raise AutoscalingClientError("ValidationError", f"Instance Id not found - No managed instance found for instance ID: {id}")


def set_instance_health(self: AutoScalingResponse) -> Any:
    id = self._get_param("InstanceId")
    for group in groups.values():
        if self._get_param("HealthStatus") == "Unhealthy" and any(each["id"] == id for each in group["instances"]):
            # Auto Scaling ends it soon.
            group["instances"] = [each for each in group["instances"] if each["id"] != id]
            orders.append({"kind": "end", "id": id, "shrink": False})
            return EmptyResult()
    return set_health_of_moto(self)


set_health_of_moto = AutoScalingResponse.set_instance_health
AutoScalingResponse.set_instance_health = set_instance_health
AutoScalingResponse.describe_auto_scaling_groups = describe_auto_scaling_groups
AutoScalingResponse.set_desired_capacity = set_desired_capacity
AutoScalingResponse.terminate_instance_in_auto_scaling_group = terminate_instance_in_auto_scaling_group
# What moto does not have.
AutoScalingResponse.record_lifecycle_action_heartbeat = record_lifecycle_action_heartbeat
AutoScalingResponse.complete_lifecycle_action = complete_lifecycle_action
