"""Lifecycle hooks: by which Auto Scaling waits for this instance."""

from .aws import Aws, AwsError
from .metadata import Identity


class Hook:
    """One of them, by its name. What fails raises AwsError, and is not tried again here."""

    def __init__(self, aws: Aws, instance: Identity, name: str) -> None:
        self._aws = aws
        self._instance = instance
        self._name = name
        self._group = instance.group

    def still_wait(self) -> None:
        """Has Auto Scaling wait once more as long as the hook says."""
        self._tell("record_lifecycle_action_heartbeat")

    def complete(self) -> None:
        """Has Auto Scaling go on with the instance: take it into service, or end it."""
        self._tell("complete_lifecycle_action", LifecycleActionResult="CONTINUE")

    def _tell(self, operation: str, **arguments: str) -> None:
        self._group = self._group or self._find_group()
        which = {"InstanceId": self._instance.instance_id, "AutoScalingGroupName": self._group, "LifecycleHookName": self._name}
        self._aws.attempt("autoscaling", operation, **which, **arguments)

    def _find_group(self) -> str:
        answer = self._aws.attempt("ec2", "describe_instances", InstanceIds=[self._instance.instance_id])
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                for tag in instance.get("Tags", []):
                    if tag["Key"] == "aws:autoscaling:groupName":
                        return str(tag["Value"])
        raise AwsError("EC2 knows no group of this instance", "")
