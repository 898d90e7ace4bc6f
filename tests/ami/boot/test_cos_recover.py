"""How quorum is recovered, without a machine: run by ../boot.test.ts."""

import dataclasses
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "ami/files/usr/local/lib/cos-boot"))

from cos_boot import recover  # noqa: E402
from cos_boot.node import parse_node  # noqa: E402
from cos_boot.system import BootError  # noqa: E402

#: Before it is replaced.
LAST_INDEX = recover.last_index


class Recovery(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="pulumi-cos-recover-")
        self.addCleanup(made.cleanup)
        directory = Path(made.name)
        self.product = dataclasses.replace(recover.PRODUCTS["consul"], node_id=directory / "node-id", raft=directory / "raft")
        self.leaders = ["", "10.0.0.1:8300"]
        self.index = 7
        self.did = []
        replaced = {
            "leader": lambda _: self.leaders.pop(0),
            "last_index": lambda _: self.index,
            "own_address": lambda: "10.0.0.1",
            "run": lambda *command: self.did.append(command),
            "write_file": lambda path, text, **_: path.write_text(text),
        }
        for name, value in replaced.items():
            patched = mock.patch.object(recover, name, value)
            patched.start()
            self.addCleanup(patched.stop)
        said = mock.patch("builtins.print")
        said.start()
        self.addCleanup(said.stop)

    def has_data(self):
        self.product.node_id.write_text("an-id\n")
        self.product.raft.mkdir()

    def test_a_server_becomes_the_only_one(self):
        self.has_data()
        recover.recover(self.product, 1)
        written = json.loads((self.product.raft / "peers.json").read_text())
        self.assertEqual(written, [{"id": "an-id", "address": "10.0.0.1:8300", "non_voter": False}])
        self.assertEqual(self.did, [("systemctl", "stop", "consul.service"), ("systemctl", "start", "consul.service")])

    def test_a_cluster_with_a_leader_is_left_alone(self):
        self.has_data()
        self.leaders = ["10.0.0.2:8300"]
        with self.assertRaisesRegex(BootError, "there is a leader, 10.0.0.2:8300"):
            recover.recover(self.product, 1)
        self.assertEqual(self.did, [])

    def test_a_server_without_data_is_left_alone(self):
        self.has_data()
        self.index = 0
        with self.assertRaisesRegex(BootError, "has no data, use one that has"):
            recover.recover(self.product, 1)
        self.assertEqual(self.did, [])

    def test_a_server_that_does_not_lead_after_all_is_said(self):
        self.has_data()
        self.leaders = ["", "", ""]
        with self.assertRaisesRegex(BootError, "there is no leader after 0 s"):
            recover.recover(self.product, 0)

    def test_the_age_of_its_data_is_what_its_agent_says(self):
        for answer in ({"Stats": {"raft": {"last_log_index": "42"}}}, {"stats": {"raft": {"last_log_index": "42"}}}):
            with mock.patch.object(recover, "_ask", lambda *_, answer=answer: answer):
                self.assertEqual(LAST_INDEX(self.product), 42)

    def test_only_servers_recover(self):
        node = {"version": 1, "cluster": "dev", "agents": []}
        self.assertEqual(recover.product_of(parse_node({**node, "role": "nomad-server"})).name, "nomad")
        with self.assertRaisesRegex(BootError, "this node is a client, and no server"):
            recover.product_of(parse_node({**node, "role": "client"}))


if __name__ == "__main__":
    unittest.main()
