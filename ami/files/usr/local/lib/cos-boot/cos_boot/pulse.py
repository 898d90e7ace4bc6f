"""A Nomad client that its servers do not hear is started anew, once in a while: its tasks run on.

By TLS a client waits without end for a server that takes its connection and says nothing, as one does that is frozen: its heartbeats stop, and
its tasks are started elsewhere, although other servers are well. Source: nomad 1.11, helper/pool/pool.go (`getNewConn`). A new agent
tries another.

So it does with the questions that it has for servers itself, such as whose token this program's is: then it does not answer here, and yet lives.
"""

import re
import time
from collections.abc import Callable

from .api import ApiError, Denied
from .nomad import Nomad
from .system import log, run

#: Seconds between two looks.
INTERVAL = 10.0
#: Seconds without a heartbeat after which a client is not heard: servers take it for down after 40 at the most, where it has a TTL of 20.
SILENCE = 60.0
#: The same as a multiple of its TTL, which is longer in large clusters.
TTLS = 3.0
#: Seconds in which it is started anew once: where no server is there, it does not help.
PAUSE = 600.0

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


class Pulse:
    """What is known of the heartbeats."""

    def __init__(self, nomad: Nomad, clock: Callable[[], float] = time.monotonic) -> None:
        self._nomad = nomad
        self._clock = clock
        self._next = 0.0
        self._since = clock()
        #: When the agent last said how it is heard, or did not live.
        self._answered = clock()
        self._restarted: float | None = None

    def step(self) -> None:
        """Looks, when it is time. An agent that does not answer is for others to see to."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + INTERVAL
        silent, limit = self._silence(now)
        if silent < limit:
            return
        if self._restarted is not None and now - self._restarted < PAUSE:
            return
        log(f"Nomad's servers have not heard of this client for {silent:.0f} s: its agent is started anew, its tasks run on")
        # Not stopped: it would wait for what it waits for.
        run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "nomad.service")
        self._restarted = self._since = self._answered = now

    def _silence(self, now: float) -> tuple[float, float]:
        """For how long the agent has not been heard, and for how long it may be; as far as is known here."""
        try:
            heartbeat = self._nomad.heartbeat()
        except Denied:
            return 0, SILENCE
        except ApiError:
            if not self._nomad.lives():
                self._answered = now
            return now - self._answered, SILENCE
        self._answered = now
        return min(seconds(heartbeat.last), now - self._since), max(SILENCE, TTLS * seconds(heartbeat.ttl))


def seconds(duration: str) -> float:
    """Those of a duration as Go writes it."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([0-9.]+)(h|ms|µs|ns|m|s)", duration))
