"""Secrets of a node that runs: what is new is fetched, and the agents told.

Whoever has changed parameters writes the versions that nodes are to have into Consul, which tells the nodes at once; each says there what it
has. What is never written there is found within the hour.
"""

import base64
import json
import random
import time
from collections.abc import Callable
from typing import Any, NoReturn

from .acl import accept
from .api import CONSUL, Api, ApiError
from .aws import Aws, AwsError
from .metadata import identity
from .node import Node, read_node
from .secrets import TAKE_TOKENS, Versions, fetch, known
from .system import BootError, log, repeat, run
from .turn import wait_for_turn, wait_until_back

#: Seconds after which parameters are read without being told to.
LATEST = 3600.0
#: The same while Consul does not answer: its own certificate may be what is old.
SOON = 60.0
#: Seconds that a question to Consul stays open.
WAIT = 300
#: Seconds between two questions, however soon Consul answers the first; doubled while something fails, up to the second number.
PAUSE, LONGEST_PAUSE = 2.0, 30.0
#: Seconds over which nodes spread what they were told at once: Parameter Store answers 40 requests a second.
SPREAD = 2.0


class Renewal:
    """How far the node is."""

    def __init__(
        self,
        cluster: str,
        consul: Api,
        renew: Callable[[], set[str]],
        clock: Callable[[], float] = time.monotonic,
        wait_for_turn: Callable[[str], None] = lambda _: None,
        wait_until_back: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._base = f"kv/cos/{cluster}/secrets"
        self._consul = consul
        self._renew = renew
        self._clock = clock
        self._index = 0
        self._read = clock()
        self._wait_for_turn = wait_for_turn
        self._wait_until_back = wait_until_back
        #: What is left for agents to do.
        self._orders: set[str] = set()

    def step(self) -> None:
        """Does what is next, called again and again. Waits in it for news. Raises ApiError, AwsError or BootError for what is to be tried again."""
        if self._orders:
            # There need be no news for what is left.
            self._index = 0
        try:
            entries, index = self._consul.watch(f"{self._base}/wanted", self._index, seconds=WAIT)
        except ApiError:
            self._index = 0
            self._keep_up(SOON)
            raise
        # Consul's own advice: an index that goes backwards is of another history.
        self._index = index if index >= self._index else 0
        if self._behind(value_of(entries)):
            time.sleep(random.uniform(0, SPREAD))
            self._keep_up(0)
            if self._behind(value_of(entries)):
                # Parameter Store may answer with what was, for a moment.
                self._index = 0
                raise AwsError("SSM does not have the versions yet that are wanted", "")
        self._keep_up(LATEST)
        self._tell()

    def _behind(self, wanted: Versions) -> bool:
        return any(version < wanted.get(name, 0) for name, version in known().items()) or bool(self._orders)

    def _keep_up(self, seconds: float) -> None:
        """Reads what was last read so long ago."""
        if self._clock() - self._read < seconds and not self._orders:
            return
        self._orders |= self._renew()
        self._read = self._clock()
        for order in sorted(self._orders):
            self._obey(order)
            self._orders.discard(order)

    def _obey(self, order: str) -> None:
        if order == TAKE_TOKENS:
            accept()
            return
        what, agent = order.split()
        if what == "restart":
            self._wait_for_turn(agent)
        run("systemctl", what, f"{agent}.service")
        if what == "restart":
            self._wait_until_back(agent)
        log(f"{agent} {'starts anew with its secrets' if what == 'restart' else 'reads its secrets again'}")

    def _tell(self) -> None:
        """Says what the node has, where that is not said yet."""
        name = self._consul.call("GET", "agent/self")["Config"]["NodeName"]
        path = f"{self._base}/nodes/{name}"
        if value_of(self._consul.call("GET", path, accept=(404,))) != known():
            self._consul.call("PUT", path, known())


def value_of(entries: Any) -> Versions:
    """The versions that are at a key of Consul; none where there is no such key."""
    if not entries or not entries[0]["Value"]:
        return {}
    value = json.loads(base64.b64decode(entries[0]["Value"]))
    return value if isinstance(value, dict) else {}


def follow(node: Node, aws: Aws) -> NoReturn:
    """Keeps on, as long as the node is there."""

    def renew() -> set[str]:
        with aws.held():
            return fetch(node, aws, running=True)

    wait = wait_for_turn if node.is_server else lambda _: None
    renewal = Renewal(node.cluster, Api(CONSUL), renew, wait_for_turn=wait, wait_until_back=wait_until_back)
    repeat(renewal.step, transient=(ApiError, AwsError, BootError), pause=PAUSE, longest=LONGEST_PAUSE)


def main() -> int:
    """Ends with 0 on what has no secrets."""
    try:
        node = read_node()
        if not node.secrets:
            log("this node has no secrets")
            return 0
        aws = Aws(identity().region)
    except BootError as error:
        log(f"error: {error}")
        return 1
    follow(node, aws)
