"""
What a node does before its Nomad starts: it waits until Consul knows the tokens of both, where they have some, and a new client until Nomad's servers have a leader.

Consul's agents remember for half a minute that they do not know a token, which Nomad registers itself and its services with. Nomad's client that asks servers without one asks again after 15 to 30 seconds only. In a cluster that has just been made, where all nodes boot at
once, that would be what the first task waits for. Source: nomad 1.11, client/client.go (`registerRetryIntv`).
"""

import time
from collections.abc import Callable
from typing import Any

from .api import CONSUL, TOKENS, Api, ApiError, Denied
from .node import read_node
from .system import BootError, log, patience

#: Seconds after which Nomad starts all the same: it goes on looking by itself.
LIMIT = 60.0
INTERVAL = 0.5
#: Of Consul's API: the checks of Nomad's agents. Asked for by themselves, as a service passes before its checks are registered.
CHECKS = "health/checks/nomad"


def main() -> int:
    """Ends with 0, whatever it has found."""
    try:
        node = read_node()
    except BootError as error:
        log(f"error: {error}")
        return 0
    consul = Api(CONSUL)
    end = time.monotonic() + min(LIMIT, patience())
    # It is made after those of Nomad.
    if (TOKENS / CONSUL.token).exists() and not _wait(end, consul.is_known):
        log("Consul does not know the token of this node's programs yet: what Nomad has to tell it may be late")
    if node.is_server or not node.is_blank:
        return 0
    try:
        if not _wait(end, lambda: any(_has_leader(check) for check in consul.call("GET", CHECKS))):
            log("no server of Nomad's has a leader yet: Nomad looks for one itself")
    except Denied as error:
        log(f"whether Nomad's servers have a leader is not known: {error}")
    return 0


def _wait(end: float, is_so: Callable[[], bool]) -> bool:
    """Waits for something. Returns whether it has come. Raises Denied."""
    while time.monotonic() < end:
        try:
            if is_so():
                return True
        except Denied:
            raise
        except ApiError:
            # Consul is about to come, too.
            pass
        time.sleep(INTERVAL)
    return False


def _has_leader(check: dict[str, Any]) -> bool:
    """Whether a check is that of a server's HTTP API, which passes while the server knows a leader."""
    return "http" in check["ServiceTags"] and check["Status"] == "passing"
