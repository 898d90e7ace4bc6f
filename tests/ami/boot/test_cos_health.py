"""Which nodes are replaced and which agents are forgotten, without a machine: run by ../boot.test.ts."""

import sys
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[3] / "ami/files/usr/local/lib/cos-boot"))

from cos_boot import cluster, fleet, health  # noqa: E402
from cos_boot.api import ApiError  # noqa: E402
from cos_boot.aws import AwsError  # noqa: E402
from cos_boot.cluster import Dead, Report  # noqa: E402
from cos_boot.fleet import Group, Instance  # noqa: E402

LIMIT = 600


class World:
    """A cluster of three Nomad servers and two pools of clients, of two and of one, its groups and the time. 10.0.0.1 leads."""

    def __init__(self):
        self.now = 1000.0
        self.leads = True
        self.servers = {f"s{i}": f"10.0.0.{i}" for i in (1, 2, 3)}
        self.clients = {"a": {"a1": "10.0.1.1", "a2": "10.0.1.2"}, "b": {"b1": "10.0.2.1"}}
        self.moving = set()
        self.ill = set()
        self.unheard = set()
        self.dead = []
        self.aws_answers = True
        self.did = []
        self.looks = 0

    # What a leader says.

    def own_address(self):
        return "10.0.0.1" if self.leads else None

    def look_at_agents(self):
        clients = {id: address for pool in self.clients.values() for id, address in pool.items()}
        return Report(
            voters=3,
            healthy=frozenset(address for id, address in self.servers.items() if id not in self.ill),
            ready=frozenset(id for id in clients if id not in self.ill),
            heard=frozenset(address for id, address in {**self.servers, **clients}.items() if id not in self.unheard),
            dead=tuple(self.dead),
        )

    def hand_over(self):
        self.did.append("hand over")

    # What AWS says.

    def look(self):
        if not self.aws_answers:
            raise AwsError("AWS was not reached", "")
        self.looks += 1

        def group(name, role, members):
            return Group(name, role, tuple(Instance(id, address, id not in self.moving) for id, address in members.items()))

        return (group("servers", "nomad-server", self.servers), *(group(name, "client", members) for name, members in self.clients.items()))

    def there(self, ids):
        return {id for id in ids if any(id in members for members in (self.servers, *self.clients.values()))}

    def replace(self, instance):
        self.did.append(f"replace {instance.id}")
        self.moving.add(instance.id)


class Leader:
    """The world's side of agents: both sides have a `look`."""

    def __init__(self, world):
        self.own_address = world.own_address
        self.look = world.look_at_agents
        self.hand_over = world.hand_over


