"""The node's own Nomad agent, and by it the servers."""

from typing import Any, NamedTuple

from .api import NOMAD, Api


class Heartbeat(NamedTuple):
    """How a client is heard by its servers, durations as Go writes them."""

    #: For how long it has not been heard.
    last: str
    #: How soon it is to be heard again.
    ttl: str


class Nomad:
    """The node as Nomad knows it. What fails raises ApiError."""

    def __init__(self) -> None:
        self._api = Api(NOMAD)
        self._node = ""

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._api.call(method, path, body)

    @property
    def node(self) -> str:
        """ID of the node, which it keeps as long as it has its data."""
        if not self._node:
            self._node = str(self._call("GET", "agent/self")["stats"]["client"]["node_id"])
        return self._node

    def heartbeat(self) -> Heartbeat:
        """What the agent knows itself, without a server."""
        client = self._call("GET", "agent/self")["stats"]["client"]
        return Heartbeat(client["last_heartbeat"], client["heartbeat_ttl"])

    def lives(self) -> bool:
        """Whether the agent answers at all."""
        return self._api.answers()

    def takes_tasks(self) -> bool:
        """Whether servers know the node, and may place tasks on it."""
        found = self._call("GET", f"node/{self.node}")
        return bool(found["Status"] == "ready" and found["SchedulingEligibility"] == "eligible")

    def drain(self, seconds: float, cause: str) -> None:
        """Has its tasks moved to other nodes, system jobs last; what is left after the seconds is stopped."""
        spec = {"Deadline": max(1, round(seconds)) * 10**9, "IgnoreSystemJobs": False}
        self._call("PUT", f"node/{self.node}/drain", {"DrainSpec": spec, "Meta": {"message": cause}})

    def make_ineligible(self) -> None:
        """It gets no new tasks."""
        self._call("PUT", f"node/{self.node}/eligibility", {"Eligibility": "ineligible"})

    def make_eligible(self) -> None:
        """It gets tasks again, and no drain goes on."""
        self._call("PUT", f"node/{self.node}/drain", {"DrainSpec": None, "MarkEligible": True})

    def is_drained(self) -> bool:
        """Whether no drain goes on and no task is left."""
        if self._call("GET", f"node/{self.node}")["DrainStrategy"] is not None:
            return False
        allocations = self._call("GET", f"node/{self.node}/allocations") or []
        return all(allocation["ClientStatus"] not in ("pending", "running") for allocation in allocations)
