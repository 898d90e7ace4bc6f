"""The health of the cluster's nodes: what is dead, frozen or cut off for too long is replaced, what has ended is forgotten.

The program runs on all servers, and looks after the cluster on the leader alone: Consul's after Consul's servers, Nomad's after Nomad's
servers and clients.
"""

import time
from collections.abc import Callable
from typing import Protocol

from .api import ApiError
from .aws import Aws, AwsError
from .cluster import Consul, Dead, Leader, Nomad, Report
from .fleet import Fleet, Group, Instance
from .metadata import identity
from .node import read_node
from .system import BootError, log, repeat
from .verdict import ill_in, verdict

#: Seconds between two looks at the agents.
INTERVAL = 10.0
#: Seconds between two looks at AWS while something is wrong. Its CLI takes about a second of a small server's CPU.
SOON = 30.0
#: And while nothing is: then it would show only servers that have never joined.
LATER = 300.0
#: Seconds that a dead agent stays in the lists: so long EC2 may take to tell everybody of a new instance.
FORGET_AFTER = 60.0


class Since:
    """For how long things have been so."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def note(self, now: float, things: set[str]) -> None:
        """These are so now, and no others."""
        self._since = {thing: self._since.get(thing, now) for thing in things}

    def longer_than(self, now: float, seconds: float) -> set[str]:
        """What has been so for longer."""
        return {thing for thing, since in self._since.items() if now - since >= seconds}


class Instances(Protocol):
    """What is asked of a Fleet."""

    def look(self) -> tuple[Group, ...]: ...
    def there(self, ids: list[str]) -> set[str]: ...
    def replace(self, instance: Instance) -> None: ...


class Health:
    """What a leader has seen so far."""

    def __init__(self, leader: Leader, fleet: Instances, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._leader = leader
        self._fleet = fleet
        self._limit = limit
        self._clock = clock
        self._said: set[str] = set()
        self._reset()

    def _reset(self) -> None:
        self._groups: tuple[Group, ...] = ()
        self._looked: float | None = None
        self._ill = Since()
        self._dead = Since()

    def step(self) -> None:
        """Does what is next, called again and again. Raises ApiError or AwsError for what is to be tried again."""
        own = self._leader.own_address()
        if own is None:
            self._reset()
            return
        report, now = self._leader.look(), self._clock()
        self._look(now, SOON if report.dead or ill_in(self._groups, report) else LATER)
        ill = ill_in(self._groups, report)
        self._ill.note(now, set(ill))
        overdue = self._ill.longer_than(now, self._limit)
        if any(ill[id].address == own for id in overdue) and len(report.healthy) > 1:
            log(f"this server itself has not been well for {self._limit:.0f} s: another leads, and sees to it")
            self._leader.hand_over()
            self._reset()
            return
        self._replace(report, overdue)
        self._forget(report, now)

    def _look(self, now: float, age: float) -> None:
        if self._looked is None or now - self._looked >= age:
            self._groups = self._fleet.look()
            self._looked = now

    def _replace(self, report: Report, overdue: set[str]) -> None:
        if not overdue:
            self._said.clear()
            return
        # Only by what AWS says now.
        self._look(self._clock(), INTERVAL)
        found = verdict(self._groups, report, overdue)
        for reason in found.held:
            if reason not in self._said:
                log(reason)
        self._said = set(found.held)
        for instance in found.replace:
            self._fleet.replace(instance)
            self._looked = None
            log(f"{instance} has not been well for {self._limit:.0f} s: Auto Scaling puts another in its place")

    def _forget(self, report: Report, now: float) -> None:
        """Takes agents out of the lists whose instances have ended."""
        dead = {str(each): each for each in report.dead if each.instance_id or each.address}
        self._dead.note(now, set(dead))
        late = [dead[key] for key in self._dead.longer_than(now, FORGET_AFTER)]
        for each in self._ended(late):
            each.forget()
            log(f"{each} is forgotten, for its instance has ended")

    def _ended(self, dead: list[Dead]) -> list[Dead]:
        there = self._fleet.there([each.instance_id for each in dead if each.instance_id]) if dead else set()
        addresses = {instance.address for group in self._groups for instance in group.instances}
        return [each for each in dead if (each.instance_id not in there if each.instance_id else each.address not in addresses)]


def main() -> int:
    """Looks as long as the node is there. Ends with 0 on what is no server, or where nobody wants it."""
    try:
        node = read_node()
        if node.health_limit_seconds is None:
            log("nothing here looks after the health of nodes")
            return 0
        aws = Aws(identity().region)
    except BootError as error:
        log(f"error: {error}")
        return 1
    is_consul = node.role == "consul-server"
    fleet = Fleet(aws, node.cluster, ("consul-server",) if is_consul else ("nomad-server", "client"))
    health = Health(Consul() if is_consul else Nomad(), fleet, node.health_limit_seconds)
    repeat(health.step, transient=(ApiError, AwsError), pause=INTERVAL)
