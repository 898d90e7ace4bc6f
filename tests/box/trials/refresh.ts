import assert from "node:assert/strict";
import { stackValues } from "../../support/stack-program";
import { hasEnded, type Refresh } from "../refreshes";
import { type BoxUnderTest, secondsSince } from "./box-under-test";

const { pools } = stackValues("dev")["cos:nomad"] as { pools: { name: string }[] };
const pool = "private-services";
const withPool = (changes: object) => ({
  "cos:nomad": { pools: pools.map((each) => (each.name === pool ? { ...each, ...changes } : each)) },
});

/**
 * A pool whose launch template has changed is replaced, node by node.
 *
 * @param all whether a change that cannot work is tried, too
 */
export function refreshes(tested: BoxUnderTest, all: boolean): void {
  /** Runs `pulumi up`, and waits until the refresh that it begins has come to an end. */
  async function rolled(config: Record<string, unknown>, end: Refresh["status"]): Promise<string[]> {
    const of = async () => (await tested.box.status()).refreshes.find(({ group }) => group.includes(pool));
    const before = await of();
    await tested.change(config);
    const started = Date.now();
    await tested.cluster.until("a refresh has begun", async () => (await of())?.version !== before?.version);
    await tested.cluster.until("it has ended", async () => {
      const present = await of();
      return present !== undefined && hasEnded(present);
    });
    assert.equal((await of())?.status, end);
    return [`refresh took ${secondsSince(started)} s`];
  }

  const ids = async () => (await tested.cluster.hosts(pool)).map(({ id }) => id).sort();

  describe("when a pool's launch template changes", () => {
    it("replaces all its nodes without a failed request", async () => {
      const before = await ids();
      const act = () => rolled(withPool({ meta: { rolled: "once" } }), "Successful");
      const { failures } = await tested.trial("a pool refreshed", act);
      assert.deepEqual(failures, []);
      const after = await ids();
      assert.equal(after.length, before.length);
      assert.deepEqual(
        after.filter((id) => before.includes(id)),
        [],
      );
    });

    if (!all) return;

    it("stops where new nodes do not come, goes back, and works on", async () => {
      const before = await ids();
      const secrets = [{ parameter: "/cos/nowhere", path: "/etc/cos/nowhere", owner: "nomad" }];
      const broken = withPool({ readyTimeoutSeconds: 60, secrets });
      const { failures } = await tested.trial("a pool refreshed with nodes that do not boot", () =>
        rolled(broken, "RollbackSuccessful"),
      );
      assert.deepEqual(failures, []);
      assert.deepEqual(await ids(), before);
      const again = await tested.trial("and with what they had before", () => rolled({}, "Successful"));
      assert.deepEqual(again.failures, []);
    });
  });
}
