"""Lifecycle hooks: by which Auto Scaling waits for this instance."""

from .aws import Aws, AwsError


class Hook:
    """One of them, by its name. What fails raises AwsError, and is not tried again here."""

    def __init__(self, aws: Aws, instance_id: str, name: str) -> None:
        self._aws = aws
        self._instance_id = instance_id
        self._name = name
        self._group: str | None = None

    def still_wait(self) -> None:
        """Has Auto Scaling wait once more as long as the hook says."""
        self._tell("record-lifecycle-action-heartbeat")

    def complete(self) -> None:
        """Has Auto Scaling go on with the instance: take it into service, or end it."""
        self._tell("complete-lifecycle-action", "--lifecycle-action-result", "CONTINUE")

    def _tell(self, command: str, *options: str) -> None:
        self._group = self._group or self._find_group()
        which = ("--instance-id", self._instance_id, "--auto-scaling-group-name", self._group, "--lifecycle-hook-name", self._name)
        self._aws.attempt("autoscaling", command, *which, *options)

    def _find_group(self) -> str:
        answer = self._aws.attempt("ec2", "describe-instances", "--instance-ids", self._instance_id)
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                for tag in instance.get("Tags", []):
                    if tag["Key"] == "aws:autoscaling:groupName":
                        return str(tag["Value"])
        raise AwsError("EC2 knows no group of this instance", "")
