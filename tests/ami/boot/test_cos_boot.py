"""The boot program of the image, without a machine: run by ../boot.test.ts."""

import os
import pwd
import stat
import unittest
from unittest import mock

# First: by it the programs are found.
from support import IDENTITY, Directory, Handler, node, serve

from cos_boot import agents, metadata, mounts, system
from cos_boot.aws import Aws
from cos_boot.disks import names_of_volume, signatures
from cos_boot.node import parse_node
from cos_boot.system import BootError

TERM = "provider=aws region=eu-central-1 tag_key=cos-consul-servers tag_value=dev"
ME = pwd.getpwuid(os.getuid()).pw_name


class AgentsFiles(unittest.TestCase):
    def peers(self, *addresses):
        return {("cos-consul-servers", "dev"): list(addresses)}

    def test_peers_come_before_the_term_by_which_agents_look_themselves(self):
        self.assertEqual(agents.joined([TERM], self.peers("10.0.0.2", "10.0.0.3")), ["10.0.0.2", "10.0.0.3", TERM])

    def test_a_later_boot_takes_todays_peers_instead_of_the_old_ones(self):
        self.assertEqual(agents.joined(["10.0.0.2", "fd00::2", TERM], self.peers("10.0.0.9", "fd00::9")), ["10.0.0.9", "fd00::9", TERM])

    def test_names_and_other_terms_stay(self):
        terms = ["consul.example.com", "provider=mdns"]
        self.assertEqual(agents.joined(terms, self.peers("10.0.0.2")), terms)
        self.assertEqual(agents.joined([TERM], {}), [TERM], "AWS did not say")

    def test_whom_an_agent_joins_is_found_in_all_parts_of_its_file(self):
        tag = ("cos-consul-servers", "dev")
        join = {"server_join": {"retry_join": ["10.0.0.2", TERM]}}
        self.assertEqual(agents.tags_in({"server": True, "retry_join": [TERM, "provider=mdns"]}), [tag])
        self.assertEqual(agents.tags_in({"server": {"enabled": True, **join}, "client": join}), [tag, tag])
        self.assertEqual(agents.tags_in({"client": {"enabled": True}}), [])

    def test_consul_gets_node_metadata_and_keeps_the_users_own(self):
        find = self.peers()
        given = {"retry_join": [TERM], "node_meta": {"team": "a", "instance_type": "mine"}, "bootstrap_expect": 3}
        made = agents.consul_config(given, IDENTITY, find, may_bootstrap=True)
        self.assertEqual(
            made["node_meta"],
            {"availability_zone": "eu-central-1a", "instance_id": "i-1", "instance_type": "mine", "instance_lifecycle": "spot", "launch_template": "abc", "team": "a"},
        )
        self.assertEqual(made["bootstrap_expect"], 3)
        self.assertNotIn("instance_id", given["node_meta"], "what was given is left as it is")

    def test_a_blank_server_of_a_formed_cluster_cannot_bootstrap(self):
        find = self.peers()
        self.assertNotIn("bootstrap_expect", agents.consul_config({"bootstrap_expect": 3}, IDENTITY, find, may_bootstrap=False))
        made = agents.nomad_config({"server": {"enabled": True, "bootstrap_expect": 3}}, IDENTITY, find, may_bootstrap=False)
        self.assertEqual(made["server"], {"enabled": True})

    def test_nomad_joins_as_server_and_as_client_and_only_clients_have_metadata(self):
        find = self.peers("10.0.0.2")
        join = {"server_join": {"retry_join": [TERM]}}
        made = agents.nomad_config({"server": join}, IDENTITY, find, may_bootstrap=True)
        self.assertEqual(made, {"server": {"server_join": {"retry_join": ["10.0.0.2", TERM]}}})
        made = agents.nomad_config({"client": {**join, "meta": {"a": "b"}}}, IDENTITY, find, may_bootstrap=True)
        self.assertEqual(made["client"]["server_join"]["retry_join"], ["10.0.0.2", TERM])
        self.assertEqual(made["client"]["meta"]["availability_zone"], "eu-central-1a")
        self.assertEqual(made["client"]["meta"]["a"], "b")


