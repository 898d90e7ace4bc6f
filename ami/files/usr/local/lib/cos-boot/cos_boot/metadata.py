"""The instance's metadata service, by IMDSv2."""

import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass

from .system import BootError, retried


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


class NoAnswer(Exception):
    """The service has not answered; it may yet."""


def _ask(request: urllib.request.Request) -> str:
    try:
        # Not through a proxy that the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=5) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise NoAnswer(f"{request.full_url} answers {error.code}") from None
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise NoAnswer(f"{request.full_url} does not answer ({getattr(error, 'reason', error)})") from None


def _identity(base: str) -> Identity:
    token = _ask(
        urllib.request.Request(f"{base}/latest/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "300"})
    )

    def get(path: str) -> str:
        return _ask(urllib.request.Request(f"{base}/latest/meta-data/{path}", headers={"X-aws-ec2-metadata-token": token}))

    return Identity(
        instance_id=get("instance-id"),
        region=get("placement/region"),
        zone=get("placement/availability-zone"),
        instance_type=get("instance-type"),
        lifecycle="spot" if get("instance-life-cycle") == "spot" else "on-demand",
        domain=get("services/domain"),
    )


def identity() -> Identity:
    """The instance's identity. AWS_EC2_METADATA_SERVICE_ENDPOINT counts, as in AWS's own programs."""
    base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/")
    try:
        return retried("the metadata service", lambda: _identity(base), transient=NoAnswer)
    except NoAnswer as error:
        raise BootError(f"the instance's metadata service cannot be used: {error}. Is it turned on, with IMDSv2, for this instance?") from None
