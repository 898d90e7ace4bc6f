"""How a client comes and leaves, without a machine: run by ../boot.test.ts."""

import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "ami/files/usr/local/lib/cos-boot"))

from cos_boot import arrival, departure, metadata  # noqa: E402
from cos_boot.aws import AwsError, Refused  # noqa: E402
from cos_boot.node import Lifecycle  # noqa: E402
from cos_boot.nomad import NomadError  # noqa: E402

IDENTITY = metadata.Identity("i-1", "eu-central-1", "eu-central-1a", "t4g.micro", "spot", "amazonaws.com")
STATE = "autoscaling/target-lifecycle-state"
ACTION = "spot/instance-action"
REBALANCE = "events/recommendations/rebalance"


class World:
    """Metadata, Nomad, Auto Scaling, systemd and the time, as far as a departure has to do with them."""

    def __init__(self):
        self.now = 1_800_000_000.0
        self.metadata = {STATE: "InService"}
        self.drained = False
        self.nomad_answers = True
        self.aws_answers = True
        self.waits = True
        self.ready = False
        self.did = []

    def find(self, path):
        return self.metadata.get(path)

    def _asked(self, *what):
        if not self.nomad_answers:
            raise NomadError("Nomad does not answer")
        self.did.append(what)

    def drain(self, seconds, _cause):
        self._asked("drain", round(seconds))

    def make_ineligible(self):
        self._asked("ineligible")

    def make_eligible(self):
        self._asked("eligible")

    def takes_tasks(self):
        if not self.nomad_answers:
            raise NomadError("Nomad does not answer")
        return self.ready

    def is_drained(self):
        if not self.nomad_answers:
            raise NomadError("Nomad does not answer")
        return self.drained

    def forget(self):
        self._asked("forget")

    def group_of(self, _instance):
        return "pool"

    def _told(self, *what):
        if not self.aws_answers:
            raise AwsError("AWS was not reached", "")
        self.did.append(what)

    def wait_on(self, *of_hook):
        self._told("heartbeat", *of_hook)

    def complete(self, *of_hook):
        if not self.waits:
            raise Refused("No active Lifecycle Action found", "ValidationError")
        self._told("complete", *of_hook)

    def run(self, *command):
        self.did.append(command)

    def taken(self):
        did, self.did = self.did, []
        return did


STOPPED = [("forget",), ("systemctl", "stop", "nomad.service"), ("systemctl", "stop", "consul.service")]
HEARTBEAT = ("heartbeat", "i-1", "pool", "leave")
LEFT = ("complete", "i-1", "pool", "leave")
CAME = ("complete", "i-1", "pool", "come")
LIFECYCLE = Lifecycle(arrival_hook="come", departure_hook="leave", drain_deadline_seconds=900, heartbeat_seconds=60)


class InAWorld(unittest.TestCase):
    #: The module that is tested.
    module = departure

    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="pulumi-cos-lifecycle-")
        self.addCleanup(made.cleanup)
        self.mark = Path(made.name) / "mark"
        self.world = World()
        replaced = {"MARK": self.mark, "run": self.world.run, "write_file": lambda path, text: path.write_text(text)}
        for name, value in replaced.items():
            if not hasattr(self.module, name):
                continue
            patched = mock.patch.object(self.module, name, value)
            patched.start()
            self.addCleanup(patched.stop)
        said = mock.patch("builtins.print")
        said.start()
        self.addCleanup(said.stop)
        self.begin()


class Arrivals(InAWorld):
    module = arrival

    def begin(self):
        self.arrival = arrival.Arrival(LIFECYCLE, self.world, self.world, IDENTITY, clock=lambda: self.world.now)

    def step(self, seconds=2):
        self.world.now += seconds
        self.arrival.step()
        return self.world.taken()

    def test_a_node_says_once_that_it_takes_tasks(self):
        self.world.nomad_answers = False
        self.assertEqual(self.step(), [])
        self.world.nomad_answers = True
        self.assertEqual(self.step(), [])
        self.world.ready = True
        self.assertEqual(self.step(), [CAME])
        self.assertEqual(self.step(), [])
        self.begin()
        self.assertEqual(self.step(), [])

    def test_what_cannot_be_said_is_said_later(self):
        self.world.ready = True
        self.world.aws_answers = False
        self.assertEqual(self.step() + self.step(), [])
        self.world.aws_answers = True
        self.assertEqual(self.step(10), [CAME])

    def test_a_group_that_does_not_wait_is_left_alone(self):
        self.world.ready = True
        self.world.waits = False
        self.step()
        self.world.waits = True
        self.assertEqual(self.step(20), [])


