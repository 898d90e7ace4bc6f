"""How servers start anew: one after the other, each while all of them are healthy, so that there is a quorum all the time."""

import time

from .api import CONSUL, NOMAD, Api, ApiError
from .cluster import ALIVE, UNHEALTHY
from .system import log

#: Seconds that each server has to itself: longer than autopilot takes to find one healthy again (`server_stabilization_time`, 10 s).
SLOT = 30.0
INTERVAL = 2.0
AGENTS = {"consul": CONSUL, "nomad": NOMAD}
#: Seconds after which it starts anew all the same: what it has does not open anything any more.
LIMIT = 300.0


def wait_for_turn(product: str) -> None:
    """Waits for the turn of this node's server, by the order of their addresses. Without servers that answer, there is nothing to wait for."""
    agent = AGENTS[product]
    api = Api(agent)
    end = time.monotonic() + LIMIT
    try:
        before, others = _others(api)
        if others == 0:
            return
        log(f"{agent.name} is to start anew, after {before} other{'' if before == 1 else 's'}")
        time.sleep(before * SLOT)
        while time.monotonic() < end:
            health = api.call("GET", "operator/autopilot/health", accept=(UNHEALTHY,)) or {}
            if health.get("Healthy") and health.get("FailureTolerance", 0) > 0:
                return
            time.sleep(INTERVAL)
        log(f"{agent.name}'s servers have not been healthy for {LIMIT:.0f} s: this one starts anew all the same")
    except ApiError as error:
        log(f"how {agent.name}'s servers are is not known: {error}")


def wait_until_back(product: str) -> None:
    """Waits until the node's agent answers again, and knows the token of this program: a server that has just started knows none for a moment."""
    agent = AGENTS[product]
    api = Api(agent)
    end = time.monotonic() + SLOT
    while time.monotonic() < end:
        try:
            api.call("GET", "agent/self")
            return
        except ApiError:
            time.sleep(0.5)
    log(f"{agent.name} does not answer {SLOT:.0f} s after its start")


def _others(api: Api) -> tuple[int, int]:
    """How many servers come before this one, and how many there are beside it."""
    own, known = api.call("GET", "agent/self"), api.call("GET", "agent/members")
    if "Member" in own:
        address, servers = own["Member"]["Addr"], [member for member in known if member["Tags"].get("role") == "consul"]
    else:
        # Those of other regions have turns of their own.
        address, servers = own["member"]["Addr"], [member for member in known["Members"] if member["Tags"]["region"] == known["ServerRegion"]]
    alive = [server["Addr"] for server in servers if server["Status"] in ALIVE]
    return sum(each < address for each in alive), sum(each != address for each in alive)
