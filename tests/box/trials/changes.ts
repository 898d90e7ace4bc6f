import assert from "node:assert/strict";
import { stackValues } from "../../support/stack-program";
import { type BoxUnderTest, secondsSince } from "./box-under-test";

interface Job {
  file: string;
  variables: Record<string, unknown>;
}

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

  async function up(config: Record<string, unknown>): Promise<string[]> {
    const started = Date.now();
    const { exitCode, text } = await tested.box.up(config);
    assert.equal(exitCode, 0, text.slice(-6000));
    return [`up took ${secondsSince(started)} s`];
  }

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

    if (!all) return;

    it("updates fabio without a failed request", async () => {
      const { failures } = await tested.trial("fabio updated", () => withJob("fabio", { grace_seconds: 21 }));
      assert.deepEqual(failures, []);
    });

    it("launches clients by a pool's size without a failed request, and ends them again", async () => {
      // A group keeps the size that it has within its bounds, so both have to be said.
      const sized = (size: { minSize: number; maxSize: number }) => {
        const { pools } = stackValues("dev")["cos:nomad"] as { pools: { name: string }[] };
        return { pools: pools.map((pool) => (pool.name === "private-services" ? { ...pool, ...size } : pool)) };
      };
      const { failures } = await tested.trial("a client more", async () => {
        const said = await up({ "cos:nomad": sized({ minSize: 3, maxSize: 3 }) });
        await tested.cluster.until("there are five", async () => (await tested.cluster.nodes()).length === 5);
        return said;
      });
      assert.deepEqual(failures, []);
      // Nothing drains a client that its group ends.
      await tested.trial("a client less", () => up({ "cos:nomad": sized({ minSize: 2, maxSize: 2 }) }));
      assert.equal((await tested.cluster.hosts("private-services")).length, 2);
    });

    it("adds a pool, and takes it away, without a failed request", async () => {
      const { pools } = stackValues("dev")["cos:nomad"] as { pools: object[] };
      const batch = { name: "batch", instanceTypes: ["t4g.micro"], minSize: 1, maxSize: 1 };
      const { failures } = await tested.trial("a pool more, and one less", async () => {
        const more = await up({ "cos:nomad": { pools: [...pools, batch] } });
        await tested.cluster.until("it has its client", async () =>
          (await tested.cluster.nodes()).some(({ NodePool, Status }) => NodePool === "batch" && Status === "ready"),
        );
        return [...more, ...(await up({}))];
      });
      assert.deepEqual(failures, []);
    });

    it("goes on where a plugin was killed in the middle of it", async () => {
      const { failures } = await tested.trial("the plugin for AWS killed, and `pulumi up` again", async () => {
        const { pools } = stackValues("dev")["cos:nomad"] as { pools: object[] };
        const batch = { name: "batch", instanceTypes: ["t4g.micro"], minSize: 1, maxSize: 1 };
        const config = { "cos:nomad": { pools: [...pools, batch] } };
        const first = tested.box.up(config);
        const target = `${process.cwd()}/tools/plugins/aws/main.ts`;
        await tested.cluster.until("it is killed", async () => {
          await tested.cluster.exec("operator", "pkill", "--signal", "KILL", "--full", target);
          return true;
        });
        assert.notEqual((await first).exitCode, 0);
        return [...(await up(config)), ...(await up({}))];
      });
      assert.deepEqual(failures, []);
    });
  });
}