class HealthOfNodes(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.health = health.Health(Leader(self.world), self.world, LIMIT, lambda: self.world.now)
        self.logged = []
        patched = mock.patch.object(health, "log", self.logged.append)
        patched.start()
        self.addCleanup(patched.stop)

    def wait(self, seconds=LIMIT + 2 * health.SOON):
        """Lets the time go by."""
        end = self.world.now + seconds
        while self.world.now < end:
            self.health.step()
            self.world.now += health.INTERVAL

    def test_nothing_is_done_while_all_are_well(self):
        self.wait(3600)
        self.assertEqual(self.world.did, [])
        self.assertLessEqual(self.world.looks, 3600 / health.LATER + 1)

    def test_a_client_that_is_ill_is_replaced_after_the_limit_and_not_before(self):
        self.world.ill = {"a1"}
        self.wait(LIMIT)
        self.assertEqual(self.world.did, [])
        self.wait(2 * health.SOON)
        self.assertEqual(self.world.did, ["replace a1"])
        self.assertIn("a1 (10.0.1.1) has not been well for 600 s", "\n".join(self.logged))

    def test_a_client_that_recovers_begins_anew(self):
        for _ in range(3):
            self.world.ill = {"a1"}
            self.wait(LIMIT - health.SOON)
            self.world.ill = set()
            self.wait(health.INTERVAL)
        self.assertEqual(self.world.did, [])

    def test_a_node_whose_consul_agent_is_not_heard_is_ill(self):
        self.world.unheard = {"a2"}
        self.wait()
        self.assertEqual(self.world.did, ["replace a2"])

    def test_no_client_is_replaced_where_most_of_its_group_look_ill(self):
        self.world.ill = {"a1", "a2"}
        self.wait(3600)
        self.assertEqual(self.world.did, [])
        self.assertEqual([line for line in self.logged if "a1" in line], ["a1 (10.0.1.1), a2 (10.0.1.2) of a stay: 2 of 2 look ill, so it is not the instances"])

    def test_the_only_client_of_a_group_is_replaced_where_the_others_are_well(self):
        self.world.ill = {"b1"}
        self.wait()
        self.assertEqual(self.world.did, ["replace b1"])

    def test_the_only_client_of_a_group_stays_where_most_clients_look_ill(self):
        self.world.ill = {"b1", "a1", "a2"}
        self.wait(3600)
        self.assertEqual(self.world.did, [])
        del self.world.clients["a"]
        self.wait(3600)
        self.assertEqual(self.world.did, [])

    def test_what_comes_or_goes_is_left_alone(self):
        self.world.ill = {"a1", "s2"}
        self.world.moving = {"a1", "s2"}
        self.wait(3600)
        self.assertEqual(self.world.did, [])

    def test_a_server_that_is_ill_is_replaced(self):
        self.world.ill = {"s2"}
        self.wait()
        self.assertEqual(self.world.did, ["replace s2"])

    def test_no_server_is_replaced_where_the_healthy_ones_are_no_quorum(self):
        self.world.ill = {"s2", "s3"}
        self.wait(3600)
        self.assertEqual(self.world.did, [])
        self.assertIn("1 healthy servers of 3 are no quorum", "\n".join(self.logged))

    def test_no_server_is_replaced_while_another_comes_or_goes(self):
        self.world.ill = {"s2"}
        self.world.servers["s4"] = "10.0.0.4"
        self.world.moving = {"s4"}
        self.wait(3600)
        self.assertEqual(self.world.did, [])
        self.world.moving = set()
        self.wait(60)
        self.assertEqual(self.world.did, ["replace s2"])

    def test_no_server_is_replaced_while_another_has_just_fallen_ill(self):
        self.world.servers |= {"s4": "10.0.0.4", "s5": "10.0.0.5"}
        self.world.ill = {"s2"}
        self.wait(LIMIT - 100)
        self.world.ill = {"s2", "s3"}
        self.wait(300)
        self.assertEqual(self.world.did, [])
        self.world.ill = {"s2"}
        self.wait(60)
        self.assertEqual(self.world.did, ["replace s2"])

    def test_of_two_ill_servers_one_is_replaced_at_a_time(self):
        self.world.servers |= {"s4": "10.0.0.4", "s5": "10.0.0.5"}
        self.world.ill = {"s2", "s3"}
        self.wait(3600)
        self.assertEqual(self.world.did, ["replace s2"])
        # Its successor, which has a vote.
        del self.world.servers["s2"]
        self.world.servers["s6"] = "10.0.0.6"
        self.world.moving = set()
        self.wait()
        self.assertEqual(self.world.did, ["replace s2", "replace s3"])

    def test_a_server_that_never_joins_is_replaced_too(self):
        self.world.servers["s4"] = "10.0.0.4"
        self.world.ill = {"s4"}
        self.wait(LIMIT + health.LATER + health.SOON)
        self.assertEqual(self.world.did, ["replace s4"])

    def test_a_leader_that_is_not_well_itself_hands_over(self):
        self.world.unheard = {"s1"}
        self.wait()
        self.assertEqual(self.world.did, ["hand over"])

    def test_a_leader_without_any_other_healthy_server_does_not_hand_over(self):
        self.world.ill = {"s2", "s3"}
        self.world.unheard = {"s1"}
        self.wait(3600)
        self.assertEqual(self.world.did, [])

    def test_what_does_not_lead_does_nothing_and_forgets_what_it_saw(self):
        self.world.ill = {"a1"}
        self.wait(LIMIT - health.SOON)
        self.world.leads = False
        self.wait(3600)
        self.world.leads = True
        self.wait(LIMIT - health.SOON)
        self.assertEqual(self.world.did, [])

    def test_agents_whose_instances_have_ended_are_forgotten(self):
        world = self.world
        world.dead = [
            Dead("client there", lambda: world.did.append("no"), "a1"),
            Dead("client gone", lambda: world.did.append("forget client"), "i-gone"),
            # It had the address, and so the name, of the one before.
            Dead("client gone", lambda: world.did.append("forget client"), "i-gone-before"),
            Dead("server there", lambda: world.did.append("no"), address="10.0.0.2"),
            Dead("server gone", lambda: world.did.append("forget server"), address="10.0.0.9"),
            Dead("somebody else's", lambda: world.did.append("no")),
        ]
        self.wait(health.FORGET_AFTER)
        self.assertEqual(world.did, [])
        self.wait(health.INTERVAL)
        self.assertEqual(sorted(world.did), ["forget client", "forget client", "forget server"])

    def test_what_aws_does_not_say_is_not_guessed(self):
        self.world.ill = {"a1"}
        self.wait(LIMIT - health.SOON)
        self.world.aws_answers = False
        for _ in range(100):
            self.world.now += health.INTERVAL
            try:
                self.health.step()
            except AwsError:
                pass
        self.assertEqual(self.world.did, [])
        self.world.aws_answers = True
        self.wait(health.SOON)
        self.assertEqual(self.world.did, ["replace a1"])


class Agents(unittest.TestCase):
    """What leaders say, in the forms of both APIs."""

    def setUp(self):
        self.answers = {}
        self.asked = []

        def call(api, method, path, _body=None, **_):
            self.asked.append((api._agent.name, method, path))
            answer = self.answers[api._agent.name, path]
            if isinstance(answer, Exception):
                raise answer
            return answer

        patched = mock.patch.object(cluster.Api, "call", call)
        patched.start()
        self.addCleanup(patched.stop)
        servers = [
            {"Address": "10.0.0.1:8300", "Voter": True, "Healthy": True},
            {"Address": "10.0.0.2:8300", "Voter": True, "Healthy": False},
            {"Address": "10.0.0.3:8300", "Voter": False, "Healthy": True},
        ]
        for product in ("Consul", "Nomad"):
            self.answers[product, "operator/autopilot/health"] = {"Servers": servers}

    def test_consul(self):
        self.answers |= {
            ("Consul", "agent/self"): {"Member": {"Addr": "10.0.0.1"}, "Stats": {"consul": {"leader": "true"}}},
            ("Consul", "agent/members"): [{"Name": "n1", "Status": 1}, {"Name": "n2", "Status": 4}, {"Name": "n3", "Status": 4}, {"Name": "n4", "Status": 3}],
            ("Consul", "catalog/nodes"): [{"Node": "n1", "Meta": {"instance_id": "i-1"}}, {"Node": "n2", "Meta": {"instance_id": "i-2"}}, {"Node": "n3", "Meta": None}],
            ("Consul", "agent/force-leave/n2"): None,
        }
        consul = cluster.Consul()
        self.assertEqual(consul.own_address(), "10.0.0.1")
        report = consul.look()
        self.assertEqual((report.voters, report.healthy, report.heard), (2, {"10.0.0.1"}, None))
        self.assertEqual([(each.name, each.instance_id) for each in report.dead], [("Consul's agent n2", "i-2"), ("Consul's agent n3", "")])
        report.dead[0].forget()
        self.assertEqual(self.asked[-1], ("Consul", "PUT", "agent/force-leave/n2"))

    def test_who_does_not_lead(self):
        self.answers["Consul", "agent/self"] = {"Member": {"Addr": "10.0.0.1"}, "Stats": {"consul": {"leader": "false"}}}
        self.answers["Nomad", "agent/self"] = {"member": {"Addr": "10.0.0.1"}, "stats": {"nomad": {"leader": "false"}}}
        self.assertIsNone(cluster.Consul().own_address())
        self.assertIsNone(cluster.Nomad().own_address())

    def nomad(self):
        def node(id, status, index=1):
            return {"ID": id, "Name": id, "Status": status, "ModifyIndex": index}

        def member(name, region, status):
            return {"Name": name, "Addr": f"{name}-address", "Status": status, "Tags": {"region": region}}

        members = [member("m1", "eu", "alive"), member("m2", "eu", "failed"), member("m3", "us", "failed"), member("m4", "eu", "left")]
        self.answers |= {
            ("Nomad", "agent/self"): {"member": {"Addr": "10.0.0.1"}, "stats": {"nomad": {"leader": "true"}}},
            ("Nomad", "nodes"): [node("c1", "ready"), node("c2", "down"), node("c3", "initializing")],
            **{("Nomad", f"node/c{i}"): {"Meta": {"instance_id": f"i-{i}"}} for i in (1, 2, 3)},
            ("Nomad", "agent/members"): {"ServerRegion": "eu", "Members": members},
            ("Consul", "agent/members"): [{"Addr": "10.0.0.1", "Status": 1}, {"Addr": "10.0.0.2", "Status": 4}],
        }
        return cluster.Nomad()

    def test_nomad(self):
        nomad = self.nomad()
        self.assertEqual(nomad.own_address(), "10.0.0.1")
        report = nomad.look()
        self.assertEqual((report.voters, report.healthy, report.ready, report.heard), (2, {"10.0.0.1"}, {"i-1"}, {"10.0.0.1"}))
        self.assertEqual(
            [(each.name, each.instance_id, each.address) for each in report.dead],
            [("Nomad's client c2", "i-2", ""), ("Nomad's server m2", "", "m2-address")],
        )

    def test_a_node_is_asked_for_its_instance_once_and_again_when_it_has_changed(self):
        nomad = self.nomad()
        nomad.look()
        self.asked.clear()
        nomad.look()
        self.assertEqual([path for _, _, path in self.asked if path.startswith("node/")], [])
        self.answers["Nomad", "nodes"][0]["ModifyIndex"] = 2
        self.answers["Nomad", "node/c1"] = {"Meta": {"instance_id": "i-9"}}
        self.assertEqual(nomad.look().ready, {"i-9"})

    def test_where_its_own_consul_is_silent_nobody_is_heard(self):
        nomad = self.nomad()
        self.answers["Consul", "agent/members"] = ApiError("Consul does not answer")
        self.assertEqual(nomad.look().heard, frozenset())


class Groups(unittest.TestCase):
    """What AWS says."""

    def test_instances_are_known_with_their_addresses_and_whether_they_are_in_service(self):
        def instance(id, state, status="Healthy"):
            return {"InstanceId": id, "LifecycleState": state, "HealthStatus": status}

        group = {
            "AutoScalingGroupName": "g",
            "Tags": [{"Key": "cos-cluster", "Value": "dev"}, {"Key": "cos-role", "Value": "client"}],
            "Instances": [
                instance("i-1", "InService"),
                instance("i-2", "Terminating:Wait"),
                instance("i-3", "InService", "Unhealthy"),
                instance("i-4", "Standby"),
            ],
        }
        asked = []

        class Aws:
            def attempt(self, service, _operation, Filters):
                asked.append({each["Name"]: each["Values"] for each in Filters})
                if service == "autoscaling":
                    return {"AutoScalingGroups": [group]}
                return {"Reservations": [{"Instances": [{"InstanceId": f"i-{i}", "PrivateIpAddress": f"10.0.0.{i}"} for i in (1, 2, 3)]}]}

        [found] = fleet.Fleet(Aws(), "dev", ("nomad-server", "client")).look()
        self.assertEqual((found.name, found.role), ("g", "client"))
        self.assertEqual(
            found.instances,
            (Instance("i-1", "10.0.0.1", True), Instance("i-2", "10.0.0.2", False), Instance("i-3", "10.0.0.3", False)),
        )
        self.assertEqual(len(asked), 2)
        self.assertEqual(asked[0], {"tag:cos-cluster": ["dev"], "tag:cos-role": ["nomad-server", "client"]})

    def test_ec2_is_asked_for_as_many_at_once_as_it_takes(self):
        asked = []

        class Aws:
            def attempt(self, _service, _operation, Filters):
                [ids] = [each["Values"] for each in Filters if each["Name"] == "instance-id"]
                asked.append(len(ids))
                return {"Reservations": [{"Instances": [{"InstanceId": id} for id in ids if id != "i-7"]}]}

        found = fleet.Fleet(Aws(), "dev", ("client",)).there([f"i-{i}" for i in range(450)])
        self.assertEqual(asked, [200, 200, 50])
        self.assertEqual(found, {f"i-{i}" for i in range(450)} - {"i-7"})
        self.assertEqual(fleet.Fleet(Aws(), "dev", ("client",)).there([]), set())
        self.assertEqual(len(asked), 3)


if __name__ == "__main__":
    unittest.main()
