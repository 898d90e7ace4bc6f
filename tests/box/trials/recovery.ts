import assert from "node:assert/strict";
import type { Agent } from "../cluster";
import { type BoxUnderTest, secondsSince } from "./box-under-test";

/** What operators do where the cluster cannot help itself. */
export function recoveries(tested: BoxUnderTest): void {
  describe("when quorum is lost for good", () => {
    for (const agent of ["consul", "nomad"] as Agent[]) {
      it(`is recovered from the one server of ${agent} that is left, with all its data, without a failed request`, async () => {
        const { failures } = await tested.trial(`two of three servers of ${agent} lost, and recovered`, async () => {
          const { cluster, box } = tested;
          const [left, ...lost] = await cluster.hosts(`${agent}-server`);
          assert.ok(left);
          await Promise.all(lost.map(({ name }) => box.order("kill", name)));
          await cluster.until("others are in their place", async () => {
            const servers = await cluster.hosts(`${agent}-server`);
            return servers.length === 3 && servers.every(({ id }) => lost.every((each) => each.id !== id));
          });
          const started = Date.now();
          assert.match(await cluster.exec(left.name, "cos-recover", "--yes"), /this server leads/);
          await cluster.until(`${agent} is whole`, () => cluster.isWhole(agent));
          return [`whole ${secondsSince(started)} s after the command`];
        });
        assert.deepEqual(failures, []);
      });
    }

    it("is not recovered where it is not lost", async () => {
      const [server] = await tested.cluster.hosts("consul-server");
      await assert.rejects(tested.cluster.exec(server?.name ?? "", "cos-recover", "--yes"), /there is a leader/);
    });
  });
}
