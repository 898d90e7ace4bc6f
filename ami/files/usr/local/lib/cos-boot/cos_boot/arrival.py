"""What a client does when it has come: it says so to Auto Scaling, which goes on with it only then."""

import time
from collections.abc import Callable
from pathlib import Path

from .aws import Aws, AwsError, Refused
from .metadata import Identity
from .node import Lifecycle
from .nomad import Nomad, NomadError
from .system import log, write_file

#: Seconds before Auto Scaling is told again what it could not be told.
RETRY = 10.0
#: There once Auto Scaling has been told: it asks once in a node's life.
MARK = Path("/var/lib/cos/arrived")


class Arrival:
    """How far the node is with coming."""

    def __init__(self, lifecycle: Lifecycle, nomad: Nomad, aws: Aws, instance: Identity, clock: Callable[[], float] = time.time) -> None:
        self._lifecycle = lifecycle
        self._nomad = nomad
        self._aws = aws
        self._instance = instance
        self._clock = clock
        self._next = 0.0

    def step(self) -> None:
        """Does what is next, called again and again."""
        if self._lifecycle.arrival_hook is None or self._clock() < self._next or MARK.exists():
            return
        try:
            if not self._nomad.takes_tasks():
                return
        except NomadError:
            # Its servers may not be there yet.
            return
        self._next = self._clock() + RETRY
        try:
            group = self._aws.group_of(self._instance.instance_id)
            self._aws.complete(self._instance.instance_id, group, self._lifecycle.arrival_hook)
            log("this node takes tasks: Auto Scaling has been told")
        except Refused as error:
            # It does not wait (any more).
            log(f"this node takes tasks; Auto Scaling says: {error}")
        except AwsError as error:
            log(f"this node takes tasks, but Auto Scaling cannot be told: {error}")
            return
        write_file(MARK, "")
