"""How a client comes and leaves, without a machine: run by ../boot.test.ts."""

import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "ami/files/usr/local/lib/cos-boot"))

from cos_boot import arrival, departure  # noqa: E402
from cos_boot.api import ApiError, Denied  # noqa: E402
from cos_boot.aws import AwsError, Refused  # noqa: E402
from cos_boot.hooks import Hook  # noqa: E402
from cos_boot.metadata import Identity  # noqa: E402
from cos_boot.node import Lifecycle  # noqa: E402

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
        self.frozen = set()
        self.aws_answers = True
        self.waits = True
        self.ready = False
        self.token_is_missing = False
        self.did = []

    def find(self, path):
        return self.metadata.get(path)

    def _asked(self, *what):
        if not self.nomad_answers:
            raise ApiError("Nomad does not answer")
        self.did.append(what)

    def drain(self, seconds, _cause):
        self._asked("drain", round(seconds))

    def make_ineligible(self):
        self._asked("ineligible")

    def make_eligible(self):
        self._asked("eligible")

    def takes_tasks(self):
        if not self.nomad_answers:
            raise ApiError("Nomad does not answer")
        if self.token_is_missing:
            raise Denied("Nomad answers 403: Permission denied")
        return self.ready

    def is_drained(self):
        if not self.nomad_answers:
            raise ApiError("Nomad does not answer")
        return self.drained

    def _told(self, what):
        if not self.aws_answers:
            raise AwsError("AWS was not reached", "")
        self.did.append(what)

    def still_wait(self):
        self._told(HEARTBEAT)

    def complete(self):
        if not self.waits:
            raise Refused("No active Lifecycle Action found", "ValidationError")
        self._told(DONE)

    def run(self, *command):
        self.did.append(command)

    def taken(self):
        did, self.did = self.did, []
        return did


STOPPED = [("systemctl", "stop", "nomad.service"), ("systemctl", "stop", "consul.service")]
HEARTBEAT = "heartbeat"
DONE = "complete"
LIFECYCLE = Lifecycle(arrival_hook="come", departure_hook="leave", drain_deadline_seconds=900, heartbeat_seconds=60)


def written(path, text):
    """As the real one: whether anything of it is new."""
    is_new = not path.exists() or path.read_text() != text
    path.write_text(text)
    return is_new


class InAWorld(unittest.TestCase):
    #: The module that is tested.
    module = departure

    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="pulumi-cos-lifecycle-")
        self.addCleanup(made.cleanup)
        self.mark = Path(made.name) / "mark"
        self.world = World()
        replaced = {"MARK": self.mark, "run": self.world.run, "write_file": written}
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
        self.arrival = arrival.Arrival(self.world, self.world, clock=lambda: self.world.now)

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
        self.assertEqual(self.step(), [DONE])
        self.assertEqual(self.step(), [])
        self.begin()
        self.assertEqual(self.step(), [])

    def test_what_cannot_be_said_is_said_later(self):
        self.world.ready = True
        self.world.aws_answers = False
        self.assertEqual(self.step() + self.step(), [])
        self.world.aws_answers = True
        self.assertEqual(self.step(10), [DONE])

    def test_a_node_that_may_not_ask_is_taken_into_service(self):
        self.world.token_is_missing = True
        self.assertEqual(self.step(), [DONE])

    def test_a_group_that_does_not_wait_is_left_alone(self):
        self.world.ready = True
        self.world.waits = False
        self.step()
        self.world.waits = True
        self.assertEqual(self.step(20), [])


class Departures(InAWorld):

    def begin(self):
        """As after a start of the program."""
        self.departure = departure.Departure(
            LIFECYCLE, self.world, self.world, clock=lambda: self.world.now, answers=lambda agent: agent.name not in self.world.frozen
        )

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
        self.assertEqual(self.step(), [*STOPPED, DONE])
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
        self.assertEqual(self.step(10), [DONE])

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
        self.assertEqual(self.step(), [("drain", 900), HEARTBEAT, *STOPPED, DONE])

    def test_tasks_that_do_not_end_hold_the_node_no_longer_than_the_deadline_and_their_end(self):
        self.world.metadata[STATE] = "Terminated"
        self.step()
        self.step(900)
        self.assertNotIn(DONE, self.step(50))
        self.assertEqual(self.step(20), [HEARTBEAT, *STOPPED, DONE])

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
        self.assertNotIn(DONE, self.step(110))
        self.assertEqual(self.step(20), [*STOPPED, DONE])

    def test_nor_where_none_has_ever_answered(self):
        self.world.metadata[STATE] = "Terminated"
        self.world.nomad_answers = False
        self.step()
        for _ in range(11):
            self.assertNotIn(DONE, self.step(10))
        self.assertIn(DONE, self.step(20))

    def test_agents_that_are_frozen_are_killed_first(self):
        self.world.metadata[STATE] = "Terminated"
        self.world.drained = True
        self.world.frozen = {"Consul"}
        kill = ("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "consul.service")
        self.assertEqual(self.step(), [("drain", 900), HEARTBEAT, STOPPED[0], kill, STOPPED[1], DONE])

    def test_where_less_time_is_left_servers_are_given_time_anew(self):
        self.world.metadata[REBALANCE] = '{"noticeTime": "2027-01-01T00:00:00Z"}'
        self.step()
        self.step(1000)
        self.world.nomad_answers = False
        self.world.metadata[STATE] = "Terminated"
        self.assertEqual(self.step(), [HEARTBEAT])
        self.assertNotIn(DONE, self.step(110))
        self.assertIn(DONE, self.step(20))

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


class Hooks(unittest.TestCase):
    def tell(self, group, tags=()):
        """What AWS is asked when an instance keeps a hook waiting, and then completes it."""
        asked = []

        class Aws:
            def attempt(self, service, operation, **arguments):
                asked.append((service, operation, arguments))
                return {"Reservations": [{"Instances": [{"Tags": list(tags)}]}]}

        hook = Hook(Aws(), Identity("i-1", "eu-central-1", "eu-central-1a", "t4g.micro", "spot", "amazonaws.com", group=group), "leave")
        hook.still_wait()
        hook.complete()
        return asked

    def test_name_the_instance_its_group_and_themselves(self):
        which = {"InstanceId": "i-1", "AutoScalingGroupName": "pool", "LifecycleHookName": "leave"}
        told = [
            ("autoscaling", "record_lifecycle_action_heartbeat", which),
            ("autoscaling", "complete_lifecycle_action", {**which, "LifecycleActionResult": "CONTINUE"}),
        ]
        self.assertEqual(self.tell("pool"), told)
        tags = [{"Key": "Name", "Value": "x"}, {"Key": "aws:autoscaling:groupName", "Value": "pool"}]
        looked = ("ec2", "describe_instances", {"InstanceIds": ["i-1"]})
        self.assertEqual(self.tell(None, tags), [looked, *told], "where metadata has no tags, EC2 is asked once")

    def test_an_instance_without_a_group_is_an_error(self):
        with self.assertRaisesRegex(AwsError, "no group"):
            self.tell(None)


if __name__ == "__main__":
    unittest.main()