class NodeFile(unittest.TestCase):
    def test_every_error_is_said_at_once(self):
        wrong = node(
            role="king",
            agents=["consul", "vault"],
            mounts=[{"kind": "floppy"}, {"kind": "volume", "device": "/dev/sdf", "fileSystem": "zfs"}],
            secrets=[{"parameter": "/a"}],
        )
        with self.assertRaises(BootError) as caught:
            parse_node(wrong)
        for part in (
            "role must be one of consul-server, nomad-server, client, got 'king'",
            "agents: there is no agent 'vault'",
            "mounts[0].kind must be one of volume, instance-storage, efs, got 'floppy'",
            "mounts[1].mountPoint is missing",
            "mounts[1].fileSystem must be ext4 or xfs, got 'zfs'",
            "secrets[0].path is missing",
            "secrets[0].owner is missing",
        ):
            self.assertIn(part, str(caught.exception))

    def test_a_format_of_the_future_asks_for_a_newer_image(self):
        with self.assertRaisesRegex(BootError, "version 7, and this image knows 1, 2, 3, 4, 5 and 6: use a newer image"):
            parse_node(node(version=7))
        with self.assertRaisesRegex(BootError, "must hold an object"):
            parse_node([])

    def test_defaults(self):
        parsed = parse_node(node())
        self.assertEqual((parsed.mounts, parsed.secrets, parsed.formed_parameter, parsed.tasks_read_metadata), ((), (), None, False))
        self.assertFalse(parsed.is_server)
        self.assertEqual(str(parsed.data_directory), "/var/lib/nomad")
        self.assertEqual(str(parse_node(node(role="consul-server")).data_directory), "/var/lib/consul")


class Mounts(unittest.TestCase):
    def test_a_service_needs_every_mount_point(self):
        self.assertEqual(mounts.needs_unit(["/data", "/logs"]), "[Unit]\nRequiresMountsFor=/data\nRequiresMountsFor=/logs\n")

    def test_efs_is_named_by_the_region_and_domain_of_the_instance(self):
        efs = {"kind": "efs", "id": "fs-1", "mountPoint": "/shared", "readOnly": True}
        what, kind, options = mounts._what(efs, Aws("cn-north-1"), metadata.Identity("i", "cn-north-1", "z", "t", "spot", "amazonaws.com.cn"))
        self.assertEqual((what, kind), ("fs-1.efs.cn-north-1.amazonaws.com.cn:/", "nfs4"))
        self.assertIn("nfsvers=4.1", options)
        self.assertTrue(options.endswith(",ro"))

    def test_a_volume_is_known_by_its_id_first(self):
        self.assertEqual(
            [str(path) for path in names_of_volume("vol-0abc", "/dev/sdf")],
            ["/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0abc", "/dev/sdf", "/dev/xvdf"],
        )


class Devices(Directory):
    def test_blank_is_what_two_programs_find_nothing_on(self):
        disk = self.directory / "disk"
        with disk.open("wb") as file:
            file.truncate(1 << 20)
        self.assertEqual(signatures(disk), "")
        with disk.open("r+b") as file:
            file.seek(510)
            file.write(b"\x55\xaa")
        # A partition table alone, with nothing in it.
        self.assertNotEqual(signatures(disk), "")


class Files(Directory):
    def test_a_file_is_written_once_with_its_owner_and_mode(self):
        path = self.directory / "secret"
        self.assertTrue(system.write_file(path, "s", owner=ME, mode=0o600))
        self.assertFalse(system.write_file(path, "s", owner=ME, mode=0o600))
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertTrue(system.write_file(path, "s", owner=ME, mode=0o644), "another mode is a change")
        self.assertEqual([each.name for each in self.directory.iterdir()], ["secret"])

    def test_a_file_in_no_directory_is_an_error_for_people(self):
        with self.assertRaisesRegex(BootError, "there is no directory"):
            system.write_file(self.directory / "none" / "file", "", owner=ME)

    def test_a_file_of_nobody_is_an_error_for_people(self):
        with self.assertRaisesRegex(BootError, "secret cannot be written: there is no user nobody-knows"):
            system.write_file(self.directory / "secret", "", owner="nobody-knows")

    def test_a_directory_is_made_once_with_its_owner_and_mode(self):
        made = self.directory / "serf"
        system.make_directory(made, owner=ME, mode=0o700)
        self.assertEqual(stat.S_IMODE(made.stat().st_mode), 0o700)
        made.chmod(0o755)
        system.make_directory(made, owner="nobody-knows", mode=0o700)
        self.assertEqual(stat.S_IMODE(made.stat().st_mode), 0o755, "is left as it is")
        with self.assertRaisesRegex(BootError, "none/serf cannot be made: there is no directory .*none"):
            system.make_directory(self.directory / "none" / "serf", owner=ME, mode=0o700)

    def test_a_missing_file_and_one_that_is_not_json(self):
        with self.assertRaisesRegex(BootError, "there is no file .*: cloud-init writes it"):
            system.read_json(self.directory / "none")
        (self.directory / "bad").write_text("{")
        with self.assertRaisesRegex(BootError, "bad is not JSON"):
            system.read_json(self.directory / "bad")

    def test_a_data_directory_with_directories_only_is_blank(self):
        parsed = parse_node(node())
        with mock.patch.object(type(parsed), "data_directory", self.directory / "data"):
            self.assertTrue(parsed.is_blank)
            (self.directory / "data" / "mount" / "point").mkdir(parents=True)
            self.assertTrue(parsed.is_blank)
            (self.directory / "data" / "mount" / "local.keyring").touch()
            self.assertTrue(parsed.is_blank, "the boot itself has written it")
            (self.directory / "data" / "mount" / "point" / "file").touch()
            self.assertFalse(parsed.is_blank)


