import assert from "node:assert/strict";
import type { BoxUnderTest } from "./box-under-test";

/** What there is after the first `up`. */
export function fromNothing(tested: BoxUnderTest): void {
  describe("from nothing", () => {
    it("has three servers of each kind, all of them voters", async () => {
      for (const agent of ["consul", "nomad"] as const) {
        await tested.cluster.until(`${agent} is whole`, () => tested.cluster.isWhole(agent));
        const voters = (await tested.cluster.peers(agent)).map(({ Voter }) => Voter);
        assert.deepEqual(voters, [true, true, true]);
      }
    });

    it("has every client in its datacenter, pool and class, with its zone in its metadata", async () => {
      const hosts = await tested.cluster.hosts();
      const nodes = await tested.cluster.nodes();
      const found = [];
      for (const { ID, Address, Datacenter, NodePool, NodeClass, Status } of nodes) {
        const node = await tested.cluster.get<{ Meta: Record<string, string> }>("nomad", `node/${ID}`);
        const host = hosts.find(({ address }) => address === Address);
        assert.equal(node?.Meta.availability_zone, host?.zone);
        assert.equal(node?.Meta.instance_id, host?.id);
        found.push(`${Datacenter} ${NodePool} ${NodeClass} ${Status} ${String(host?.name)}`);
      }
      const wanted = ["private", "private", "public", "public"].map((kind, i) => {
        const pool = `${kind}-services`;
        return `${pool} ${pool} ${pool} ready ${pool}-${(i % 2) + 1}`;
      });
      assert.deepEqual(found.sort(), wanted);
    });

    it("answers through the load balancer, from instances in both zones", async () => {
      await tested.cluster.untilWhole();
      const nodes = new Set<string>();
      for (let i = 0; i < 12; i++) {
        const answer = await tested.cluster.exec("operator", "curl", "--fail", "--silent", tested.url);
        nodes.add((JSON.parse(answer) as { node: string }).node);
      }
      assert.equal(nodes.size, 2, [...nodes].join());
    });

    it("knows the names of services in its tasks", async () => {
      const [allocation] = await tested.cluster.running("ping");
      assert.ok(allocation);
      const program = "import socket; print(socket.gethostbyname('nomad.service.consul'))";
      const command = ["alloc", "exec", "-task", "ping", allocation.ID, "python3", "-c", program];
      const said = await tested.cluster.nomad("nomad-server-1", ...command);
      const servers = (await tested.cluster.hosts("nomad-server")).map(({ address }) => address);
      assert.ok(servers.includes(said.trim()), said);
    });

    it("changes nothing when nothing has changed", async () => {
      const { exitCode, changes, text } = await tested.tryUp({});
      assert.equal(exitCode, 0, text.slice(-6000));
      assert.deepEqual(Object.keys(changes), ["same"]);
    });

    it("has nothing that failed on its nodes, but for what this kernel does not have", async () => {
      for (const { name } of await tested.cluster.hosts()) {
        const failed = await tested.cluster.exec(
          name,
          "systemctl",
          "list-units",
          "--state=failed",
          "--plain",
          "--no-legend",
        );
        const units = failed.split("\n").flatMap((line) => /^\S+/.exec(line)?.[0] ?? []);
        // Of the machine as a container, not of the image.
        const ofContainers = /^(run-rpc_pipefs\.mount|modprobe@.*|systemd-.*)$/;
        assert.deepEqual(
          units.filter((unit) => !ofContainers.test(unit)),
          [],
          name,
        );
      }
    });
  });
}
