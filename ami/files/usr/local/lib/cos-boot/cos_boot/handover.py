"""
A server that is told to end while it leads has another lead first: run by systemd before it ends the agent, for a restart or a reboot, too.

Consul answers questions that wait for news when it ends. fabio asks at once for each service then, of a cluster without a leader; and a service that it cannot ask
for has no route until the next news. Source: fabio 1.7, registry/consul/service.go (`serviceConfig`).
"""

import sys
import time
from collections.abc import Callable

from .api import ApiError
from .cluster import Consul, Leader, Nomad
from .node import read_node
from .system import BootError, log

LEADERS: dict[str, Callable[[], Leader]] = {"consul": Consul, "nomad": Nomad}
#: Seconds after which it ends although no other has taken over: half of what systemd gives it.
LIMIT = 15.0
INTERVAL = 0.5


def hand_over(leader: Leader) -> None:
    """Has another server lead, where this one does. Raises ApiError where there is none, or the agent does not answer."""
    end = time.monotonic() + LIMIT
    if leader.own_address() is None:
        return
    leader.hand_over()
    while leader.own_address() is not None and time.monotonic() < end:
        time.sleep(INTERVAL)


def main() -> int:
    """Ends with 0, whatever it has found: the agent ends all the same."""
    product = sys.argv[1]
    try:
        if read_node().role == f"{product}-server":
            hand_over(LEADERS[product]())
    except (ApiError, BootError) as error:
        log(f"{product} ends without another server that leads: {error}")
    return 0
