import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { BalancerDouble, type HealthCheck, type Target } from "../support/balancer-double";
import { IngressNodes, severalNodesAreAble } from "../support/ingress-nodes";
import { Load, type LoadResult } from "../support/load";
import { until } from "../support/until";

// As on AWS, in less time: there it is 5 s, 2 s, 2 and 20 s.
const check: HealthCheck = { intervalMs: 1000, timeoutMs: 1000, threshold: 2 };
const detectionMs = check.intervalMs * check.threshold + check.timeoutMs;
const graceSeconds = 6;

const samplePauseMs = 50;
const loadPauseMs = 20;
const enoughRequests = 1000;

describe("fabio behind a load balancer that does not see Consul", function () {
  this.timeout(240_000);

  let nodes: IngressNodes;
  let revisions = 0;

  const runFabio = (grace = graceSeconds) => nodes.runFabio(grace, String((revisions += 1)));

  before(async () => {
    nodes = await IngressNodes.start(severalNodesAreAble ? 2 : 1);
    await nodes.runPing();
    await runFabio();
    for (const target of nodes.targets) await until(async () => isAllGood(await sample(target)));
  });
  // Where the start has failed, it has cleaned up itself.
  after(() => (nodes as IngressNodes | undefined)?.stop());

  it("is said to be unhealthy first when it is updated, and serves on for longer than the load balancer takes to notice", async () => {
    const [target] = nodes.targets.slice(-1);
    assert.ok(target);
    const update = runFabio();
    const samples: Sample[] = [];
    const lastWas = (test: (sample: Sample) => boolean) =>
      until(async () => {
        const next = await sample(target);
        samples.push(next);
        await delay(samplePauseMs);
        return test(next);
      });
    await lastWas(({ traffic }) => traffic !== 200);
    const dead = samples.length - 1;
    await lastWas(isAllGood);
    await update;

    const out = samples.findIndex(({ health }) => health !== 200);
    const serving = samples.slice(out, dead);
    assert.ok(serving.length > 0, "fabio ended before its health changed");
    // No gap in which nobody answers: a load balancer is told, and need not wait.
    assert.deepEqual([...new Set(serving.map(({ health }) => health))], [503]);
    const served = (samples[dead]?.at ?? 0) - (serving[0]?.at ?? 0);
    assert.ok(served >= detectionMs, `it served for ${served} ms, and ${detectionMs} ms are needed`);
    // Nor is the new one healthy before it serves.
    const early = samples.slice(dead).filter(({ health, traffic }) => health === 200 && traffic !== 200);
    assert.deepEqual(early, []);
  });

  describe("on two nodes", () => {
    before(function () {
      if (!severalNodesAreAble) this.skip();
    });

    /** Does something under load, and returns how the requests ended and what the balancer did. */
    async function underLoad(work: (balancer: BalancerDouble) => Promise<unknown>): Promise<
      LoadResult & {
        changes: BalancerDouble["changes"];
        sentToUnhealthy: number;
      }
    > {
      const balancer = await BalancerDouble.start(nodes.targets, check);
      const allAreIn = () => until(() => balancer.healthyCount === nodes.targets.length);
      try {
        await allAreIn();
        balancer.changes.length = 0;
        const load = new Load(`${balancer.url}/ping`, loadPauseMs);
        await work(balancer);
        await allAreIn();
        const result = await load.stop(enoughRequests);
        return { ...result, changes: balancer.changes, sentToUnhealthy: balancer.sentToUnhealthy };
      } finally {
        await balancer.stop();
      }
    }

    it("loses no request while it is updated: one node after the other leaves and comes back", async () => {
      const { requests, failures, changes, sentToUnhealthy } = await underLoad(() => runFabio());
      assert.deepEqual(failures, []);
      assert.ok(requests >= enoughRequests);
      assert.equal(sentToUnhealthy, 0);
      const order = changes.map(({ target }) => target);
      assert.deepEqual(order, order[0] === 0 ? [0, 0, 1, 1] : [1, 1, 0, 0]);
      assert.deepEqual(
        changes.map(({ healthy, left }) => ({ healthy, left })),
        [
          { healthy: false, left: 1 },
          { healthy: true, left: 2 },
          { healthy: false, left: 1 },
          { healthy: true, left: 2 },
        ],
      );
    });

    it("loses no request while a node is drained and taken in again", async () => {
      const node = (await nodes.nomad.nodes()).find(({ Name }) => Name === nodes.lastName);
      assert.ok(node);
      const { requests, failures, changes, sentToUnhealthy } = await underLoad(async () => {
        await nodes.nomad.drain(node.ID);
        await until(async () => {
          const allocations = await nodes.nomad.nodeAllocations(node.ID);
          await delay(samplePauseMs);
          return allocations.every(({ ClientStatus }) => ClientStatus === "complete");
        });
        await nodes.nomad.undrain(node.ID);
      });
      assert.deepEqual(failures, []);
      assert.ok(requests >= enoughRequests);
      assert.equal(sentToUnhealthy, 0);
      assert.deepEqual(changes, [
        { target: 1, healthy: false, left: 1 },
        { target: 1, healthy: true, left: 2 },
      ]);
    });

    it("loses requests without the grace period: this test would notice", async () => {
      // The instances that this update ends still have theirs.
      await runFabio(0);
      const { failures } = await underLoad(() => runFabio(0));
      assert.ok(failures.length > 0);
    });
  });
});

/** How a target has answered at a time, in milliseconds; a status is 0 where there was no answer. */
interface Sample {
  at: number;
  health: number;
  traffic: number;
}

const isAllGood = ({ health, traffic }: Sample) => health === 200 && traffic === 200;

async function sample(target: Target): Promise<Sample> {
  const at = performance.now();
  const [health, traffic] = await Promise.all([status(target.health), status(`${target.traffic}/ping`)]);
  return { at, health, traffic };
}

async function status(url: string): Promise<number> {
  try {
    // A connection of its own: one that is kept hides that nobody listens.
    const response = await fetch(url, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(check.timeoutMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
