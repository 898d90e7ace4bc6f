import assert from "node:assert/strict";
import { join } from "node:path";
import { PulumiProject } from "../support/pulumi-project";

const outlast = join(__dirname, "..", "..", "components", "outlast.ts");

describe("a program whose connection to the engine does not keep Node running", function () {
  this.timeout(120_000);

  let project: PulumiProject;

  beforeEach(async () => {
    project = await PulumiProject.create();
  });

  afterEach(async () => {
    await project.remove();
  });

  /** Declares two commands, the second after the first, which runs until Node has found nothing to wait for. */
  const program = (first: string) => `
    require("tsx/cjs");
    require(${JSON.stringify(outlast)}).outlastRequests(60);
    const { existsSync, writeFileSync } = require("node:fs");
    const { local } = require("@pulumi/command");
    const first = new local.Command("first", { create: ${JSON.stringify(`touch started; until test -e idle; do sleep 0.1; done; ${first}`)} });
    new local.Command("second", { create: "echo second" }, { dependsOn: first });
    const timer = setInterval(() => {
      if (!existsSync("started")) return;
      clearInterval(timer);
      for (const handle of process._getActiveHandles()) handle.unref?.();
      process.once("beforeExit", () => writeFileSync("idle", ""));
    }, 100);
  `;

  it("ends when all of its resources are made", async () => {
    await project.program(program("true"));
    const { exitCode, text, changes } = await project.up();
    assert.equal(exitCode, 0, text);
    assert.deepEqual(changes, { create: 3 });
  });

  it("ends when one of them fails", async () => {
    await project.program(program("exit 7"));
    const { exitCode, text, errors } = await project.up();
    assert.notEqual(exitCode, 0);
    assert.match(errors, /exit status 7/);
    assert.doesNotMatch(text, /promises were still active/);
  });

  it("ends where something waits for itself, as Pulumi says it", async () => {
    await project.program(`
      require("tsx/cjs");
      require(${JSON.stringify(outlast)}).outlastRequests(1);
      const { local } = require("@pulumi/command");
      new local.Command("stuck", { create: new Promise(() => undefined) });
    `);
    const { exitCode, text } = await project.up();
    assert.notEqual(exitCode, 0);
    assert.match(text, /still active/);
  });
});
