"""When servers start anew, with their API in a test's hands: run by ../boot.test.ts."""

import unittest
from unittest import mock

# First: by it the programs are found.
from support import Directory

from cos_boot import turn
from cos_boot.api import Denied, Silent

HEALTHY = {"Healthy": True, "FailureTolerance": 1}


class Turns(Directory):
    def wait(self, own, *health, members=("10.0.0.1", "10.0.0.2", "10.0.0.3"), product="nomad"):
        """For how long a server waits. The last answer about health is given again and again."""
        now, given = 0.0, list(health)

        def sleep(seconds):
            nonlocal now
            now += seconds

        def call(_api, _method, path, accept=()):
            if path == "agent/self":
                return {"member": {"Addr": own}} if product == "nomad" else {"Member": {"Addr": own}}
            if path == "agent/members" and product == "consul":
                client = {"Addr": "10.0.0.0", "Status": 1, "Tags": {"role": "node"}}
                return [client, *({"Addr": addr, "Status": 1, "Tags": {"role": "consul"}} for addr in members)]
            if path == "agent/members":
                alive = [{"Addr": addr, "Status": "alive", "Tags": {"region": "here"}} for addr in members]
                gone = {"Addr": "10.0.0.0", "Status": "failed", "Tags": {"region": "here"}}
                other = {"Addr": "10.0.0.0", "Status": "alive", "Tags": {"region": "there"}}
                return {"ServerRegion": "here", "Members": [*alive, gone, other]}
            self.assertEqual((path, accept), ("operator/autopilot/health", (429,)))
            answer = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        with (
            mock.patch.object(turn.Api, "call", call),
            mock.patch.object(turn.time, "sleep", sleep),
            mock.patch.object(turn.time, "monotonic", lambda: now),
        ):
            turn.wait_for_turn(product)
        return now

    def test_each_has_its_turn_by_its_address(self):
        for product in ("nomad", "consul"):
            self.assertEqual([self.wait(f"10.0.0.{i}", HEALTHY, product=product) for i in (1, 2, 3)], [0.0, 30.0, 60.0])

    def test_none_goes_while_another_is_not_healthy_or_none_may_be_missing(self):
        ill, last = {"Healthy": False, "FailureTolerance": 0}, {"Healthy": True, "FailureTolerance": 0}
        self.assertEqual(self.wait("10.0.0.1", ill, last, HEALTHY), 4.0)

    def test_a_server_is_back_once_it_knows_the_token(self):
        answers = [Silent("no"), Denied("Permission denied"), {}]

        def call(*_):
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        with mock.patch.object(turn.Api, "call", call), mock.patch.object(turn.time, "sleep"):
            turn.wait_until_back("nomad")
        self.assertEqual(answers, [])

    def test_it_does_not_wait_for_ever(self):
        self.assertEqual(self.wait("10.0.0.1", {"Healthy": False}), 300.0)
        self.assertEqual(self.wait("10.0.0.1", Silent("no")), 0.0)
        self.assertEqual(self.wait("10.0.0.1", {"Healthy": True, "FailureTolerance": 0}, members=["10.0.0.1"]), 0.0)


if __name__ == "__main__":
    unittest.main()
