"""How a node that runs gets new values of its secrets, with Consul and AWS played: run by ../boot.test.ts."""

import base64
import json
import os
import pwd
import unittest
from unittest import mock

# First: by it the programs are found.
from support import Directory, Handler, node, serve

from cos_boot import renewal, secrets
from cos_boot.api import CONSUL, Api, ApiError, Silent
from cos_boot.aws import AwsError, Parameter
from cos_boot.node import parse_node
from cos_boot.system import BootError

ME = pwd.getpwuid(os.getuid()).pw_name


class Store:
    """Parameter Store."""

    def __init__(self, **values):
        self.parameters = {f"/{name}": Parameter(value, 1) for name, value in values.items()}
        self.asked = []

    def parameter(self, name):
        self.asked.append(name)
        if name not in self.parameters:
            raise BootError(f"there is no SSM parameter {name}")
        return self.parameters[name]

    def change(self, name, value):
        self.parameters[name] = Parameter(value, self.parameters[name].version + 1)


class Files(Directory):
    def setUp(self):
        super().setUp()
        for name in ("etc/consul.d", "etc/nomad.d", "etc/cos", "var/lib/consul"):
            (self.directory / name).mkdir(parents=True)
        self.patch(secrets, "VERSIONS", self.directory / "versions.json")
        self.patch(secrets, "KEPT_BY_AGENTS", self.directory / "var/lib")
        self.patch(secrets, "CONFIGURATION", self.directory / "etc")
        self.store = Store(certificate="c1", ring="r1", mine="m1")
        files = {"/certificate": "etc/consul.d/tls/agent.pem", "/ring": "var/lib/consul/serf/local.keyring", "/mine": "etc/cos/mine"}
        self.files = {name: self.directory / path for name, path in files.items()}
        listed = [{"parameter": name, "path": str(path), "owner": ME} for name, path in self.files.items()]
        self.node = parse_node(node(secrets=listed))

    def patch(self, module, name, value):
        patched = mock.patch.object(module, name, value)
        patched.start()
        self.addCleanup(patched.stop)

    def content(self):
        return {name: path.read_text() for name, path in self.files.items()}

    def test_all_are_written_at_boot_for_their_owners_alone(self):
        self.assertEqual(secrets.fetch(self.node, self.store), {"reload consul"})
        self.assertEqual(self.content(), {"/certificate": "c1", "/ring": "r1", "/mine": "m1"})
        modes = {oct(path.stat().st_mode & 0o777) for path in self.files.values()}
        self.assertEqual((modes, oct((self.directory / "etc/consul.d/tls").stat().st_mode & 0o777)), ({"0o600"}, "0o700"))
        for value in ("c1", "r1", "m1"):
            self.assertNotIn(value, str(self.said.mock_calls))

    def test_the_versions_are_known_of_those_that_are_read_again(self):
        self.assertEqual(secrets.known(), {})
        secrets.fetch(self.node, self.store)
        self.assertEqual(secrets.known(), {"/certificate": 1, "/mine": 1})
        (self.directory / "versions.json").write_text("{")
        self.assertEqual(secrets.known(), {})

    def test_what_agents_change_themselves_is_left_to_them_while_they_run(self):
        secrets.fetch(self.node, self.store)
        for name in self.files:
            self.store.change(name, "new")
        self.store.asked.clear()
        self.assertEqual(secrets.fetch(self.node, self.store, running=True), {"reload consul"})
        self.assertEqual(self.store.asked, ["/certificate", "/mine"])
        self.assertEqual(self.content(), {"/certificate": "new", "/ring": "r1", "/mine": "new"})
        self.assertEqual(secrets.known(), {"/certificate": 2, "/mine": 2})

    def test_no_agent_is_told_of_what_is_the_same_or_not_its_own(self):
        secrets.fetch(self.node, self.store)
        self.assertEqual(secrets.fetch(self.node, self.store, running=True), set())
        self.store.change("/mine", "new")
        self.assertEqual(secrets.fetch(self.node, self.store, running=True), set())

    def test_management_tokens_are_to_be_taken_and_who_starts_anew_reads_everything(self):
        secrets.fetch(self.node, self.store)
        self.patch(secrets, "STARTED_WITH", {self.files["/certificate"]})
        self.patch(secrets, "MANAGEMENT", self.files["/mine"])
        self.store.change("/mine", "new")
        self.store.change("/certificate", "new")
        self.assertEqual(secrets.fetch(self.node, self.store, running=True), {"restart consul", "take tokens"})

    def test_nothing_is_written_where_one_cannot_be_had(self):
        del self.store.parameters["/mine"]
        with self.assertRaisesRegex(BootError, "there is no SSM parameter /mine"):
            secrets.fetch(self.node, self.store)
        self.assertEqual(list((self.directory / "etc/consul.d").iterdir()), [])


