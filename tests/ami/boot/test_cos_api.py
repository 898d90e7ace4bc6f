"""How a node asks its agents, by a server in their place: run by ../boot.test.ts."""

import json
import os
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

# First: by it the programs are found.
from support import Directory, Handler, serve

from cos_boot import api, nomad
from cos_boot.api import Agent, ApiError, Denied, Silent


class NomadsApi(unittest.TestCase):
    def setUp(self):
        requests, test = [], self
        self.requests = requests
        #: Tokens that have ended.
        self.refused = set()
        self.answers = {
            "/v1/agent/self": (200, {"stats": {"client": {"node_id": "n-1"}}}),
            "/v1/node/n-1/drain": (200, {}),
            "/v1/node/n-1": (200, {"Status": "ready", "SchedulingEligibility": "eligible", "DrainStrategy": None}),
            "/v1/node/n-1/allocations": (200, [{"ClientStatus": "complete"}]),
        }
        answers = self.answers

        class Answers(Handler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                token = self.headers.get("X-Nomad-Token")
                requests.append((self.command, self.path, token, self.rfile.read(length).decode()))
                status, body = (403, "Permission denied") if token in test.refused else answers[self.path]
                self.answer(status, json.dumps(body))

            do_PUT = do_POST = do_GET

        port = serve(self, Answers)
        made = tempfile.TemporaryDirectory(prefix="pulumi-cos-nomad-")
        self.addCleanup(made.cleanup)
        self.token = Path(made.name) / "nomad-token"
        for patched in (
            mock.patch.dict(os.environ, {"NOMAD_ADDR": f"http://127.0.0.1:{port}"}),
            mock.patch.object(api, "TOKENS", self.token.parent),
        ):
            patched.start()
            self.addCleanup(patched.stop)

    def test_a_drain_is_asked_for_with_its_deadline_and_cause(self):
        nomad.Nomad().drain(12.3, "why")
        method, path, token, body = self.requests[-1]
        self.assertEqual((method, path, token), ("PUT", "/v1/node/n-1/drain", None))
        spec = {"Deadline": 12_000_000_000, "IgnoreSystemJobs": False}
        self.assertEqual(json.loads(body), {"DrainSpec": spec, "Meta": {"message": "why"}})

    def test_a_node_is_drained_when_no_drain_goes_on_and_no_task_is_left(self):
        self.assertTrue(nomad.Nomad().is_drained())
        self.answers["/v1/node/n-1/allocations"] = (200, [{"ClientStatus": "running"}])
        self.assertFalse(nomad.Nomad().is_drained())
        self.answers["/v1/node/n-1/allocations"] = (200, None)
        self.assertTrue(nomad.Nomad().is_drained())
        self.answers["/v1/node/n-1"] = (200, {"DrainStrategy": {}})
        self.assertFalse(nomad.Nomad().is_drained())

    def test_an_agent_that_refuses_answers_and_one_that_is_not_there_does_not(self):
        self.answers["/v1/agent/self"] = (403, "Permission denied")
        self.assertTrue(api.Api(api.NOMAD).answers())
        with mock.patch.dict(os.environ, {"NOMAD_ADDR": "http://127.0.0.1:1"}):
            self.assertFalse(api.Api(api.NOMAD).answers())

    def test_a_token_is_used_where_there_is_one_and_missed_where_it_is_needed(self):
        self.answers["/v1/agent/self"] = (403, "Permission denied")
        with self.assertRaises(Denied):
            nomad.Nomad().takes_tasks()
        self.answers["/v1/agent/self"] = (200, {"stats": {"client": {"node_id": "n-1"}}})
        self.token.write_text("secret\n")
        self.assertTrue(nomad.Nomad().takes_tasks())
        self.assertEqual(self.requests[-1][2], "secret")

    def test_a_login_gets_a_token_once_and_another_when_that_has_ended(self):
        (self.token.parent / "nomad-login").write_text("signed\n")
        self.answers["/v1/acl/login"] = (200, {"SecretID": "one"})
        asked = nomad.Nomad()
        self.assertTrue(asked.takes_tasks())
        self.assertTrue(asked.takes_tasks())
        method, path, token, body = self.requests[0]
        self.assertEqual((method, path, token), ("POST", "/v1/acl/login", None))
        self.assertEqual(json.loads(body), {"AuthMethodName": "cos", "LoginToken": "signed"})
        self.assertEqual([request[2] for request in self.requests[1:]], ["one"] * 3)
        self.answers["/v1/acl/login"] = (200, {"SecretID": "two"})
        self.refused.add("one")
        self.assertTrue(asked.takes_tasks())
        self.assertEqual(self.requests[-1][2], "two")

    def test_a_token_that_is_refused_at_once_is_not_got_again_and_again(self):
        (self.token.parent / "nomad-login").write_text("signed\n")
        self.answers["/v1/acl/login"] = (200, {"SecretID": "one"})
        self.refused.add("one")
        with self.assertRaises(Denied):
            nomad.Nomad().takes_tasks()
        self.assertEqual(len(self.requests), 2)


class ByTls(Directory):
    def certificate(self, name, *, address="127.0.0.1"):
        """One that is its own authority, with its key."""
        path = self.directory / f"{name}.pem"
        made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "1")
        subject = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{address}")
        subprocess.run([*made, *subject, "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True)
        path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
        return path

    def agent(self, identity):
        """An agent that has that certificate, and the authorities in `ca.pem`."""

        class Answers(Handler):
            def do_GET(self):
                self.answer(200, '"yes"')

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity)
        port = serve(self, Answers, context)
        return api.Api(Agent("Nomad", "NOMAD_NOWHERE", f"127.0.0.1:{port}", "X-Nomad-Token", "none", self.directory / "ca.pem"))

    def test_an_agent_is_asked_by_tls_where_its_authorities_are_known_as_they_are_now(self):
        one, other = self.certificate("one"), self.certificate("other")
        agent = self.agent(one)
        with self.assertRaises(ApiError):
            agent.call("GET", "it")
        (self.directory / "ca.pem").write_text(other.with_suffix(".crt").read_text())
        with self.assertRaisesRegex(Silent, "CERTIFICATE_VERIFY_FAILED"):
            agent.call("GET", "it")
        (self.directory / "ca.pem").write_text(other.with_suffix(".crt").read_text() + one.with_suffix(".crt").read_text())
        self.assertEqual(agent.call("GET", "it"), "yes")

    def test_an_agent_with_a_certificate_for_another_address_is_not_believed(self):
        identity = self.certificate("one", address="127.0.0.2")
        (self.directory / "ca.pem").write_text(identity.with_suffix(".crt").read_text())
        with self.assertRaisesRegex(Silent, "IP address mismatch"):
            self.agent(identity).call("GET", "it")
