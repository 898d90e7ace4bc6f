import assert from "node:assert/strict";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AutopilotSettings, autopilotSettings } from "../../components/cluster-settings/autopilot";
import { type SchedulerArgs, schedulerSettings } from "../../components/nomad-cluster/scheduler";
import packageJson from "../../package.json";
import { ConsulAgent } from "../support/consul-agent";
import { NomadAgent } from "../support/nomad-agent";
import { PulumiProject } from "../support/pulumi-project";

const repository = join(__dirname, "..", "..");
const autopilotPath = "/v1/operator/autopilot/configuration";
const children = ["settings-consul-autopilot", "settings-scheduler", "settings-autopilot"];

interface Autopilot {
  CleanupDeadServers: boolean;
  LastContactThreshold: string;
  MaxTrailingLogs: number;
  MinQuorum: number;
  ServerStabilizationTime: string;
  ModifyIndex: number;
}

describe("ClusterSettings on real Consul and Nomad", function () {
  this.timeout(180_000); // pulumi runs several times

  let consul: ConsulAgent;
  let nomad: NomadAgent;
  let project: PulumiProject;

  before(async () => {
    consul = await ConsulAgent.start();
    nomad = await NomadAgent.start();
    project = await PulumiProject.create();
    await project.configure("consul:address", consul.address);
    await project.configure("nomad:address", nomad.address);
    // The command finds its script by the package's name, as in a project that has pulumi-cos installed.
    const { name, exports } = packageJson;
    await rm(join(project.directory, "package.json"));
    await writeFile(join(project.directory, "package.json"), JSON.stringify({ name, exports, private: true }));
    await symlink(join(repository, "components"), join(project.directory, "components"));
  });

  after(async () => {
    await project.remove();
    await nomad.stop();
    await consul.stop();
  });

  async function up(servers: number, autopilot: Partial<AutopilotSettings> = {}, scheduler: SchedulerArgs = {}) {
    const cluster = { servers, autopilot: { ...autopilotSettings(servers, 5, undefined), ...autopilot } };
    const args = {
      consulAddress: consul.address,
      nomadAddress: nomad.address,
      consul: cluster,
      nomad: { ...cluster, scheduler: schedulerSettings(scheduler) },
    };
    await project.program(`
require(${JSON.stringify(join(repository, "node_modules", "tsx", "dist", "cjs", "index.cjs"))});
const { local } = require("@pulumi/command");
const { ClusterSettings } = require(${JSON.stringify(join(repository, "components", "cluster-settings"))});

const cluster = new local.Command("cluster", { create: "true" });
exports.changes = new ClusterSettings("settings", ${JSON.stringify(args)}, { deletedWith: cluster }).changes;
`);
    const result = await project.up();
    assert.equal(result.exitCode, 0, result.text);
    return { steps: Object.keys(result.steps).sort(), changes: result.changes, text: result.text };
  }

  const ofConsul = async () => (await consul.request("GET", autopilotPath)) as Autopilot;
  const ofNomad = async () => (await nomad.request("GET", autopilotPath)) as Autopilot;

  function assertSettings(found: Autopilot, expected: Partial<Autopilot>) {
    for (const [key, value] of Object.entries(expected)) assert.equal(found[key as keyof Autopilot], value, key);
  }

  it("sets what both hold, min_quorum too, and leaves it alone once it is so", async () => {
    await up(3, { cleanupDeadServers: false }, { algorithm: "spread", preemption: { system: false, batch: true } });
    const expected = {
      CleanupDeadServers: false,
      LastContactThreshold: "1s",
      MaxTrailingLogs: 250,
      MinQuorum: 3,
      ServerStabilizationTime: "10s",
    };
    const [consulBefore, nomadBefore] = [await ofConsul(), await ofNomad()];
    assertSettings(consulBefore, expected);
    assertSettings(nomadBefore, expected);
    const { SchedulerConfig } = (await nomad.request("GET", "/v1/operator/scheduler/configuration")) as {
      SchedulerConfig: { SchedulerAlgorithm: string; PreemptionConfig: Record<string, boolean> };
    };
    assert.equal(SchedulerConfig.SchedulerAlgorithm, "spread");
    assert.deepEqual(SchedulerConfig.PreemptionConfig, {
      SystemSchedulerEnabled: false,
      SysBatchSchedulerEnabled: false,
      BatchSchedulerEnabled: true,
      ServiceSchedulerEnabled: false,
    });

    const again = await up(
      3,
      { cleanupDeadServers: false },
      { algorithm: "spread", preemption: { system: false, batch: true } },
    );
    assert.deepEqual(again.changes, { same: 6 });
    assert.deepEqual([await ofConsul(), await ofNomad()], [consulBefore, nomadBefore], "and nothing was written");
  });

  it("keeps Consul's min_quorum when its provider sets it back with another change", async () => {
    const { steps } = await up(3, { maxTrailingLogs: 500 });
    assert.deepEqual(steps, ["settings-autopilot", "settings-consul-autopilot", "settings-scheduler"]);
    assertSettings(await ofConsul(), { MinQuorum: 3, MaxTrailingLogs: 500, CleanupDeadServers: true });
    assertSettings(await ofNomad(), { MinQuorum: 3, MaxTrailingLogs: 500, CleanupDeadServers: true });
    assert.deepEqual(
      (await project.outputs())["changes"],
      ["Consul: MinQuorum 0 -> 3", "Nomad: CleanupDeadServers false -> true", "Nomad: MaxTrailingLogs 250 -> 500"].join(
        "\n",
      ),
    );
  });

  it("lets min_quorum follow from three servers to five", async () => {
    const { steps } = await up(5, { maxTrailingLogs: 500 });
    assert.deepEqual(steps, ["settings-autopilot"]);
    assertSettings(await ofConsul(), { MinQuorum: 5 });
    assertSettings(await ofNomad(), { MinQuorum: 5 });
  });

  it("is destroyed with the cluster, without a word to it", async () => {
    for (const name of children) {
      const state = (await project.state(name)) as { deletedWith?: string } | undefined;
      assert.match(state?.deletedWith ?? "", /::cluster$/, name);
    }
    const before = [await ofConsul(), await ofNomad()];
    const { exitCode, text } = await project.destroy();
    assert.equal(exitCode, 0, text);
    assert.deepEqual([await ofConsul(), await ofNomad()], before);
  });
});
