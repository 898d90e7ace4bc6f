"""What the boot program asks of AWS, with a server in the place of its endpoints: run by ../boot.test.ts."""

import json
import multiprocessing
import os
import signal
import sys
import unittest
import urllib.parse
from unittest import mock

# First: by it the programs are found.
from support import IDENTITY, Directory, Handler, node, serve

from cos_boot import aws, main
from cos_boot.aws import Aws, AwsTransient
from cos_boot.node import parse_node
from cos_boot.system import BootError


#: What SSM answers.
PARAMETER = {"Parameter": {"Name": "/a", "Value": "b", "Version": 3}}


def be_killed(*_):
    """What happens to a process where memory is scarce."""
    os.kill(os.getpid(), signal.SIGKILL)


class Services(Directory):
    """With a server in the place of AWS's endpoints that answers as told, and botocore as it is."""

    def setUp(self):
        super().setUp()
        #: What has been asked: the form of EC2 and Auto Scaling, the JSON of SSM.
        self.asked = []
        self.answers = []
        test = self

        class Answers(Handler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                test.asked.append(json.loads(body) if body.startswith("{") else dict(urllib.parse.parse_qsl(body)))
                status, text = test.answers.pop(0) if len(test.answers) > 1 else test.answers[0]
                self.answer(status, text)

        self.at(f"http://127.0.0.1:{serve(self, Answers)}")

    def at(self, url):
        environment = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "stand-in", "AWS_SECRET_ACCESS_KEY": "stand-in"}
        patched = mock.patch.dict(os.environ, environment)
        patched.start()
        self.addCleanup(patched.stop)

    def refuse(self, code):
        """What SSM says when it refuses."""
        self.answers = [(400, json.dumps({"__type": code, "message": "no"}))]

    def test_a_missing_parameter_is_a_clear_error_at_once(self):
        self.refuse("ParameterNotFound")
        with mock.patch.dict(os.environ, {"COS_BOOT_PATIENCE": "60"}):
            with self.assertRaisesRegex(BootError, "there is no SSM parameter /a in eu-central-1: make it, or take it out"):
                Aws("eu-central-1").parameter("/a")
            self.assertFalse(Aws("eu-central-1").parameter_exists("/a"))

    def test_a_parameter_comes_decrypted(self):
        self.answers = [(200, json.dumps(PARAMETER))]
        self.assertEqual(Aws("eu-central-1").parameter("/a"), ("b", 3))
        self.assertEqual(self.asked, [{"Name": "/a", "WithDecryption": True}])
        self.assertTrue(Aws("eu-central-1").parameter_exists("/a"))
        self.assertNotIn("botocore", sys.modules, "it takes memory of this process")

    def test_whether_a_cluster_has_formed_is_never_guessed(self):
        self.refuse("AccessDeniedException")
        with self.assertRaisesRegex(BootError, "whether the cluster has formed is not known.*AccessDenied"):
            Aws("eu-central-1").parameter_exists("/a")
        self.at("http://127.0.0.1:1")
        with self.assertRaisesRegex(BootError, "whether the cluster has formed is not known.*Could not connect"):
            Aws("eu-central-1").parameter_exists("/a")

    def test_a_request_whose_process_is_killed_may_be_made_again(self):
        with mock.patch.object(aws, "_ask", be_killed):
            with self.assertRaisesRegex(AwsTransient, "ec2 describe_instances: its process was killed"):
                Aws("eu-central-1").attempt("ec2", "describe_instances")

    def test_requests_share_a_process_which_ends_with_them(self):
        self.answers = [(200, json.dumps(PARAMETER))]
        asking = Aws("eu-central-1")
        with mock.patch.object(aws, "_process", wraps=aws._process) as started, asking.held():
            self.assertEqual([asking.parameter("/a").value, asking.parameter("/a").value], ["b", "b"])
            self.assertEqual(started.call_count, 1)
        self.assertEqual(multiprocessing.active_children(), [])
        self.assertEqual(asking.parameter("/a").value, "b", "later ones have one of their own")
        self.assertEqual(multiprocessing.active_children(), [])

    def test_a_shared_process_that_is_killed_is_not_asked_again(self):
        self.answers = [(200, json.dumps(PARAMETER))]
        asking = Aws("eu-central-1")
        with asking.held():
            self.assertEqual(asking.parameter("/a").value, "b")
            [shared] = multiprocessing.active_children()
            shared.kill()
            with self.assertRaises(AwsTransient):
                asking.attempt("ssm", "get_parameter", Name="/a")
            self.assertEqual(asking.parameter("/a").value, "b")

    def test_peers_are_the_other_instances_that_run(self):
        def instance(number, *tags, address=True):
            tagged = "".join(f"<item><key>{key}</key><value>{value}</value></item>" for key, value in tags)
            at = f"<privateIpAddress>10.0.0.{number}</privateIpAddress>" if address else ""
            return f"<item><instanceId>i-{number}</instanceId>{at}<tagSet>{tagged}</tagSet></item>"

        def page(*instances, following=""):
            found = f"<reservationSet><item><instancesSet>{''.join(instances)}</instancesSet></item></reservationSet>"
            return 200, f"<DescribeInstancesResponse>{found}<nextToken>{following}</nextToken></DescribeInstancesResponse>"

        consul, nomad = ("cos-consul-servers", "dev"), ("cos-nomad-servers", "dev")
        self.answers = [
            page(instance(1, consul), instance(3, consul, nomad), instance(2, ("Name", "two"), consul), following="more"),
            page(instance(4, ("cos-consul-servers", "prod")), instance(5, nomad), instance(6, nomad, address=False)),
        ]
        found = Aws("eu-central-1").addresses([consul, nomad, ("other", "dev")], "i-1")
        self.assertEqual(found, {consul: ["10.0.0.2", "10.0.0.3"], nomad: ["10.0.0.3", "10.0.0.5"], ("other", "dev"): []})
        first, second = self.asked
        self.assertEqual(second["NextToken"], "more")
        self.assertEqual((first["Filter.1.Name"], first["Filter.2.Name"]), ("tag-key", "instance-state-name"))
        values = {key: value for key, value in first.items() if ".Value." in key}
        self.assertEqual(list(values.values()), ["cos-consul-servers", "cos-nomad-servers", "other", "pending", "running"])

    def test_without_aws_agents_still_get_their_files(self):
        self.at("http://127.0.0.1:1")
        with self.assertRaises(AwsTransient):
            Aws("eu-central-1").addresses([("a", "b")], "i-1")
        self.assertEqual(main.find_peers([("a", "b")], Aws("eu-central-1"), IDENTITY), {})

    def test_only_a_client_that_holds_nothing_and_never_ran_reports_itself(self):
        self.answers = [(200, "<SetInstanceHealthResponse/>")]
        booted = mock.patch.object(main, "BOOTED", self.directory / "booted")
        booted.start()
        self.addCleanup(booted.stop)

        def reported(role):
            self.asked.clear()
            parsed = parse_node(node(role=role))
            with mock.patch.object(type(parsed), "data_directory", self.directory / "data"):
                main.report(parsed, Aws("eu-central-1"), IDENTITY)
            return [each["InstanceId"] for each in self.asked] == ["i-1"]

        self.assertTrue(reported("client"))
        self.assertEqual((self.asked[0]["HealthStatus"], self.asked[0]["ShouldRespectGracePeriod"]), ("Unhealthy", "false"))
        self.assertFalse(reported("consul-server"))
        self.assertFalse(reported("nomad-server"))
        (self.directory / "booted").touch()
        self.assertFalse(reported("client"), "has booted before")
        (self.directory / "booted").unlink()
        (self.directory / "data").mkdir()
        (self.directory / "data" / "file").touch()
        self.assertFalse(reported("client"), "holds data")


if __name__ == "__main__":
    unittest.main()
