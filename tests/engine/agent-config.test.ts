import assert from "node:assert/strict";
import type { ProgramName } from "../../tools/catalog";
import { resolveProgram } from "../../tools/programs";
import { consulAgents, nomadAgents } from "../support/agent-options";
import { useDirectory } from "../support/directory";

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
