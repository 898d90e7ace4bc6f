import assert from "node:assert/strict";
import { stackValues } from "../../support/stack-program";
import type { Agent } from "../cluster";
import type { BoxUnderTest } from "./box-under-test";
import { patience } from "./health";
import { whileWatching } from "./watching";

const { pools } = stackValues("dev")["cos:nomad"] as { pools: object[] };
/** What is said of servers, whose health the trials after these are about. */
const sized = (agents: Agent[], options: object): Record<string, object> => {
  const servers = { ...options, replaceUnhealthyAfterSeconds: patience };
  return {
    ...(agents.includes("consul") && { "cos:consul": servers }),
    ...(agents.includes("nomad") && { "cos:nomad": { ...servers, pools } }),
  };
};

/**
 * `pulumi up` replaces servers whose launch template or number has changed, one at a time.
 *
 * @param all whether both clusters are tried, with what may go wrong, or Nomad's servers alone
 */
export function serverRollouts(tested: BoxUnderTest, all: boolean): void {
  const idsOf = async (agent: Agent) => (await tested.cluster.hosts(`${agent}-server`)).map(({ id }) => id);
  const serversOf = async (agents: Agent[]) => (await Promise.all(agents.map(idsOf))).flat().sort();

  const up = (config: Record<string, unknown>) => tested.change(config);

  /** What a rollout says that has stopped. */
  const stopped = /Nomad is not healthy: .* no healthy voter|Nomad or its group does not answer/;

  /** Notes how many voters a cluster has at least while something goes on. */
  async function leastVoters(agent: Agent, act: () => Promise<string>): Promise<[string, number]> {
    let least = Infinity;
    const said = await whileWatching(act, async () => {
      const voters = (await tested.cluster.voters(agent)).length;
      // None: nobody answered.
      if (voters > 0) least = Math.min(least, voters);
    });
    return [said, least];
  }

  describe("when the servers' launch template changes", function () {
    this.timeout(900_000);
    const agents: Agent[] = all ? ["consul", "nomad"] : ["nomad"];

    it(`replaces all servers of ${agents.join(" and ")}, one at a time, without a failed request`, async () => {
      const before = await serversOf(agents);
      const { failures } = await tested.trial(`all servers of ${agents.join(" and ")} replaced`, async () => {
        const [said, least] = await leastVoters("nomad", () => up(sized(agents, { instanceType: "t4g.small" })));
        // One more than a quorum may be unhealthy for a moment on a busy machine; fewer never.
        assert.ok(least >= 2, `${least} voters`);
        return [said, `${least} voters at least`];
      });
      assert.deepEqual(failures, []);
      const after = await serversOf(agents);
      assert.equal(after.length, before.length);
      assert.deepEqual(
        after.filter((id) => before.includes(id)),
        [],
      );
      for (const agent of agents) {
        const zones = (await tested.cluster.hosts(`${agent}-server`)).map(({ zone }) => zone);
        assert.equal(new Set(zones).size, 3, `${agent}: ${zones.join()}`);
      }
    });

    if (!all) return;

    it("bears another server that is killed meanwhile; where it has stopped, the next `up` goes on", async () => {
      const before = await idsOf("nomad");
      const config = sized(["consul", "nomad"], { instanceType: "t4g.medium" });
      const { failures } = await tested.trial("Nomad's servers replaced, and one killed half-way", async () => {
        const first = tested.tryUp(config);
        const old = async () => (await idsOf("nomad")).filter((id) => before.includes(id));
        await tested.cluster.until("one of Nomad's is replaced", async () => (await old()).length === 2);
        const [killed = ""] = await old();
        await tested.box.order("kill", killed);
        const { exitCode, text } = await first;
        if (exitCode === 0) return ["the first up has got through"];
        assert.match(text, stopped);
        await tested.cluster.until("Nomad is whole", () => tested.cluster.isWhole("nomad"));
        return [await up(config)];
      });
      assert.deepEqual(failures, []);
      assert.deepEqual(
        (await idsOf("nomad")).filter((id) => before.includes(id)),
        [],
      );
    });

    it("stops where a server is frozen, with nothing replaced, and goes on when it has thawed", async () => {
      const before = await serversOf(["nomad"]);
      const config = sized(["consul", "nomad"], { instanceType: "t4g.medium", metadataHopLimit: 2 });
      const { failures } = await tested.trial("Nomad's servers replaced after one was frozen", async () => {
        const leader = await tested.cluster.leader("nomad");
        const frozen = (await tested.cluster.hosts("nomad-server")).find(({ id }) => id !== leader?.id);
        assert.ok(frozen);
        const signal = (name: string) =>
          tested.cluster.exec(frozen.name, "pkill", "--signal", name, "--exact", "nomad");
        await signal("STOP");
        const { exitCode, text } = await tested.tryUp(config);
        await signal("CONT");
        assert.notEqual(exitCode, 0);
        assert.match(text, stopped);
        // One more may have been launched before it was noticed.
        const after = await serversOf(["nomad"]);
        assert.deepEqual(
          before.filter((id) => !after.includes(id)),
          [],
        );
        await tested.cluster.until("Nomad is whole", () => tested.cluster.isWhole("nomad"));
        return [await up(config)];
      });
      assert.deepEqual(failures, []);
    });

    for (const size of [5, 3]) {
      it(`goes to ${size} servers of each without a failed request`, async () => {
        const { failures } = await tested.trial(`${size} servers of each`, async () => {
          tested.cluster.servers = size;
          return [
            await up(sized(["consul", "nomad"], { instanceType: "t4g.medium", metadataHopLimit: 2, servers: size })),
          ];
        });
        assert.deepEqual(failures, []);
        assert.equal((await serversOf(["consul", "nomad"])).length, 2 * size);
      });
    }
  });
}