class Departures(InAWorld):

    def begin(self):
        """As after a start of the program."""
        self.departure = departure.Departure(LIFECYCLE, self.world, self.world, IDENTITY, clock=lambda: self.world.now)

    def step(self, seconds=2):
        self.world.now += seconds
        self.departure.step(self.world)
        return self.world.taken()

    def spot(self, seconds):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.world.now + seconds))
        self.world.metadata[ACTION] = f'{{"action": "terminate", "time": "{at}"}}'

    def test_nothing_is_done_while_nothing_is_said(self):
        self.assertEqual(self.step() + self.step(), [])

    def test_a_node_that_auto_scaling_ends_drains_leaves_and_says_so_once(self):
        self.world.metadata[STATE] = "Terminated"
        self.assertEqual(self.step(), [("drain", 900), HEARTBEAT])
        self.assertEqual(self.step(), [])
        self.world.drained = True
        self.assertEqual(self.step(), [*STOPPED, LEFT])
        self.assertEqual(self.step(), [])

    def test_auto_scaling_is_told_from_time_to_time_that_it_goes_on(self):
        self.world.metadata[STATE] = "Terminated"
        self.step()
        self.assertEqual(self.step(50), [])
        self.assertEqual(self.step(10), [HEARTBEAT])

    def test_what_auto_scaling_could_not_be_told_is_told_later(self):
        self.world.metadata[STATE] = "Terminated"
        self.world.drained = True
        self.world.aws_answers = False
        self.assertEqual(self.step(), [("drain", 900), *STOPPED])
        self.assertEqual(self.step(), [])
        self.world.aws_answers = True
        self.assertEqual(self.step(10), [LEFT])

    def test_a_spot_instance_drains_until_shortly_before_its_end(self):
        self.spot(120)
        self.assertEqual(self.step(), [("drain", 103)])
        self.world.drained = True
        self.assertEqual(self.step(), STOPPED)
        self.assertEqual(self.step(), [])

    def test_a_spot_interruption_hurries_a_drain_that_goes_on(self):
        self.world.metadata[STATE] = "Terminated"
        self.step()
        self.spot(120)
        self.assertEqual(self.step(), [("drain", 103)])

    def test_a_recommendation_keeps_new_tasks_away_only(self):
        self.world.metadata[REBALANCE] = '{"noticeTime": "2027-01-01T00:00:00Z"}'
        self.world.drained = True
        self.assertEqual(self.step(), [("ineligible",)])
        self.assertEqual(self.step(), [])
        self.world.metadata[STATE] = "Terminated"
        self.assertEqual(self.step(), [("drain", 900), HEARTBEAT, *STOPPED, LEFT])

    def test_tasks_that_do_not_end_hold_the_node_no_longer_than_the_deadline_and_their_end(self):
        self.world.metadata[STATE] = "Terminated"
        self.step()
        self.step(900)
        self.assertNotIn(LEFT, self.step(50))
        self.assertEqual(self.step(20), [HEARTBEAT, *STOPPED, LEFT])

    def test_a_drain_that_nobody_takes_is_asked_for_again(self):
        self.world.metadata[STATE] = "Terminated"
        self.world.nomad_answers = False
        self.assertEqual(self.step(), [HEARTBEAT])
        self.world.nomad_answers = True
        self.assertEqual(self.step(), [("drain", 898)])

    def test_without_a_server_nothing_is_waited_for(self):
        self.world.metadata[STATE] = "Terminated"
        self.step()
        self.world.nomad_answers = False
        self.assertNotIn(LEFT, self.step(110))
        self.assertEqual(self.step(20), [*STOPPED[1:], LEFT])

    def test_a_node_that_stays_after_all_takes_tasks_again(self):
        self.spot(120)
        self.world.drained = True
        self.step()
        del self.world.metadata[ACTION]
        self.world.nomad_answers = False
        started = ("systemctl", "start", "consul.service", "nomad.service")
        self.assertEqual(self.step(), [started])
        self.world.nomad_answers = True
        self.assertEqual(self.step(), [started, ("eligible",)])
        self.assertEqual(self.step(), [])
        self.assertFalse(self.mark.exists())

    def test_a_node_that_comes_back_takes_tasks_again(self):
        self.spot(120)
        self.step()
        del self.world.metadata[ACTION]
        self.begin()
        self.assertIn(("eligible",), self.step())

    def test_what_others_have_drained_stays_so(self):
        self.begin()
        self.assertEqual(self.step(), [])


if __name__ == "__main__":
    unittest.main()
