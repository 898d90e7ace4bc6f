"""The node's own Nomad agent, and by it the servers, through their HTTP API."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any


class NomadError(Exception):
    """Nomad has refused, or does not answer."""


class Denied(NomadError):
    """Nomad wants a token, or one that may do more."""


#: A token for this program, where Nomad's ACLs are on: a secret of the pool, of a policy with agent:read and node:write.
TOKEN = Path("/etc/cos/nomad-token")


class Nomad:
    """The node as Nomad knows it."""

    def __init__(self) -> None:
        self._base = os.environ.get("NOMAD_ADDR", "http://127.0.0.1:4646").rstrip("/")
        self._node = ""

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Nomad-Token": TOKEN.read_text().strip()} if TOKEN.exists() else {}
        request = urllib.request.Request(f"{self._base}/v1/{path}", method=method, data=data, headers=headers)
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            kind = Denied if error.code == 403 else NomadError
            raise kind(f"Nomad answers {error.code}: {error.read().decode(errors='replace').strip()}") from None
        except (OSError, ValueError) as error:
            raise NomadError(f"Nomad does not answer ({getattr(error, 'reason', error)})") from None

    @property
    def node(self) -> str:
        """ID of the node, which it keeps as long as it has its data."""
        if not self._node:
            self._node = str(self._call("GET", "agent/self")["stats"]["client"]["node_id"])
        return self._node

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
