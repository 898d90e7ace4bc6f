"""What a client does when it has come: it says so to Auto Scaling, which goes on with it only then."""

import time
from collections.abc import Callable
from pathlib import Path

from .api import ApiError, Denied
from .aws import AwsError, Refused
from .hooks import Hook
from .nomad import Nomad
from .system import log, write_file

#: Seconds before Auto Scaling is told again what it could not be told.
RETRY = 10.0
#: There once Auto Scaling has been told: it asks once in a node's life.
MARK = Path("/var/lib/cos/arrived")


class Arrival:
    """How far the node is with coming."""

    def __init__(self, nomad: Nomad, hook: Hook, clock: Callable[[], float] = time.time) -> None:
        self._nomad = nomad
        self._hook = hook
        self._clock = clock
        self._next = 0.0

    def step(self) -> None:
        """Does what is next, called again and again."""
        if self._clock() < self._next or MARK.exists():
            return
        try:
            if not self._nomad.takes_tasks():
                return
        except Denied as error:
            # Better in service than ended again and again for want of a token.
            log(f"whether this node takes tasks is not known: {error}")
        except ApiError:
            # Its servers may not be there yet.
            return
        self._next = self._clock() + RETRY
        try:
            self._hook.complete()
            log("this node takes tasks: Auto Scaling has been told")
        except Refused as error:
            # It does not wait (any more).
            log(f"this node takes tasks; Auto Scaling says: {error}")
        except AwsError as error:
            log(f"this node takes tasks, but Auto Scaling cannot be told: {error}")
            return
        write_file(MARK, "")
