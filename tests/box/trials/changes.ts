import assert from "node:assert/strict";
import type { NodeListing } from "../../../apis/nomad";
import { hasLeft } from "../../../cli/nomad-nodes";
import { stackValues } from "../../support/stack-program";
import type { BoxUnderTest } from "./box-under-test";
import { knowsNames } from "./drivers";

interface Job {
  file: string;
  variables: Record<string, unknown>;
}

const { pools } = stackValues("dev")["cos:nomad"] as { pools: { name: string }[] };
const batch = { name: "batch", instanceTypes: ["t4g.micro"], minSize: 1, maxSize: 1, drivers: ["raw_exec", "java"] };
const withBatch = { "cos:nomad": { pools: [...pools, batch] } };

/**
 * What `pulumi up` changes in a cluster that is at work, without a failed request.
 *
 * @param all whether all of it is tried, or one
 */
export function changes(tested: BoxUnderTest, all: boolean): void {
  /** Runs `pulumi up` with other variables of a job. */
  async function withJob(file: string, variables: Record<string, unknown>): Promise<string[]> {
    const jobs = stackValues("dev")["cos:jobs"] as Job[];
    const changed = jobs.map((job) =>
      job.file.includes(file) ? { ...job, variables: { ...job.variables, ...variables } } : job,
    );
    return up({ "cos:jobs": changed });
  }

  const up = async (config: Record<string, unknown>): Promise<string[]> => [await tested.change(config)];

  describe("when `pulumi up` changes something", () => {
    for (const strategy of all ? ["rolling", "canary", "blue-green"] : ["rolling"]) {
      it(`rolls out a new version of the sample without a failed request: ${strategy}`, async () => {
        const version = `2.0.0-${strategy}`;
        const act = () => withJob("ping", { version, strategy, auto_promote: true });
        const { failures } = await tested.trial(`the sample updated, ${strategy}`, act);
        assert.deepEqual(failures, []);
        const answer = await tested.cluster.exec("operator", "curl", "--fail", "--silent", tested.url);
        assert.equal((JSON.parse(answer) as { version: string }).version, version);
      });
    }

    for (const name of all ? ["private-services", "public-services"] : ["private-services"]) {
      it(`launches a client more of ${name}, and ends the oldest, without a failed request`, async () => {
        // A group keeps the size that it has within its bounds, so both have to be said.
        const sized = (size: number) => ({
          "cos:nomad": {
            pools: pools.map((pool) => (pool.name === name ? { ...pool, minSize: size, maxSize: size } : pool)),
          },
        });
        const more = await tested.trial(`a client more of ${name}`, () => up(sized(3)));
        assert.deepEqual(more.failures, []);
        const hosts = await tested.cluster.hosts(name);
        assert.equal(hosts.length, 3);
        const less = await tested.trial(`a client less of ${name}`, async () => {
          const said = await up(sized(2));
          await tested.cluster.until("one of them leaves", async () => (await tested.cluster.hosts(name)).length === 2);
          return said;
        });
        assert.deepEqual(less.failures, []);
        const left = (await tested.cluster.hosts(name)).map(({ id }) => id);
        const [gone] = hosts.filter(({ id }) => !left.includes(id));
        const agents = await tested.cluster.get<{ Addr: string; Status: number }[]>("consul", "agent/members");
        // Serf's number for one that has left: nobody had to find out.
        assert.equal(agents?.find(({ Addr }) => Addr === gone?.address)?.Status, 3);
        const nodes = (await tested.cluster.get<NodeListing[]>("nomad", "nodes")) ?? [];
        assert.ok(nodes.filter(({ Address }) => Address === gone?.address).every(hasLeft));
      });
    }

    if (!all) return;

    it("updates fabio without a failed request", async () => {
      const { failures } = await tested.trial("fabio updated", () => withJob("fabio", { grace_seconds: 21 }));
      assert.deepEqual(failures, []);
    });

    it("adds a pool with drivers of its own, and takes it away, without a failed request", async () => {
      const { failures } = await tested.trial("a pool more, and one less", async () => {
        const more = await up(withBatch);
        await tested.cluster.until("it has its client", async () =>
          (await tested.cluster.nodes()).some(({ NodePool, Status }) => NodePool === "batch" && Status === "ready"),
        );
        const [host] = await tested.cluster.hosts("batch");
        assert.ok(host);
        for (const driver of batch.drivers) await knowsNames(tested, driver, host);
        return [...more, ...(await up({}))];
      });
      assert.deepEqual(failures, []);
    });

    it("goes on where a plugin was killed in the middle of it", async () => {
      const { failures } = await tested.trial("the plugin for AWS killed, and `pulumi up` again", async () => {
        const first = tested.tryUp(withBatch);
        const target = `${process.cwd()}/plugins/aws/main.ts`;
        await tested.cluster.until("it is killed", async () => {
          await tested.cluster.exec("operator", "pkill", "--signal", "KILL", "--full", target);
          return true;
        });
        assert.notEqual((await first).exitCode, 0);
        return [...(await up(withBatch)), ...(await up({}))];
      });
      assert.deepEqual(failures, []);
    });
  });
}
