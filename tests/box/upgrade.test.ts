import assert from "node:assert/strict";
import { catalog } from "../../programs/catalog";
import type { Agent } from "./cluster";
import { previousVersions } from "./laboratory";
import { needsBox } from "./requirements";
import { BoxUnderTest } from "./trials/box-under-test";
import { whileWatching } from "./trials/watching";

const versions = { consul: catalog.consul.version, nomad: catalog.nomad.version };

// Set by `npm run test:box -- --all`: programs of another version have to be built for it.
if (process.env.COS_TESTS === "all") {
  describe("a box of the minor versions of Consul and Nomad before", function () {
    this.timeout(1_800_000);
    const tested = new BoxUnderTest();
    const previous = { "cos:image": { version: previousVersions } };

    before(needsBox);
    before(() => tested.up(previous, { previous: true }));
    after(() => tested.down());
    after(() => {
      console.log(tested.figures.map((line) => `    ${line}`).join("\n"));
    });

    /** Versions of the agents that take part, by the address of their node. */
    async function running(agent: Agent): Promise<Map<string, string>> {
      if (agent === "consul") {
        type Member = { Addr: string; Status: number; Tags: { build: string } };
        const members = (await tested.cluster.get<Member[]>("consul", "agent/members")) ?? [];
        const alive = members.filter(({ Status }) => Status === 1);
        return new Map(alive.map(({ Addr, Tags }) => [Addr, Tags.build.replace(/:.*/, "")]));
      }
      type Server = { Addr: string; Status: string; Tags: { build: string } };
      const servers = (await tested.cluster.get<{ Members: Server[] }>("nomad", "agent/members"))?.Members ?? [];
      const nodes =
        (await tested.cluster.get<{ Address: string; Version: string; Status: string }[]>("nomad", "nodes")) ?? [];
      return new Map([
        ...servers.filter(({ Status }) => Status === "alive").map(({ Addr, Tags }) => [Addr, Tags.build] as const),
        ...nodes.filter(({ Status }) => Status === "ready").map(({ Address, Version }) => [Address, Version] as const),
      ]);
    }

    const distinct = async (agent: Agent) => [...new Set((await running(agent)).values())];

    it("has them on all nodes", async () => {
      for (const agent of ["consul", "nomad"] as const) {
        assert.deepEqual(await distinct(agent), [previousVersions[agent]]);
      }
    });

    it("goes to today's in one `up`, no client before the servers, without a failed request", async () => {
      const before = (await tested.cluster.hosts()).map(({ id }) => id);
      const early: string[] = [];
      const isServer = ({ name }: { name: string }) => name.includes("-server-");
      const look = async () => {
        const hosts = await tested.cluster.hosts();
        const old = hosts.filter((host) => isServer(host) && before.includes(host.id));
        const young = hosts.filter((host) => !isServer(host) && !before.includes(host.id));
        if (old.length > 0) early.push(...young.map(({ name }) => name));
      };
      const { failures } = await tested.trial("Consul and Nomad upgraded", async () => [
        await whileWatching(() => tested.change({}), look),
      ]);
      assert.deepEqual(failures, []);
      assert.deepEqual(early, [], "clients came before all servers were replaced");
      const after = (await tested.cluster.hosts()).map(({ id }) => id);
      assert.equal(after.length, before.length);
      assert.deepEqual(
        after.filter((id) => before.includes(id)),
        [],
      );
      for (const agent of ["consul", "nomad"] as const) assert.deepEqual(await distinct(agent), [versions[agent]]);
    });
  });
}
