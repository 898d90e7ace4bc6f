"""How Consul's servers make its first tokens, with Consul's API in a test's hands: run by ../boot.test.ts."""

import json
import unittest
from unittest import mock

# First: by it the programs are found.
from support import Directory, node

from cos_boot import acl
from cos_boot.api import ApiError, Denied, Silent
from cos_boot.node import parse_node
from cos_boot.system import BootError

POLICY = {"method": "PUT", "path": "acl/policy", "body": {"Name": "agent"}}
TOKEN = {"method": "PUT", "path": "acl/token", "body": {"SecretID": "secret"}}


class FirstTokens(Directory):
    def make(self, *answers, role="consul-server", there=True):
        """What is asked for with which tokens, and what is said. The last answer is given again and again."""
        file = self.directory / "consul-acl.json"
        file.unlink(missing_ok=True)
        if there:
            file.write_text(json.dumps([POLICY, TOKEN]))
        management = self.directory / "management"
        management.write_text("management\n")
        given, asked = list(answers), []

        def call(api, method, path, body):
            asked.append((api._token, method, path, body))
            answer = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(answer, Exception):
                raise answer

        with (
            mock.patch.object(acl, "FILE", file),
            mock.patch.object(acl, "MANAGEMENT", management),
            mock.patch.object(acl, "read_node", return_value=parse_node(node(role=role, agents=["consul"]))),
            mock.patch.object(acl.Api, "call", call),
            mock.patch("time.sleep"),
        ):
            self.assertEqual(acl.main(), 0)
        return asked, " ".join(str(each.args[0]) for each in self.said.call_args_list)

    def test_they_are_made_in_order_with_the_management_token(self):
        asked, said = self.make(None)
        expected = [("management", *each.values()) for each in (POLICY, TOKEN)]
        self.assertEqual(asked, expected)
        self.assertIn("knows the tokens", said)

    def test_it_tries_again_until_there_is_a_leader_and_says_once_why(self):
        asked, said = self.make(Silent("Consul does not answer"), Denied("ACL not found"), Denied("ACL not found"), None)
        self.assertEqual([each[2] for each in asked], ["acl/policy"] * 4 + ["acl/token"])
        self.assertEqual(said.count("ACL not found"), 1)

    def test_what_another_server_has_made_is_there(self):
        there = ApiError('Consul answers 500: Invalid Policy: A Policy with Name "agent" already exists')
        asked, _ = self.make(there, ApiError("Consul answers 500: Invalid Token: SecretID is already in use"))
        self.assertEqual(len(asked), 2)

    def test_others_make_none(self):
        self.assertEqual(self.make(None, role="nomad-server")[0], [])
        self.assertEqual(self.make(None, there=False)[0], [])
        with mock.patch.object(acl, "read_node", side_effect=BootError("no file")):
            self.assertEqual(acl.main(), 1)


if __name__ == "__main__":
    unittest.main()
