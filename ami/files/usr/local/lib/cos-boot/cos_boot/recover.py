"""Quorum that is lost for good: one server that has its data becomes the only one of its cluster, and the others join it."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .api import CONSUL, NOMAD, Agent, Api, ApiError
from .node import Node, read_node
from .system import BootError, log, run, write_file


@dataclass(frozen=True)
class Product:
    """Where a server keeps what makes it one. Source: HashiCorp's guides, "manual recovery using peers.json"."""

    name: str
    role: str
    owner: str
    agent: Agent
    rpc_port: int
    node_id: Path
    raft: Path


PRODUCTS = {
    "consul": Product(
        "consul", "consul-server", "consul", CONSUL, 8300, Path("/var/lib/consul/node-id"), Path("/var/lib/consul/raft")
    ),
    "nomad": Product(
        "nomad", "nomad-server", "nomad", NOMAD, 4647, Path("/var/lib/nomad/server/node-id"), Path("/var/lib/nomad/server/raft")
    ),
}


def _ask(product: Product, path: str) -> Any:
    """What the agent answers; nothing where it does not, or with an error."""
    try:
        return Api(product.agent).call("GET", path)
    except ApiError:
        return None


def leader(product: Product) -> str:
    """Address of the leader; empty where none is known."""
    return str(_ask(product, "status/leader") or "")


def last_index(product: Product) -> int:
    """Number of the last entry of this server's log: more is newer, 0 is nothing at all."""
    own = _ask(product, "agent/self")
    if own is None:
        raise BootError(f"{product.name} does not answer here: journalctl --unit {product.name}")
    return int({**own, **own.get("Stats", {}), **own.get("stats", {})}["raft"]["last_log_index"])


def product_of(node: Node) -> Product:
    """The product that this node is a server of."""
    for product in PRODUCTS.values():
        if product.role == node.role:
            return product
    raise BootError(f"this node is a {node.role}, and no server: use one of Consul's or Nomad's")


def peers(product: Product, address: str) -> str:
    """The file that makes a server the only one."""
    try:
        node_id = product.node_id.read_text().strip()
    except OSError:
        raise BootError(f"there is no file {product.node_id}, by which a server is known") from None
    return json.dumps([{"id": node_id, "address": f"{address}:{product.rpc_port}", "non_voter": False}])


def own_address() -> str:
    """The address of the interface of the default route, as agents advertise it."""
    route = json.loads(run("ip", "-json", "-4", "route", "get", "192.0.2.1"))
    return str(route[0]["prefsrc"])


def recover(product: Product, wait: float) -> None:
    """All of it."""
    known = leader(product)
    if known:
        raise BootError(f"there is a leader, {known}: nothing is to be recovered")
    if last_index(product) == 0:
        raise BootError("this server has no data, use one that has")
    content = peers(product, own_address())
    run("systemctl", "stop", f"{product.name}.service")
    # The agent reads it once, and removes it.
    write_file(product.raft / "peers.json", content, owner=product.owner, mode=0o600)
    run("systemctl", "start", f"{product.name}.service")
    log(f"{product.name} begins with this server alone")
    deadline = time.monotonic() + wait
    while not leader(product):
        if time.monotonic() > deadline:
            raise BootError(f"there is no leader after {wait:.0f} s: journalctl --unit {product.name}")
        time.sleep(0.5)
    log(f"this server leads; those that are there join it: {product.name} operator raft list-peers")


def main() -> int:
    """Needs `--yes`: what only the other servers know is lost."""
    try:
        product = product_of(read_node())
        if sys.argv[1:] != ["--yes"]:
            log(f"The last entry of this server's log is {last_index(product)}. With --yes it becomes the only one of its cluster, and the")
            log("others join it; what only they know is lost. Use it on the server with the highest number, and on no other.")
            return 2
        recover(product, 120)
    except BootError as error:
        log(f"error: {error}")
        return 1
    return 0
