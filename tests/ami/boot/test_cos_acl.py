"""How servers make the first tokens, with the APIs in a test's hands: run by ../boot.test.ts."""

import json
import os
import pwd
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
            mock.patch.object(acl, "FIRST_TOKENS", file),
            mock.patch.object(acl, "CONSUL_MANAGEMENT", management),
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
        self.assertEqual(self.make(None, role="client")[0], [])
        self.assertEqual(self.make(None, there=False)[0], [])
        with mock.patch.object(acl, "read_node", side_effect=BootError("no file")):
            self.assertEqual(acl.main(), 1)


class Nomad:
    """Takes the first token, and another where a leader finds the index of its last in a file."""

    def __init__(self, reset, *, known=(), leads=True):
        self.reset, self.known, self.leads, self.asked = reset, list(known), leads, []

    def call(self, api, method, path, body=None):
        self.asked.append((method, path))
        if path == "acl/token/self":
            if api._token not in self.known:
                raise Denied("Nomad answers 403: ACL token not found")
            return {}
        assert (method, path) == ("POST", "acl/bootstrap")
        index = 10 * len(self.known)
        if self.known and not (self.leads and self.reset.exists() and self.reset.read_text() == str(index)):
            raise ApiError(f"Nomad answers 400: ACL bootstrap already done (reset index: {index})")
        self.known.append(body["BootstrapSecret"])
        return {}


class ManagementTokens(Directory):
    def accept(self, *wanted, kind=Nomad, **of):
        file, reset = self.directory / "nomad-management.json", self.directory / "reset"
        file.write_text(json.dumps(wanted))
        nomad = kind(reset, **of)
        with (
            mock.patch.object(acl, "MANAGEMENT", file),
            mock.patch.object(acl, "RESET", reset),
            mock.patch.object(acl, "AGENT", pwd.getpwuid(os.getuid()).pw_name),
            mock.patch.object(acl.Api, "call", lambda api, *args: nomad.call(api, *args)),
        ):
            try:
                acl.accept()
            finally:
                self.assertFalse(reset.exists())
        return nomad

    def test_the_first_is_taken_and_others_after_it(self):
        self.assertEqual(self.accept("1").known, ["1"])
        self.assertEqual(self.accept("2", "1", "3", known=["1"]).known, ["1", "2", "3"])
        self.assertNotIn("2", str(self.said.mock_calls))

    def test_one_that_somebody_else_has_it_take_meanwhile_is_not_taken_twice(self):
        class Overtaken(Nomad):
            def call(self, api, method, path, body=None):
                if method == "POST" and not self.known:
                    self.known.append(body["BootstrapSecret"])
                return super().call(api, method, path, body)

        self.assertEqual(self.accept("1", kind=Overtaken).known, ["1"])

    def test_those_that_are_known_are_left(self):
        self.assertEqual({method for method, _ in self.accept("1", "2", known=["2", "1"]).asked}, {"GET"})

    def test_who_does_not_lead_tries_again(self):
        with self.assertRaisesRegex(ApiError, "already done"):
            self.accept("2", known=["1"], leads=False)

    def test_what_has_no_leader_is_asked_once(self):
        with mock.patch.object(Nomad, "call", side_effect=ApiError("Nomad answers 500: No cluster leader")), self.assertRaisesRegex(ApiError, "No cluster leader"):
            self.accept("1")

    def test_servers_of_nomad_do_it_at_boot(self):
        file = self.directory / "nomad-management.json"
        file.write_text("[]")
        for role, calls in (("nomad-server", 2), ("client", 0)):
            with (
                mock.patch.object(acl, "MANAGEMENT", file),
                mock.patch.object(acl, "read_node", return_value=parse_node(node(role=role, agents=["consul", "nomad"]))),
                mock.patch.object(acl, "accept", side_effect=[Silent("no"), None]) as accept,
                mock.patch("time.sleep"),
            ):
                self.assertEqual(acl.main(), 0)
            self.assertEqual(accept.call_count, calls)


if __name__ == "__main__":
    unittest.main()
