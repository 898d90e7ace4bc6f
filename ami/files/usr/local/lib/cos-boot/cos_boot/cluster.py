"""What the leader of Consul or of Nomad knows of the agents of its cluster: asked of the node's own agent, where that is the leader."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from .api import CONSUL, NOMAD, Api, ApiError

#: Serf's states, by number in Consul and by name in Nomad.
ALIVE = (1, "alive")
FAILED = (4, "failed")
#: Autopilot's answer has this code, and counts, while a server is not healthy.
UNHEALTHY = 429


@dataclass(frozen=True)
class Dead:
    """An agent that is in a list, and not there."""

    name: str
    #: Takes it out of the list.
    forget: Callable[[], object] = field(compare=False)
    #: Of the instance that it ran on; of servers the address alone is known.
    instance_id: str = ""
    address: str = ""

    def __str__(self) -> str:
        return f"{self.name} of {self.instance_id or self.address}"


@dataclass(frozen=True)
class Report:
    """What a leader knows."""

    #: Number of servers that have a vote, dead or alive.
    voters: int
    #: Addresses of the servers that have a vote and are healthy.
    healthy: frozenset[str]
    #: IDs of instances whose Nomad client is ready.
    ready: frozenset[str] = frozenset()
    #: Addresses of nodes whose Consul agent the others hear; None where that does not matter.
    heard: frozenset[str] | None = None
    dead: tuple[Dead, ...] = ()


class Leader(Protocol):
    """One of the two. What fails raises ApiError."""

    def own_address(self) -> str | None:
        """That of the node, where its agent is the leader."""

    def look(self) -> Report:
        """What it knows now."""

    def hand_over(self) -> None:
        """Has another server lead."""


def _voters(api: Api) -> tuple[int, frozenset[str]]:
    """How many have a vote, and where those are that are healthy."""
    servers = (api.call("GET", "operator/autopilot/health", accept=(UNHEALTHY,)) or {}).get("Servers") or []
    voting = [server for server in servers if server["Voter"]]
    return len(voting), frozenset(server["Address"].rsplit(":", 1)[0] for server in voting if server["Healthy"])


class Consul:
    """Consul's servers, and the list of all of its agents."""

    def __init__(self) -> None:
        self._api = Api(CONSUL)

    def own_address(self) -> str | None:
        own = self._api.call("GET", "agent/self")
        return str(own["Member"]["Addr"]) if own["Stats"]["consul"]["leader"] == "true" else None

    def look(self) -> Report:
        voters, healthy = _voters(self._api)
        failed = {member["Name"] for member in self._api.call("GET", "agent/members") if member["Status"] in FAILED}
        nodes = self._api.call("GET", "catalog/nodes") if failed else []
        return Report(voters, healthy, dead=tuple(self._dead(node) for node in nodes if node["Node"] in failed))

    def hand_over(self) -> None:
        self._api.call("POST", "operator/raft/transfer-leader")

    def _dead(self, node: dict[str, Any]) -> Dead:
        name = node["Node"]
        # Not pruned: a new agent that has got its address, and so its name, refutes that it leaves, and is not to be forgotten.
        forget = partial(self._api.call, "PUT", f"agent/force-leave/{name}")
        return Dead(f"Consul's agent {name}", forget, (node["Meta"] or {}).get("instance_id", ""))


class Nomad:
    """Nomad's servers and clients."""

    def __init__(self) -> None:
        self._api = Api(NOMAD)
        self._consul = Api(CONSUL)
        #: IDs of instances, by ID and state of the node: a node tells its own anew when it starts.
        self._instances: dict[tuple[str, int], str] = {}

    def own_address(self) -> str | None:
        own = self._api.call("GET", "agent/self")
        return str(own["member"]["Addr"]) if own["stats"]["nomad"]["leader"] == "true" else None

    def look(self) -> Report:
        voters, healthy = _voters(self._api)
        nodes = self._api.call("GET", "nodes") or []
        self._instances = {(node["ID"], node["ModifyIndex"]): self._instance(node) for node in nodes}
        ready = [self._instance(node) for node in nodes if node["Status"] == "ready"]
        dead = [
            Dead(f"Nomad's client {node['Name']}", partial(self._api.call, "PUT", f"node/{node['ID']}/purge"), self._instance(node))
            for node in nodes
            if node["Status"] in ("down", "disconnected")
        ]
        return Report(voters, healthy, frozenset(ready), self._heard(), (*dead, *self._dead_servers()))

    def hand_over(self) -> None:
        self._api.call("POST", "operator/raft/transfer-leadership")

    def _instance(self, node: dict[str, Any]) -> str:
        """ID of a node's instance; empty where it has none."""
        known = self._instances.get((node["ID"], node["ModifyIndex"]))
        if known is not None:
            return known
        # One that has just been purged has no metadata any more.
        return str(((self._api.call("GET", f"node/{node['ID']}") or {}).get("Meta") or {}).get("instance_id", ""))

    def _heard(self) -> frozenset[str]:
        try:
            return frozenset(member["Addr"] for member in self._consul.call("GET", "agent/members") if member["Status"] in ALIVE)
        except ApiError:
            return frozenset()

    def _dead_servers(self) -> list[Dead]:
        known = self._api.call("GET", "agent/members")
        return [
            Dead(
                f"Nomad's server {member['Name']}",
                partial(self._api.call, "PUT", f"agent/force-leave?node={member['Name']}"),
                address=member["Addr"],
            )
            for member in known["Members"]
            # Servers of other regions are theirs to forget.
            if member["Status"] in FAILED and member["Tags"]["region"] == known["ServerRegion"]
        ]
