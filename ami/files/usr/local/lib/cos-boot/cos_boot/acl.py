"""
The first tokens of a Consul: made by its servers as soon as one of them leads.

Agents wait 15 seconds and more before they tell the catalog again what was refused: in a cluster that has just been made, tokens are to be there before
agents use them. What they are to be says a file (components/cluster-acl/files.ts); `ConsulAcl` looks after them from then on.
"""

from pathlib import Path
from typing import Any

from .api import CONSUL, Api, ApiError
from .node import read_node
from .system import BootError, insist, log, read_json

#: Secrets of Consul's servers: requests, each of which may be made again, and the management token that they are made with.
FILE = Path("/etc/cos/consul-acl.json")
MANAGEMENT = Path("/etc/cos/consul-management-token")
#: Seconds between two attempts: agents look for tokens about as often.
INTERVAL = 0.5
#: How Consul refuses what is there already. Source: consul 1.22, agent/consul/acl_endpoint.go.
THERE = ("already exists", "already in use")


def found(consul: Api, requests: list[dict[str, Any]]) -> None:
    """Makes what is not there yet. Raises ApiError where that is to be tried again."""
    for request in requests:
        try:
            consul.call(request["method"], request["path"], request["body"])
        except ApiError as error:
            # Another server has been first, or this one in an earlier life.
            if not any(words in str(error) for words in THERE):
                raise


def main() -> int:
    """Ends with 0 once it is done, and on what has nothing to do."""
    try:
        node = read_node()
        if node.role != "consul-server" or not FILE.exists():
            log("this node makes no tokens")
            return 0
        requests = read_json(FILE)
    except BootError as error:
        log(f"error: {error}")
        return 1
    consul = Api(CONSUL, token=MANAGEMENT.read_text().strip())
    # Servers know the management token once they have a leader.
    insist(lambda: found(consul, requests), transient=(ApiError,), pause=INTERVAL)
    log("Consul knows the tokens of its agents")
    return 0
