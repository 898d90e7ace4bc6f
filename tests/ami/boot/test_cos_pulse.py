"""When a client's agent is started anew, with Nomad played: run by ../boot.test.ts."""

import unittest
from unittest import mock

# First: by it the programs are found.
from support import Directory

from cos_boot import pulse
from cos_boot.api import Denied, Silent
from cos_boot.nomad import Heartbeat


class Hearing(Directory):
    def setUp(self):
        super().setUp()
        self.now = 1000.0
        self.nomad = mock.Mock()
        self.hears("5s")
        patched = mock.patch.object(pulse, "run")
        self.run = patched.start()
        self.addCleanup(patched.stop)
        self.pulse = pulse.Pulse(self.nomad, clock=lambda: self.now)

    def hears(self, last, ttl="15.2s"):
        self.nomad.heartbeat.return_value = Heartbeat(last, ttl)

    def after(self, seconds):
        """How often the agent has been started anew that time later, looked at every 2 seconds."""
        end = self.now + seconds
        while self.now < end:
            self.now += 2.0
            self.pulse.step()
        return self.run.call_count

    def test_a_client_that_is_heard_is_let_be(self):
        self.assertEqual(self.after(300), 0)
        self.hears("59.9s")
        self.assertEqual(self.after(300), 0)

    def test_one_that_is_not_heard_is_started_anew_once_in_ten_minutes(self):
        self.hears("1m0.5s")
        self.assertEqual(self.after(80), 1)
        self.assertEqual(self.run.call_args.args, ("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "nomad.service"))
        self.hears("9m0s")
        self.assertEqual(self.after(500), 1)
        self.assertEqual(self.after(120), 2)

    def test_one_that_has_never_been_heard_gets_its_time_from_the_start(self):
        self.hears("2562047h47m16.854775807s", "0s")
        self.assertEqual(self.after(50), 0)
        self.assertEqual(self.after(20), 1)

    def test_large_clusters_have_longer_times(self):
        self.hears("4m0s", "1m40s")
        self.assertEqual(self.after(400), 0)
        self.hears("5m1s", "1m40s")
        self.assertEqual(self.after(20), 1)

    def test_an_agent_that_does_not_answer_is_let_be(self):
        self.nomad.heartbeat.side_effect = Silent("no")
        self.nomad.lives.return_value = False
        self.assertEqual(self.after(300), 0)

    def test_one_that_lives_and_cannot_say_whose_the_token_is_is_started_anew(self):
        self.nomad.heartbeat.side_effect = Silent("no answer within 10 s")
        self.assertEqual(self.after(50), 0)
        self.assertEqual(self.after(30), 1)
        self.assertEqual(self.after(500), 1)
        self.nomad.heartbeat.side_effect = None
        self.assertEqual(self.after(300), 1)

    def test_one_whose_token_is_refused_is_let_be(self):
        self.nomad.heartbeat.side_effect = Denied("Permission denied")
        self.assertEqual(self.after(300), 0)

    def test_durations_are_read_as_go_writes_them(self):
        for text, expected in (("1h2m3.5s", 3723.5), ("250ms", 0.25), ("0s", 0.0), ("12µs", 12e-6)):
            self.assertAlmostEqual(pulse.seconds(text), expected)


if __name__ == "__main__":
    unittest.main()
