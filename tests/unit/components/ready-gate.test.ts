import assert from "node:assert/strict";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ReadyGate, type ReadyGateArgs } from "../../../components";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const outputs = { "command:local:Command": { stdout: "a warning" } };
const args: ReadyGateArgs = {
  consulAddress: "http://consul.example:8500",
  nomadAddress: "http://nomad.example:4646",
  consulServers: 3,
  nomadServers: 5,
  nodePools: ["default", "public"],
  minClients: { public: 2, default: 3 },
  timeoutSeconds: 60,
};

describe("ReadyGate", () => {
  it("is one command with these inputs and nothing else", async () => {
    const engine = await MockEngine.start(outputs);
    const gate = await engine.run(() => new ReadyGate("ready", args));
    assert.deepEqual(engine.registered, [
      {
        type: "cos:index:ReadyGate",
        name: "ready",
        inputs: {},
        parent: undefined,
        provider: undefined,
        dependsOn: [],
        outputs: { warning: "a warning" },
      },
      {
        type: "command:local:Command",
        name: "ready-gate",
        inputs: {
          interpreter: ["node", "--input-type=module", "--eval"],
          create: 'import { main } from "pulumi-cos/ready-gate"; await main("strict");',
          update: 'import { main } from "pulumi-cos/ready-gate"; await main("tolerant");',
          environment: {
            CONSUL_HTTP_ADDR: "http://consul.example:8500",
            NOMAD_ADDR: "http://nomad.example:4646",
            COS_GATE: JSON.stringify({
              consulServers: 3,
              nomadServers: 5,
              nodePools: ["default", "public"],
              minClients: { default: 3, public: 2 },
              timeoutSeconds: 60,
            }),
          },
        },
        parent: "ready",
        provider: undefined,
        dependsOn: [],
        outputs: undefined,
      },
    ]);
    assert.equal(await valueOf(gate.warning), "a warning");
  });

  it("is the same whatever the order of the node pools, and however many groups are in one", async () => {
    const environmentOf = async (nodePools: string[]) => {
      const engine = await MockEngine.start(outputs);
      await engine.run(() => new ReadyGate("ready", { ...args, nodePools, minClients: {} }));
      const command = engine.registered.find(({ name }) => name === "ready-gate");
      return (command?.inputs as { environment: Record<string, string> }).environment;
    };
    const environment = await environmentOf(["public", "default", "public"]);
    assert.deepEqual((JSON.parse(environment.COS_GATE ?? "") as ReadyGateArgs).nodePools, ["default", "public"]);
    assert.deepEqual(environment, await environmentOf(["default", "public"]));
  });

  it("waits ten minutes unless told otherwise", async () => {
    const engine = await MockEngine.start(outputs);
    await engine.run(() => new ReadyGate("ready", { ...args, timeoutSeconds: undefined }));
    const { environment } = engine.registered[1]?.inputs as { environment: { COS_GATE: string } };
    assert.equal((JSON.parse(environment.COS_GATE) as ReadyGateArgs).timeoutSeconds, 600);
  });

  it("takes addresses that are outputs, and keeps them from being known in a preview", async () => {
    const engine = await MockEngine.start(outputs, true);
    const gate = await engine.run(() => {
      const machine = new command.local.Command("machine", { create: "true" });
      return new ReadyGate("ready", { ...args, nomadAddress: machine.stdout });
    });
    const inputs = engine.registered.find(({ name }) => name === "ready-gate")?.inputs as {
      environment: Record<string, string>;
    };
    assert.equal(inputs.environment.NOMAD_ADDR, unknown);
    assert.equal(inputs.environment.CONSUL_HTTP_ADDR, "http://consul.example:8500");
    assert.equal(await valueOf(gate.warning), undefined);
  });

  it("shows all of itself in a preview", async () => {
    const shape = async (preview: boolean) => {
      const engine = await MockEngine.start(outputs, preview);
      await engine.run(() => new ReadyGate("ready", args));
      return engine.registered.map(({ type, name, inputs, parent }) => ({ type, name, inputs, parent }));
    };
    assert.deepEqual(await shape(true), await shape(false));
  });

  it("passes an explicit provider to its command", async () => {
    const engine = await MockEngine.start(outputs);
    await engine.run(() => new ReadyGate("ready", args, { providers: { command: new command.Provider("own") } }));
    assert.equal(engine.registered.find(({ name }) => name === "ready-gate")?.provider, "own");
  });

  it("waits for what it depends on, and so does its command, by its parent", async () => {
    const engine = await MockEngine.start(outputs);
    await engine.run(() => {
      const before = new command.local.Command("before", { create: "true" });
      return new ReadyGate("ready", args, { dependsOn: before });
    });
    assert.deepEqual(
      engine.registered.map(({ name, dependsOn }) => [name, dependsOn]),
      [
        ["before", []],
        ["ready", ["before"]],
        ["ready-gate", []],
      ],
    );
  });

  it("has no path of this machine in its command", async () => {
    const engine = await MockEngine.start(outputs);
    await engine.run(() => new ReadyGate("ready", args));
    const { interpreter, create, update } = engine.registered[1]?.inputs as Record<string, unknown>;
    const text = JSON.stringify([interpreter, create, update]);
    assert.doesNotMatch(text, /(^|["' ])\/\w/);
    assert.ok(!text.includes(process.cwd()));
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const engine = await MockEngine.start(outputs);
    const wrong = {
      ...args,
      consulServers: 0,
      nomadServers: 1.5,
      nodePools: ["default", "", "web"],
      minClients: { public: 2, default: 0 },
      timeoutSeconds: -1,
    };
    assert.throws(
      () => new ReadyGate("ready", wrong),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(error.errors, [
          { propertyPath: "consulServers", reason: "must be a whole number of at least 1, got 0" },
          { propertyPath: "nomadServers", reason: "must be a whole number of at least 1, got 1.5" },
          { propertyPath: "nodePools[1]", reason: "must be the name of a node pool, got an empty string" },
          {
            propertyPath: "minClients.public",
            reason: 'must be of a pool in "nodePools", which has default, web',
          },
          { propertyPath: "minClients.default", reason: "must be a whole number of at least 1, got 0" },
          { propertyPath: "timeoutSeconds", reason: "must be more than 0, got -1" },
        ]);
        return true;
      },
    );
    assert.throws(() => new ReadyGate("ready", { ...args, timeoutSeconds: NaN }), pulumi.InputPropertiesError);
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });
});