class Consul(Handler):
    """Its KV store, of one test."""

    store: dict
    index = 7

    def do_GET(self):
        path = self.path.split("?")[0]
        type(self).asked.append(self.path)
        if path == "/v1/agent/self":
            return self.answer(200, json.dumps({"Config": {"NodeName": "node-1"}}))
        if path not in self.store:
            return self.answer(404, "")
        value = base64.b64encode(json.dumps(self.store[path]).encode()).decode()
        return self.answer(200, json.dumps([{"Value": value}]))

    def do_PUT(self):
        self.store[self.path] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(200, "true")

    def send_header(self, keyword, value):
        super().send_header(keyword, value)
        if keyword == "Content-Length":
            super().send_header("X-Consul-Index", str(self.index))


WANTED = "/v1/kv/cos/dev/secrets/wanted"
OWN = "/v1/kv/cos/dev/secrets/nodes/node-1"


class Renewing(Directory):
    def setUp(self):
        super().setUp()
        self.consul = type("OfThisTest", (Consul,), {"store": {}, "asked": []})
        port = serve(self, self.consul)
        self.has = {"/a": 1}
        self.newest = {"/a": 1}
        self.now = 0.0
        self.renewals = 0
        self.run = mock.Mock()
        for patched in (
            mock.patch.dict(os.environ, {"CONSUL_HTTP_ADDR": f"http://127.0.0.1:{port}"}),
            mock.patch.object(renewal, "known", lambda: self.has),
            mock.patch.object(renewal, "run", self.run),
            mock.patch("time.sleep"),
        ):
            patched.start()
            self.addCleanup(patched.stop)
        self.renewal = renewal.Renewal("dev", Api(CONSUL), self.renew, clock=lambda: self.now)

    def renew(self):
        self.renewals += 1
        changed = self.has != self.newest
        self.has = dict(self.newest)
        return {"reload nomad", "reload consul"} if changed else set()

    def reloaded(self):
        return [call.args for call in self.run.call_args_list]

    def test_a_node_says_what_it_has_once(self):
        self.renewal.step()
        self.assertEqual(self.consul.store, {OWN: {"/a": 1}})
        with mock.patch.object(self.consul, "do_PUT", side_effect=AssertionError):
            self.renewal.step()
        self.assertEqual((self.renewals, self.reloaded()), (0, []))

    def test_it_waits_for_news_by_the_index_that_it_knows(self):
        self.renewal.step()
        self.renewal.step()
        asked = [path for path in self.consul.asked if path.startswith(WANTED)]
        self.assertEqual(asked, [f"{WANTED}?index=0&wait=300s", f"{WANTED}?index=7&wait=300s"])

    def test_what_is_wanted_is_fetched_agents_are_told_and_then_it_is_said(self):
        self.newest = self.consul.store[WANTED] = {"/a": 2, "/of-another-role": 9}
        self.newest = {"/a": 2}
        self.renewal.step()
        self.assertEqual(self.renewals, 1)
        self.assertEqual(self.reloaded(), [("systemctl", "reload", "consul.service"), ("systemctl", "reload", "nomad.service")])
        self.assertEqual(self.consul.store[OWN], {"/a": 2})

    def test_what_an_agent_reads_at_its_start_alone_has_it_start_anew_in_its_turn(self):
        turns = []
        renewed = renewal.Renewal("dev", Api(CONSUL), lambda: {"restart nomad"}, lambda: self.now, lambda of: turns.append((of, self.reloaded())))
        self.consul.store[WANTED] = {"/a": 2}
        self.now = 3600.0
        with self.assertRaises(AwsError):
            renewed.step()
        self.assertEqual((turns, self.reloaded()), ([("nomad", [])], [("systemctl", "restart", "nomad.service")]))

    def test_management_tokens_are_taken_last_and_again_until_they_are(self):
        renewed = renewal.Renewal("dev", Api(CONSUL), lambda: {"take tokens", "reload nomad"} if not self.renewals else set(), lambda: self.now)
        self.consul.store[WANTED] = {"/a": 2}
        with mock.patch.object(renewal, "accept", side_effect=[ApiError("no leader"), None]) as accept:
            with self.assertRaisesRegex(ApiError, "no leader"):
                renewed.step()
            self.renewals, self.has = 1, {"/a": 2}
            self.assertNotIn(OWN, self.consul.store)
            renewed.step()
        self.assertEqual((self.reloaded(), accept.call_count), ([("systemctl", "reload", "nomad.service")], 2))
        # It does not wait for news meanwhile.
        self.assertEqual(len([path for path in self.consul.asked if path.startswith(f"{WANTED}?index=0&")]), 2)
        self.assertEqual(self.consul.store[OWN], {"/a": 2})

    def test_an_old_answer_of_aws_is_asked_for_again(self):
        self.consul.store[WANTED] = {"/a": 2}
        with self.assertRaisesRegex(AwsError, "does not have the versions yet"):
            self.renewal.step()
        self.assertNotIn(OWN, self.consul.store)
        self.newest = {"/a": 2}
        self.renewal.step()
        self.assertEqual(self.consul.store[OWN], {"/a": 2})

    def test_an_agent_that_cannot_be_told_is_told_again(self):
        self.consul.store[WANTED] = self.newest = {"/a": 2}
        self.run.side_effect = BootError("no")
        with self.assertRaises(BootError):
            self.renewal.step()
        self.assertNotIn(OWN, self.consul.store)
        self.run.side_effect = None
        self.renewal.step()
        self.assertEqual(self.reloaded()[1:], [("systemctl", "reload", "consul.service"), ("systemctl", "reload", "nomad.service")])
        self.assertEqual(self.consul.store[OWN], {"/a": 2})

    def test_within_the_hour_it_looks_itself(self):
        self.newest = {"/a": 2}
        self.renewal.step()
        self.assertEqual(self.renewals, 0)
        self.now = 3600.0
        self.renewal.step()
        self.assertEqual((self.renewals, self.consul.store[OWN]), (1, {"/a": 2}))

    def test_it_looks_soon_where_consul_does_not_answer(self):
        self.newest = {"/a": 2}
        with mock.patch.dict(os.environ, {"CONSUL_HTTP_ADDR": "http://127.0.0.1:1"}):
            silent = renewal.Renewal("dev", Api(CONSUL), self.renew, clock=lambda: self.now)
        for self.now, expected in ((0.0, 0), (60.0, 1), (61.0, 1), (120.0, 2)):
            with self.assertRaises(Silent):
                silent.step()
            self.assertEqual(self.renewals, expected)
        self.assertEqual(len(self.reloaded()), 2, "of what was new, once")

    def test_a_consul_with_another_history_is_asked_from_its_beginning(self):
        self.renewal.step()
        with mock.patch.object(self.consul, "index", 3):
            self.renewal.step()
            self.renewal.step()
        asked = [path for path in self.consul.asked if path.startswith(WANTED)]
        self.assertEqual(asked[-1], f"{WANTED}?index=0&wait=300s")


class Following(Directory):
    def test_it_goes_on_with_its_own_pauses(self):
        outcomes = [AwsError("no", "")] * 5 + [BootError("no"), None, KeyboardInterrupt]
        with (
            mock.patch.object(renewal.Renewal, "step", side_effect=outcomes),
            mock.patch("time.sleep") as slept,
            self.assertRaises(KeyboardInterrupt),
        ):
            renewal.follow(parse_node(node()), Store())
        self.assertEqual([call.args[0] for call in slept.call_args_list], [4, 8, 16, 30, 30, 30, 2])


if __name__ == "__main__":
    unittest.main()
