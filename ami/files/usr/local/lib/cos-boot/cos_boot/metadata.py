"""The instance's metadata service, by IMDSv2."""

import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass

from .system import DIRECT, BootError, retried


@dataclass(frozen=True)
class Identity:
    """What the instance is."""

    instance_id: str
    region: str
    zone: str
    instance_type: str
    #: `spot`, or `on-demand` (also of reserved and scheduled instances, which are not taken away).
    lifecycle: str
    #: Domain of AWS's services, such as amazonaws.com.
    domain: str
    #: Value of its tag `cos-template`, which says what launch template it is of, where its metadata has tags.
    launch_template: str | None = None
    #: Name of its Auto Scaling group, where its metadata has tags.
    group: str | None = None


class NoAnswer(Exception):
    """The service has not answered; it may yet."""


class NotThere(NoAnswer):
    """The service has nothing at this path, perhaps not yet."""


def _ask(request: urllib.request.Request) -> str:
    try:
        with DIRECT.open(request, timeout=5) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        kind = NotThere if error.code == 404 else NoAnswer
        raise kind(f"{request.full_url} answers {error.code}") from None
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise NoAnswer(f"{request.full_url} does not answer ({getattr(error, 'reason', error)})") from None


class Session:
    """What the service says, while its token lasts: 5 minutes. AWS_EC2_METADATA_SERVICE_ENDPOINT counts, as in AWS's own programs."""

    def __init__(self) -> None:
        self._base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/")
        lasting = {"X-aws-ec2-metadata-token-ttl-seconds": "300"}
        self._token = _ask(urllib.request.Request(f"{self._base}/latest/api/token", method="PUT", headers=lasting))

    def get(self, path: str) -> str:
        """What is at a path below meta-data."""
        return _ask(urllib.request.Request(f"{self._base}/latest/meta-data/{path}", headers={"X-aws-ec2-metadata-token": self._token}))

    def find(self, path: str) -> str | None:
        """What is at a path below meta-data, where there is anything."""
        try:
            return self.get(path)
        except NotThere:
            return None


def _identity() -> Identity:
    session = Session()
    return Identity(
        instance_id=session.get("instance-id"),
        region=session.get("placement/region"),
        zone=session.get("placement/availability-zone"),
        instance_type=session.get("instance-type"),
        lifecycle="spot" if session.get("instance-life-cycle") == "spot" else "on-demand",
        domain=session.get("services/domain"),
        launch_template=session.find("tags/instance/cos-template"),
        group=session.find("tags/instance/aws:autoscaling:groupName"),
    )


def identity() -> Identity:
    """The instance's identity."""
    try:
        return retried("the metadata service", _identity, transient=NoAnswer)
    except NoAnswer as error:
        raise BootError(f"the instance's metadata service cannot be used: {error}. Is it turned on, with IMDSv2, for this instance?") from None