class Waiting(Directory):
    def test_what_may_come_back_is_tried_again_until_patience_ends(self):
        tries = []

        def attempt():
            tries.append(1)
            if len(tries) < 3:
                raise OSError("not yet")
            return "here"

        with mock.patch.dict(os.environ, {"COS_BOOT_PATIENCE": "60"}), mock.patch("time.sleep"):
            self.assertEqual(system.retried("it", attempt, transient=OSError), "here")
        tries.clear()
        with self.assertRaises(OSError):
            system.retried("it", attempt, transient=OSError)
        with self.assertRaises(ZeroDivisionError):
            system.retried("it", lambda: 1 // 0, transient=OSError)


class Repeating(Directory):
    def pauses(self, *outcomes, **options):
        step = mock.Mock(side_effect=[*outcomes, KeyboardInterrupt])
        with mock.patch("time.sleep") as slept, self.assertRaises(KeyboardInterrupt):
            system.repeat(step, transient=(BootError,), pause=2.0, **options)
        return [call.args[0] for call in slept.call_args_list]

    def test_what_fails_is_tried_again_and_said_once_in_a_row(self):
        no, other = BootError("no"), BootError("other")
        self.assertEqual(self.pauses(None, no, no, other, None, no), [2.0] * 6)
        said = [call.args[0].split(": ", 1)[1] for call in self.said.call_args_list]
        self.assertEqual(said, ["no; trying again", "other; trying again", "no; trying again"])

    def test_it_is_tried_ever_later_where_that_is_asked_for(self):
        self.assertEqual(self.pauses(*[BootError("no")] * 4, None, longest=10.0), [4.0, 8.0, 10.0, 10.0, 2.0])

    def test_what_is_not_transient_ends_it(self):
        with self.assertRaises(ZeroDivisionError):
            system.repeat(lambda: 1 // 0, transient=(BootError,), pause=2.0)


class Metadata(Directory):
    def serve(self, answers, token="t"):
        class Answers(Handler):
            def do_PUT(self):
                self.answer(200, token)

            def do_GET(self):
                known = self.headers.get("X-aws-ec2-metadata-token") == token and self.path in answers
                self.answer(200 if known else 404, answers.get(self.path, ""))

        port = serve(self, Answers)
        endpoint = mock.patch.dict(os.environ, {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{port}/"})
        endpoint.start()
        self.addCleanup(endpoint.stop)

    def answers(self, lifecycle):
        return {
            "/latest/meta-data/instance-id": "i-1",
            "/latest/meta-data/instance-type": "t4g.micro",
            "/latest/meta-data/instance-life-cycle": lifecycle,
            "/latest/meta-data/placement/region": "eu-central-1",
            "/latest/meta-data/placement/availability-zone": "eu-central-1a",
            "/latest/meta-data/services/domain": "amazonaws.com",
            "/latest/meta-data/tags/instance/cos-template": "abc",
            "/latest/meta-data/tags/instance/aws:autoscaling:groupName": "pool",
        }

    def test_the_identity_is_read_with_a_token(self):
        self.serve(self.answers("spot"))
        self.assertEqual(metadata.identity(), IDENTITY)

    def test_metadata_may_be_without_tags(self):
        answers = self.answers("spot")
        for tag in ("cos-template", "aws:autoscaling:groupName"):
            del answers[f"/latest/meta-data/tags/instance/{tag}"]
        self.serve(answers)
        self.assertIsNone(metadata.identity().launch_template)
        self.assertIsNone(metadata.identity().group)
        self.assertNotIn("launch_template", agents.node_metadata(metadata.identity()))

    def test_scheduled_instances_are_not_taken_away(self):
        self.serve(self.answers("scheduled"))
        self.assertEqual(metadata.identity().lifecycle, "on-demand")

    def test_what_it_does_not_know_and_no_answer_at_all(self):
        self.serve({})
        with self.assertRaisesRegex(BootError, "metadata service cannot be used: .*instance-id answers 404"):
            metadata.identity()
        with mock.patch.dict(os.environ, {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}):
            with self.assertRaisesRegex(BootError, "does not answer .*Is it turned on, with IMDSv2"):
                metadata.identity()


if __name__ == "__main__":
    unittest.main()
