import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { HostStatus } from "../box";
import { type Agent, asking, askingOpenly, serfFailed } from "../cluster";
import { type BoxUnderTest, secondsSince } from "./box-under-test";
import { said } from "./drivers";

/** How long the ingress's load balancer may send requests to what does not answer: interval x threshold + timeout, in seconds. */
const balancerSeconds = 5 * 2 + 2;
/** How long fabio may: until Consul's agents have found a node dead, which takes their gossip this long at most, in seconds. */
const gossipSeconds = 15;

const agents = ["consul", "nomad"] as const;

/**
 * What breaks, each under steady load through the load balancer.
 *
 * @param all whether all of it is broken, or one of each kind
 */
export function faults(tested: BoxUnderTest, all: boolean): void {
  const trial: BoxUnderTest["trial"] = (what, act) => tested.trial(what, act);

  async function oneOf(kind: string): Promise<HostStatus> {
    const [found] = await tested.cluster.hosts(kind);
    assert.ok(found, `no ${kind} runs`);
    return found;
  }

  async function leaderOf(agent: Agent): Promise<HostStatus> {
    const leader = await tested.cluster.leader(agent);
    assert.ok(leader, `${agent} has no leader`);
    return leader;
  }

  async function killLeader(agent: Agent): Promise<string[]> {
    const leader = await leaderOf(agent);
    const started = Date.now();
    await tested.box.order("kill", leader.name);
    await tested.cluster.until(`${agent} has another leader`, async () => {
      const now = await tested.cluster.leader(agent);
      return now !== undefined && now.id !== leader.id;
    });
    return [`another leader after ${secondsSince(started)} s`];
  }

  /** Ends a client, and waits until Nomad knows. */
  async function killClient({ name, address }: HostStatus): Promise<string[]> {
    // Another with its address may be there before Nomad has given it up.
    const node = (await tested.cluster.nodes()).find(({ Address }) => Address === address);
    assert.ok(node, `Nomad does not know ${name}`);
    await tested.box.order("kill", name);
    await tested.cluster.until("Nomad has given it up", async () => {
      const nodes = await tested.cluster.nodes();
      return nodes.length > 0 && nodes.every(({ ID }) => ID !== node.ID);
    });
    return [];
  }

  /** Stops all processes of a name on a host for some time. */
  async function freeze({ name }: HostStatus, program: string, seconds: number): Promise<void> {
    const signal = (which: string) => tested.cluster.exec(name, "pkill", "--signal", which, "--exact", program);
    await signal("STOP");
    try {
      await delay(seconds * 1000);
    } finally {
      await signal("CONT");
    }
  }

  describe("when something breaks", () => {
    it("loses no request with the leader of Nomad", async () => {
      const { failures } = await trial("the leader of Nomad killed", () => killLeader("nomad"));
      assert.deepEqual(failures, []);
    });

    it("loses no more requests with an ingress node than its load balancer's health check says", async () => {
      const act = async () => killClient(await oneOf("public-services"));
      const { failures, rate } = await trial("an ingress node killed", act);
      assert.ok(failures.length <= rate * 0.5 * balancerSeconds, failures.join("\n"));
    });

    it("goes on without a zone, and is whole when it is back", async () => {
      const { failures, rate } = await trial("a zone cut off until Consul has found its agents failed", async () => {
        const hosts = await tested.cluster.hosts();
        const inZone = hosts.filter(({ zone }) => zone.endsWith("b")).map(({ address }) => address);
        const outside = hosts.find(({ name, zone }) => name.startsWith("consul-server") && !zone.endsWith("b"));
        assert.ok(outside);
        await tested.box.order("cut", "b");
        // Not until Nomad has given up its clients: a new leader of Nomad gives all of them 5 minutes.
        await tested.cluster.until("Consul has found the zone's agents failed", async () => {
          const question = ["curl", "--fail", "--silent", ...asking("consul", "agent/members")];
          const said = await tested.cluster.exec(outside.name, ...question);
          const members = JSON.parse(said) as { Addr: string; Status: number }[];
          return inZone.every((address) =>
            members.some(({ Addr, Status }) => Addr === address && Status === serfFailed),
          );
        });
        for (const agent of agents) {
          await tested.cluster.until(
            `${agent} has a leader`,
            async () => (await tested.cluster.leader(agent)) !== undefined,
          );
        }
        await tested.box.order("heal");
        return [];
      });
      assert.ok(failures.length <= rate * Math.max(balancerSeconds, gossipSeconds), failures.join("\n"));
    });

    const frozen = all ? 60 : 20;
    it(`loses no request with a server that is frozen for ${frozen} s`, async () => {
      const { failures } = await trial(`the leader of Consul frozen for ${frozen} s`, async () => {
        await freeze(await leaderOf("consul"), "consul", frozen);
        return [];
      });
      assert.deepEqual(failures, []);
    });

    it("loses no request with servers whose network is bad", async () => {
      const { failures } = await trial("a server that is not heard, and one that loses 10 %", async () => {
        // The last, so that it is another that is asked.
        const muted = (await tested.cluster.hosts("consul-server")).at(-1);
        assert.ok(muted);
        await tested.box.order("mute", muted.name);
        await tested.box.order("loss", `${(await oneOf("nomad-server")).name} 10`);
        await tested.cluster.until("Consul has found it failed", async () => {
          const members = await tested.cluster.get<{ Addr: string; Status: number }[]>("consul", "agent/members");
          return members?.some(({ Addr, Status }) => Addr === muted.address && Status === serfFailed) === true;
        });
        await tested.box.order("heal");
        return [];
      });
      assert.deepEqual(failures, []);
    });

    if (!all) return;

    it("loses no request with a spot instance that EC2 takes away", async () => {
      await tested.spreadSample();
      const { host } = await tested.fullestClient();
      const { failures } = await trial(
        "a client with instances of the sample taken away as a spot instance",
        async () => {
          await tested.box.order("spot", host.name);
          await tested.cluster.until("it has ended", async () =>
            (await tested.cluster.hosts()).every(({ id }) => id !== host.id),
          );
          return [];
        },
      );
      assert.deepEqual(failures, []);
    });

    it("loses no request with the leader of Consul", async () => {
      const { failures } = await trial("the leader of Consul killed", () => killLeader("consul"));
      assert.deepEqual(failures, []);
    });

    it("loses no more requests with a client than Consul takes to find it dead", async () => {
      await tested.spreadSample();
      const { host, share } = await tested.fullestClient();
      const { failures, rate } = await trial("a client with instances of the sample killed", () => killClient(host));
      assert.ok(failures.length <= rate * share * gossipSeconds, failures.join("\n"));
    });

    it("loses no more requests with a fabio that fails than its load balancer's health check says", async () => {
      const { failures, rate } = await trial("fabio killed on one node", async () => {
        const { name } = await oneOf("public-services");
        const restarts = async () =>
          (await tested.cluster.running("fabio")).reduce(
            (sum, each) => sum + (each.TaskStates?.fabio?.Restarts ?? 0),
            0,
          );
        const before = await restarts();
        await tested.cluster.exec(name, "pkill", "--signal", "KILL", "--exact", "fabio");
        await tested.cluster.until("Nomad has started it again", async () => (await restarts()) > before);
        return [];
      });
      assert.ok(failures.length <= rate * 0.5 * balancerSeconds, failures.join("\n"));
    });

    it("keeps everything when all nodes boot again at once", async () => {
      await trial("all nodes booted again", async () => {
        const hosts = await tested.cluster.hosts();
        await Promise.all(hosts.map(({ name }) => tested.cluster.exec(name, "systemctl", "reboot", "--no-block")));
        await tested.cluster.until("they have ended", async () => (await tested.cluster.hosts()).length < hosts.length);
        return [];
      });
    });

    it("loses no request with leaders whose clocks are 5 minutes off, and still runs jobs", async () => {
      const { failures } = await trial("leaders with a clock 5 minutes off, one ahead and one behind", async () => {
        await tested.box.order("clock", `${(await leaderOf("nomad")).name} 300`);
        await tested.box.order("clock", `${(await leaderOf("consul")).name} -300`);
        const date = await tested.cluster.exec(
          (await leaderOf("nomad")).name,
          "curl",
          "--silent",
          "--head",
          ...askingOpenly("nomad", "status/leader"),
        );
        const ahead = Date.parse(/^date: (.*)$/im.exec(date)?.[1] ?? "") - Date.now();
        assert.ok(Math.abs(ahead - 300_000) < 10_000, `its clock is ${ahead} ms ahead`);
        await said(tested, "exec", await oneOf("private-services"));
        await tested.box.order("heal");
        return [];
      });
      assert.deepEqual(failures, []);
    });

    it("loses no request with a client whose disk is full", async () => {
      const { failures } = await trial("a client whose disk is full for 60 s", async () => {
        const { name } = await oneOf("private-services");
        // All that is free at once, and then what is left of it.
        const fill =
          "fallocate -l $(df --output=avail --block-size=1 /var | tail -1) /var/full; ! dd if=/dev/zero of=/var/full2 bs=64k";
        await tested.cluster.exec(name, "bash", "-c", fill);
        await assert.rejects(
          tested.cluster.exec(name, "bash", "-c", "head -c 1M /dev/zero > /var/more"),
          /No space left/,
        );
        await delay(60_000);
        await tested.cluster.exec(name, "rm", "--force", "/var/full", "/var/full2", "/var/more");
        return [];
      });
      assert.deepEqual(failures, []);
    });

    it("boots a node while AWS's endpoints are gone, once they are back", async () => {
      await tested.spreadSample();
      const { host, share } = await tested.fullestClient();
      const { failures, rate } = await trial(
        "a client killed, and the endpoints gone for 60 s while another boots",
        async () => {
          await tested.box.order("outage");
          await killClient(host);
          await delay(60_000);
          assert.equal((await tested.cluster.nodes()).length, 3, "a client joined without AWS's endpoints");
          await tested.box.order("heal");
          return [];
        },
      );
      assert.ok(failures.length <= rate * share * gossipSeconds, failures.join("\n"));
    });
  });
}
