"""What a client does from its first boot to its end, besides running tasks: it says when it has come, and leaves before it ends."""

import time

from .arrival import Arrival
from .aws import Aws
from .departure import Departure
from .hooks import Hook
from .metadata import NoAnswer, Session, identity
from .node import read_node
from .nomad import Nomad
from .pulse import Pulse
from .system import BootError, log

#: Seconds between two looks. AWS recommends 5 for spot interruptions, which come 2 minutes before the end.
INTERVAL = 2.0


def main() -> int:
    """Watches as long as the node is there. Ends with 0 on what is no client."""
    try:
        node = read_node()
        if node.lifecycle is None:
            log("this node comes and goes by others' hands")
            return 0
        instance = identity()
    except BootError as error:
        log(f"error: {error}")
        return 1
    nomad, aws = Nomad(), Aws(instance.region)
    arrival = Arrival(nomad, Hook(aws, instance, node.lifecycle.arrival_hook))
    departure = Departure(node.lifecycle, nomad, Hook(aws, instance, node.lifecycle.departure_hook))
    pulse = Pulse(nomad)
    answers = True
    while True:
        try:
            arrival.step()
            pulse.step()
            departure.step(Session())
            answers = True
        except NoAnswer as error:
            if answers:
                log(f"the metadata service: {error}; trying again")
            answers = False
        time.sleep(INTERVAL)
