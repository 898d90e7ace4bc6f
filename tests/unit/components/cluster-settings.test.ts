import assert from "node:assert/strict";
import * as command from "@pulumi/command";
import * as consul from "@pulumi/consul";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { ClusterSettings, type ClusterSettingsArgs } from "../../../components/cluster-settings";
import { autopilotSettings } from "../../../components/cluster-settings/autopilot";
import { schedulerSettings } from "../../../components/nomad-cluster/scheduler";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const args: ClusterSettingsArgs = {
  consulAddress: "http://consul.example:8500",
  nomadAddress: "http://nomad.example:4646",
  consul: { servers: 3, autopilot: autopilotSettings(3, 5, undefined) },
  nomad: {
    servers: 5,
    autopilot: autopilotSettings(5, 1, { cleanupDeadServers: false, serverStabilizationTime: "1m" }),
    scheduler: schedulerSettings({ memoryOversubscription: true, preemption: { batch: true } }),
  },
};
const outputs = { "command:local:Command": { stdout: "changed" } };

async function run(program: () => unknown, preview = false) {
  const engine = await MockEngine.start(outputs, preview);
  const result = await engine.run(program);
  const named = (name: string) => engine.registered.find((resource) => resource.name === name);
  return { registered: engine.registered, result, named };
}

describe("ClusterSettings", () => {
  it("is Consul's autopilot, Nomad's scheduler, and a command for what no provider can set", async () => {
    const { registered, result, named } = await run(() => new ClusterSettings("settings", args));
    assert.deepEqual(registered.map(({ type, name, parent, dependsOn }) => [type, name, parent, dependsOn]).sort(), [
      ["command:local:Command", "settings-autopilot", "settings", ["settings-consul-autopilot"]],
      ["consul:index/autopilotConfig:AutopilotConfig", "settings-consul-autopilot", "settings", []],
      ["cos:index:ClusterSettings", "settings", undefined, []],
      ["nomad:index/schedulerConfig:SchedulerConfig", "settings-scheduler", "settings", []],
    ]);
    assert.deepEqual(named("settings-consul-autopilot")?.inputs, {
      cleanupDeadServers: true,
      lastContactThreshold: "1s",
      maxTrailingLogs: 250,
      serverStabilizationTime: "10s",
    });
    assert.deepEqual(named("settings-scheduler")?.inputs, {
      schedulerAlgorithm: "binpack",
      memoryOversubscriptionEnabled: true,
      preemptionConfig: {
        batch_scheduler_enabled: true,
        service_scheduler_enabled: false,
        sysbatch_scheduler_enabled: false,
        system_scheduler_enabled: true,
      },
    });
    assert.deepEqual(named("settings-autopilot")?.inputs, {
      interpreter: ["node", "--input-type=module", "--eval"],
      create: 'import { main } from "pulumi-cos/autopilot"; await main();',
      environment: {
        CONSUL_HTTP_ADDR: "http://consul.example:8500",
        NOMAD_ADDR: "http://nomad.example:4646",
        COS_AUTOPILOT: JSON.stringify({
          consul: {
            CleanupDeadServers: true,
            LastContactThreshold: "1s",
            MaxTrailingLogs: 250,
            MinQuorum: 3,
            ServerStabilizationTime: "10s",
          },
          nomad: {
            CleanupDeadServers: false,
            LastContactThreshold: "200ms",
            MaxTrailingLogs: 250,
            MinQuorum: 5,
            ServerStabilizationTime: "1m0s",
          },
        }),
      },
    });
    assert.equal(await valueOf((result as ClusterSettings).changes), "changed");
    assert.deepEqual(named("settings")?.outputs, { changes: "changed" });
  });

  it("has an environment that changes with whatever changes in Consul's resource", async () => {
    const environment = async (changed: Partial<ClusterSettingsArgs["consul"]["autopilot"]>) => {
      const autopilot = { ...args.consul.autopilot, ...changed };
      const { named } = await run(
        () => new ClusterSettings("settings", { ...args, consul: { servers: 3, autopilot } }),
      );
      return (named("settings-autopilot")?.inputs as { environment: { COS_AUTOPILOT: string } }).environment;
    };
    const before = (await environment({})).COS_AUTOPILOT;
    for (const changed of [
      { cleanupDeadServers: false },
      { lastContactThreshold: "2s" },
      { maxTrailingLogs: 1 },
      { serverStabilizationTime: "20s" },
      { minQuorum: 2 },
    ]) {
      assert.notEqual((await environment(changed)).COS_AUTOPILOT, before, JSON.stringify(changed));
    }
  });

  it("shows all of itself in a preview, addresses that are not known yet as such", async () => {
    const make = () => {
      const machine = new command.local.Command("machine", { create: "true" });
      return new ClusterSettings("settings", { ...args, nomadAddress: machine.stdout });
    };
    const [preview, update] = [await run(make, true), await run(make)];
    const shape = ({ registered }: typeof preview) => registered.map(({ type, name }) => `${type} ${name}`).sort();
    assert.deepEqual(shape(preview), shape(update));
    const { environment } = preview.named("settings-autopilot")?.inputs as { environment: Record<string, string> };
    assert.deepEqual([environment.NOMAD_ADDR, environment.CONSUL_HTTP_ADDR], [unknown, "http://consul.example:8500"]);
    assert.equal(await valueOf((preview.result as ClusterSettings).changes), undefined);
  });

  it("passes explicit providers to its children", async () => {
    const { named } = await run(
      () =>
        new ClusterSettings("settings", args, {
          providers: {
            consul: new consul.Provider("own-consul", { address: "consul.example:8500" }),
            nomad: new nomad.Provider("own-nomad", { address: "http://nomad.example:4646" }),
            command: new command.Provider("own-command"),
          },
        }),
    );
    assert.deepEqual(
      ["settings-consul-autopilot", "settings-scheduler", "settings-autopilot"].map((name) => named(name)?.provider),
      ["own-consul", "own-nomad", "own-command"],
    );
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const wrong: ClusterSettingsArgs = {
      ...args,
      consul: { servers: 0, autopilot: args.consul.autopilot },
      nomad: {
        servers: 5,
        autopilot: { ...args.nomad.autopilot, minQuorum: 6, lastContactThreshold: "soon" },
        scheduler: { ...args.nomad.scheduler, algorithm: "best" as "spread" },
      },
    };
    const { registered } = await run(() => {
      assert.throws(
        () => new ClusterSettings("settings", wrong),
        (error: unknown) => {
          assert.ok(pulumi.InputPropertiesError.isInstance(error));
          assert.deepEqual(error.errors, [
            { propertyPath: "consul.servers", reason: "must be a whole number of at least 1, got 0" },
            {
              propertyPath: "nomad.autopilot.lastContactThreshold",
              reason: 'must be a duration above 0, such as "500ms" or "10s", got "soon"',
            },
            {
              propertyPath: "nomad.autopilot.minQuorum",
              reason: "must be a whole number from 3 to 5, a majority of the 5 servers or more of them, got 6",
            },
            { propertyPath: "nomad.scheduler.algorithm", reason: 'must be "binpack" or "spread", got "best"' },
          ]);
          return true;
        },
      );
    });
    assert.deepEqual(registered, []);
  });
});
