import assert from "node:assert/strict";
import type { ProgramName } from "../../programs/catalog";
import { resolveProgram } from "../../programs/resolve";
import { ConsulCluster } from "../../components/consul-cluster";
import { NomadCluster } from "../../components/nomad-cluster";
import { consulAgents, nomadAgents } from "../support/agent-options";
import { consulArgs, nomadArgs, Program } from "../support/cluster-arguments";
import { useDirectory } from "../support/directory";

/** A federated Consul, and a Nomad with pools of few and of many options, made by their components. */
function cluster() {
  const consul = new ConsulCluster("consul", {
    ...consulArgs,
    servers: 5,
    federation: { primaryDatacenter: "main", peerCidrs: ["10.1.0.0/16"] },
  });
  return new NomadCluster("nomad", {
    ...nomadArgs,
    consul,
    authoritativeRegion: "main",
    peerCidrs: ["10.1.0.0/16"],
    scheduler: { algorithm: "spread", preemption: { sysbatch: true } },
    pools: [
      { name: "web", instanceTypes: ["t4g.micro"] },
      {
        name: "data",
        instanceTypes: ["m7g.large"],
        nodePool: "data",
        nodeClass: "large",
        meta: { team: "data", "disk.kind": "ebs" },
        drivers: ["docker", "exec", "java", "raw_exec"],
        dataVolumes: [{ device: "/dev/sdf", sizeGiB: 10, mountPoint: "/data", hostVolume: "data" }],
        hostVolumes: [{ name: "certificates", path: "/etc/ssl/certs", readOnly: true }],
        ecrPull: true,
        reservedMemoryMiB: 512,
      },
    ],
  });
}

describe("the configuration of agents, as the agents read it", function () {
  this.timeout(60_000);
  const directory = useDirectory("agents");

  async function validate(program: ProgramName, command: string[], config: object) {
    const { execa } = await import("execa");
    const { path } = await resolveProgram(program);
    const file = directory.write("agent.json", JSON.stringify(config));
    return await execa(path, [...command, file], { reject: false, all: true, env: { NO_COLOR: "1" } });
  }

  before(async function () {
    // Where they are neither on PATH nor in the cache, they are fetched or built first.
    this.timeout(30 * 60_000);
    await resolveProgram("consul");
    await resolveProgram("nomad");
  });

  for (const { name, config } of consulAgents) {
    it(`is accepted by consul for ${name}`, async () => {
      const { exitCode, all } = await validate("consul", ["validate"], config);
      assert.equal(exitCode, 0, all);
      assert.match(all, /Configuration is valid!/);
      assert.doesNotMatch(all, /unknown|deprecated/i);
    });
  }

  for (const { name, config } of nomadAgents) {
    it(`is accepted by nomad for ${name}`, async () => {
      const { exitCode, all } = await validate("nomad", ["config", "validate"], config);
      assert.equal(exitCode, 0, all);
      assert.match(all, /Configuration is valid!/);
      assert.doesNotMatch(all, /unknown|unexpected|deprecated/i);
    });
  }

  describe("of the nodes of ConsulCluster, NomadCluster and its pools", () => {
    let program: Program;
    before(async () => {
      program = await Program.run(cluster);
    });

    for (const [nodes, files] of [
      ["consul-servers", ["consul"]],
      ["nomad-servers", ["consul", "nomad"]],
      ["nomad-web-nodes", ["consul", "nomad"]],
      ["nomad-data-nodes", ["consul", "nomad"]],
    ] as const) {
      for (const product of files) {
        it(`is accepted by ${product} for ${nodes}`, async () => {
          const config = program.files(`${nodes}-template`)[`/etc/${product}.d/cos.json`];
          assert.ok(config);
          const command = product === "consul" ? ["validate"] : ["config", "validate"];
          const { exitCode, all } = await validate(product, command, config);
          assert.equal(exitCode, 0, all);
          assert.match(all, /Configuration is valid!/);
          assert.doesNotMatch(all, /unknown|unexpected|deprecated/i);
        });
      }
    }
  });

  it("would not be accepted with a key that the agents do not know", async () => {
    for (const [program, command, agents] of [
      ["consul", ["validate"], consulAgents],
      ["nomad", ["config", "validate"], nomadAgents],
    ] as const) {
      const { exitCode, all } = await validate(program, [...command], { ...agents[0]?.config, no_such_key: 1 });
      assert.notEqual(exitCode, 0, `${program} accepts anything: ${all}`);
      assert.match(all, /no_such_key/);
    }
  });
});
