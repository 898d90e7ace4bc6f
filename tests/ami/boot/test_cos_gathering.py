"""When a new client's Nomad starts, with Consul's API in a test's hands: run by ../boot.test.ts."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "ami/files/usr/local/lib/cos-boot"))

from cos_boot import gathering  # noqa: E402
from cos_boot.api import Denied, Silent  # noqa: E402
from cos_boot.node import Node, parse_node  # noqa: E402
from cos_boot.system import BootError  # noqa: E402


class Gathering(unittest.TestCase):
    def gather(self, *answers, role="client", blank=True, patience="120", token=None):
        """For how long Nomad's start waits, and what is said. The last answer is given again and again; `token` those for it, where there is one."""
        now = 0.0

        def sleep(seconds):
            nonlocal now
            now += seconds

        given = {"health/checks/nomad": list(answers), "acl/token/self": list(token or [])}
        tokens = tempfile.TemporaryDirectory(prefix="pulumi-cos-tokens-")
        self.addCleanup(tokens.cleanup)
        if token:
            Path(tokens.name, "consul-token").write_text("it")

        def call(_self, _method, path):
            of = given[path]
            answer = of.pop(0) if len(of) > 1 else of[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        found = parse_node({"version": 3, "cluster": "dev", "role": role, "agents": ["consul", "nomad"]})
        with (
            mock.patch.object(gathering, "read_node", return_value=found),
            mock.patch.object(Node, "is_blank", blank),
            mock.patch.object(gathering.Api, "call", call),
            mock.patch.object(gathering, "TOKENS", Path(tokens.name)),
            mock.patch.object(gathering.time, "sleep", sleep),
            mock.patch.object(gathering.time, "monotonic", lambda: now),
            mock.patch.dict(os.environ, {"COS_BOOT_PATIENCE": patience}),
            mock.patch("builtins.print") as said,
        ):
            self.assertEqual(gathering.main(), 0)
        return now, " ".join(str(each.args[0]) for each in said.call_args_list)

    def test_it_waits_for_servers_that_have_a_leader(self):
        def check(tag, status):
            return {"ServiceTags": [tag], "Status": status}

        without_leader = [check("http", "critical"), check("rpc", "passing"), check("serf", "passing")]
        self.assertEqual(self.gather([], Silent("no"), without_leader, [*without_leader, check("http", "passing")]), (1.5, ""))

    def test_it_waits_no_longer_than_a_minute(self):
        seconds, said = self.gather([])
        self.assertEqual(seconds, 60.0)
        self.assertIn("no server of Nomad's has a leader yet", said)
        self.assertEqual(self.gather([], patience="3")[0], 3.0)

    def test_servers_and_clients_that_hold_something_wait_for_nobody(self):
        self.assertEqual(self.gather([], role="nomad-server"), (0.0, ""))
        self.assertEqual(self.gather([], blank=False), (0.0, ""))

    def test_nodes_of_each_role_wait_until_consul_knows_their_token(self):
        unknown = Denied("ACL not found")
        self.assertEqual(self.gather([], role="nomad-server", token=[Silent("no"), unknown, {}]), (1.0, ""))
        self.assertEqual(self.gather([], blank=False, token=[unknown, {}]), (0.5, ""))
        seconds, said = self.gather([], role="nomad-server", token=[unknown])
        self.assertEqual(seconds, 60.0)
        self.assertIn("Consul does not know the token", said)

    def test_where_it_may_not_know_or_is_no_node_nomad_starts(self):
        seconds, said = self.gather(Denied("Permission denied"))
        self.assertEqual(seconds, 0.0)
        self.assertIn("Permission denied", said)
        with mock.patch.object(gathering, "read_node", side_effect=BootError("no file")), mock.patch("builtins.print"):
            self.assertEqual(gathering.main(), 0)


if __name__ == "__main__":
    unittest.main()
