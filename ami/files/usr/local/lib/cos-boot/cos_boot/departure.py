"""What a client does when it is to leave: its tasks move, its agents leave, and Auto Scaling goes on. Or when it stays after all."""

import calendar
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .api import CONSUL, NOMAD, Agent, Api, ApiError
from .aws import AwsError
from .hooks import Hook
from .node import Lifecycle
from .nomad import Nomad
from .system import BootError, log, run, write_file

#: Seconds before Auto Scaling is told again what it could not be told.
RETRY = 10.0
#: Seconds before the end of a spot instance in which its agents leave.
FAREWELL = 15.0
#: Seconds that the servers may take to stop what is left after the deadline of a drain: the longest kill_timeout there is by
#: default, and as much again for shutdown_delay.
STOPPING = 60.0
#: Seconds without a server that answers, after which nobody is there who could move anything.
ALONE = 120.0
#: There while the node is taken out of Nomad by this program: so that it comes back after a reboot, and only then.
MARK = Path("/var/lib/cos/leaving")


@dataclass(frozen=True)
class Notice:
    """Why a node is to leave."""

    cause: str
    #: Time, in seconds since 1970, when tasks have to be elsewhere; none where they may stay and only no others come.
    until: float | None
    #: Whether Auto Scaling waits for the node.
    awaited: bool = False


class Metadata(Protocol):
    """What is asked of instance metadata."""

    def find(self, path: str) -> str | None: ...


def spot_end(text: str) -> float:
    """When a spot instance ends, by the JSON of `spot/instance-action`, in seconds since 1970."""
    return float(calendar.timegm(time.strptime(json.loads(text)["time"], "%Y-%m-%dT%H:%M:%SZ")))


def notice_in(metadata: Metadata, deadline: float) -> Notice | None:
    """What the metadata says, the most urgent first. The deadline is for what has none of its own: seconds since 1970."""
    awaited = metadata.find("autoscaling/target-lifecycle-state") == "Terminated"
    action = metadata.find("spot/instance-action")
    if action is not None:
        end = spot_end(action) - FAREWELL
        return Notice("EC2 takes this spot instance away", min(end, deadline) if awaited else end, awaited)
    if awaited:
        return Notice("Auto Scaling ends this instance", deadline, awaited)
    if metadata.find("events/recommendations/rebalance") is not None:
        return Notice("EC2 may take this spot instance away soon", None)
    return None


class Departure:
    """How far the node is with leaving."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        nomad: Nomad,
        hook: Hook,
        clock: Callable[[], float] = time.time,
        answers: Callable[[Agent], bool] = lambda agent: Api(agent).answers(),
    ) -> None:
        self._lifecycle = lifecycle
        self._nomad = nomad
        self._hook = hook
        self._clock = clock
        self._answers = answers
        self._reset()

    def _reset(self) -> None:
        #: What is to be done.
        self._seen: Notice | None = None
        #: What is being done.
        self._notice: Notice | None = None
        #: When it was first seen that Auto Scaling waits.
        self._awaited_since: float | None = None
        #: When a server last answered, or was first asked for what is to be done now.
        self._answered = self._clock()
        #: When Auto Scaling is to be told next.
        self._next = 0.0
        self._gone = False
        self._told = False

    def step(self, metadata: Metadata) -> None:
        """Does what is next. Called again and again, so that what fails is tried again, and what is more urgent comes first."""
        now = self._clock()
        notice = notice_in(metadata, (self._awaited_since or now) + self._lifecycle.drain_deadline_seconds)
        if notice is None:
            self._stay()
            return
        if notice.awaited and self._awaited_since is None:
            self._awaited_since = now
        if not self._gone:
            self._move(notice)
            if notice.awaited:
                # Before the agents leave, too, which may take as long as their tasks take to end.
                self._tell()
            if notice.until is not None and self._is_empty(notice.until):
                self._go()
        if notice.awaited:
            self._tell()

    def _move(self, notice: Notice) -> None:
        """Has Nomad move what is here, as soon as is needed now."""
        if self._seen is None or _is_sooner(notice, self._seen):
            self._seen = notice
            self._answered = self._clock()
        if self._notice is not None and not _is_sooner(notice, self._notice):
            return
        if write_file(MARK, notice.cause + "\n"):
            log(notice.cause)
        try:
            if notice.until is None:
                self._nomad.make_ineligible()
                log("this node gets no more tasks")
            else:
                seconds = notice.until - self._clock()
                self._nomad.drain(seconds, notice.cause)
                log(f"this node drains, for at most {max(1, round(seconds))} s")
            self._notice = notice
        except ApiError as error:
            log(f"it cannot be drained yet: {error}")

    def _is_empty(self, until: float) -> bool:
        """Whether nothing is left that is worth waiting for."""
        now = self._clock()
        try:
            if self._notice is not None and self._nomad.is_drained():
                log("no task is left")
                return True
            if self._notice is not None:
                self._answered = now
        except ApiError as error:
            log(f"whether tasks are left is not known: {error}")
        if now > until + STOPPING:
            log("tasks are left after the deadline")
            return True
        if now > self._answered + ALONE:
            log(f"no server of Nomad has answered for {ALONE:.0f} s")
            return True
        return False

    def _go(self) -> None:
        """Its agents leave: Consul's tells the others, which do not have to find out."""
        for agent, unit in ((NOMAD, "nomad.service"), (CONSUL, "consul.service")):
            if not self._answers(agent):
                # systemd wakes a frozen one to end it, which would tell the others that it is well, with services that are gone. Itself
                # alone: tasks work until Consul has left, and nobody calls them any more.
                run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", unit)
            run("systemctl", "stop", unit)
        self._gone = True
        self._next = 0.0
        log("Nomad and Consul have left")

    def _tell(self) -> None:
        """Tells Auto Scaling how it is: from time to time that it goes on, and then that it is done."""
        now = self._clock()
        if self._told or now < self._next:
            return
        self._next = now + RETRY
        try:
            if self._gone:
                self._hook.complete()
                self._told = True
                log("Auto Scaling goes on")
            else:
                self._hook.still_wait()
                self._next = now + self._lifecycle.heartbeat_seconds
        except AwsError as error:
            log(f"Auto Scaling cannot be told: {error}")

    def _stay(self) -> None:
        """Makes the node again what it was, where this program has changed that."""
        if not MARK.exists():
            return
        try:
            run("systemctl", "start", "consul.service", "nomad.service")
            self._nomad.make_eligible()
        except (BootError, ApiError) as error:
            log(f"this node stays, but cannot take tasks yet: {error}")
            return
        MARK.unlink()
        self._reset()
        log("this node stays, and takes tasks")


def _is_sooner(notice: Notice, other: Notice) -> bool:
    if notice.until is None or other.until is None:
        return other.until is None and notice.until is not None
    # Less is not worth another drain.
    return notice.until < other.until - 5
