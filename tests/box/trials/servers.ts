import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { stackValues } from "../../support/stack-program";
import type { Agent } from "../cluster";
import { type BoxUnderTest, secondsSince } from "./box-under-test";

const { pools } = stackValues("dev")["cos:nomad"] as { pools: object[] };
const sized = (agents: Agent[], servers: object): Record<string, object> => ({
  ...(agents.includes("consul") && { "cos:consul": servers }),
  ...(agents.includes("nomad") && { "cos:nomad": { ...servers, pools } }),
});

/**
 * `pulumi up` replaces servers whose launch template or number has changed, one at a time.
 *
 * @param all whether both clusters are tried, with what may go wrong, or Nomad's servers alone
 */
export function serverRollouts(tested: BoxUnderTest, all: boolean): void {
  const idsOf = async (agent: Agent) => (await tested.cluster.hosts(`${agent}-server`)).map(({ id }) => id);
  const serversOf = async (agents: Agent[]) => (await Promise.all(agents.map(idsOf))).flat().sort();

  async function up(config: Record<string, unknown>): Promise<string> {
    const started = Date.now();
    const { exitCode, text } = await tested.box.up(config);
    assert.equal(exitCode, 0, text.slice(-6000));
    return `up took ${secondsSince(started)} s`;
  }

  /** Notes how many voters a cluster has at least while something goes on. */
  async function leastVoters(agent: Agent, act: () => Promise<string>): Promise<[string, number]> {
    let least = Infinity;
    const done = new AbortController();
    const watching = (async () => {
      while (!done.signal.aborted) {
        const voters = (await tested.cluster.voters(agent)).length;
        // None: nobody answered.
        if (voters > 0) least = Math.min(least, voters);
        await delay(1000);
      }
    })();
    try {
      const said = await act();
      return [said, least];
    } finally {
      done.abort();
      await watching;
    }
  }

  describe("when the servers' launch template changes", function () {
    this.timeout(900_000);
    const agents: Agent[] = all ? ["consul", "nomad"] : ["nomad"];

    it(`replaces all servers of ${agents.join(" and ")}, one at a time, without a failed request`, async () => {
      const before = await serversOf(agents);
      const { failures } = await tested.trial(`all servers of ${agents.join(" and ")} replaced`, async () => {
        const [said, least] = await leastVoters("nomad", () => up(sized(agents, { instanceType: "t4g.small" })));
        return [said, `${least} voters at least`];
      });
      assert.deepEqual(failures, []);
      const after = await serversOf(agents);
      assert.equal(after.length, before.length);
      assert.deepEqual(
        after.filter((id) => before.includes(id)),
        [],
      );
    });

    if (!all) return;

    it("stops where another server is killed meanwhile, and goes on with the next `up`", async () => {
      const before = await serversOf(["nomad"]);
      const { failures } = await tested.trial("Nomad's servers replaced, and one killed half-way", async () => {
        const first = tested.box.up(sized(["consul", "nomad"], { instanceType: "t4g.medium" }));
        const old = async () => (await idsOf("nomad")).filter((id) => before.includes(id));
        await tested.cluster.until("one of Nomad's is replaced", async () => (await old()).length === 2);
        const [killed = ""] = await old();
        await tested.box.order("kill", killed);
        const { exitCode, text } = await first;
        assert.notEqual(exitCode, 0);
        assert.match(text, /Nomad is not healthy: .* no healthy voter|Nomad or its group does not answer/);
        await tested.cluster.until("Nomad is whole", () => tested.cluster.isWhole("nomad"));
        return [await up(sized(["consul", "nomad"], { instanceType: "t4g.medium" }))];
      });
      assert.deepEqual(failures, []);
      assert.deepEqual(
        (await serversOf(["nomad"])).filter((id) => before.includes(id)),
        [],
      );
    });

    for (const size of [5, 3]) {
      it(`goes to ${size} servers of each without a failed request`, async () => {
        tested.cluster.servers = size;
        const { failures } = await tested.trial(`${size} servers of each`, async () => [
          await up(sized(["consul", "nomad"], { instanceType: "t4g.medium", servers: size })),
        ]);
        assert.deepEqual(failures, []);
        assert.equal((await serversOf(["consul", "nomad"])).length, 2 * size);
      });
    }
  });
}
