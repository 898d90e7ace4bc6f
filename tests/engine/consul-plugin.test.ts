import assert from "node:assert/strict";
import { ConsulAgent } from "../support/consul-agent";
import { PulumiProject } from "../support/pulumi-project";

const CONFIGURATION = "/v1/operator/autopilot/configuration";

interface Autopilot {
  CleanupDeadServers: boolean;
  LastContactThreshold: string;
  MaxTrailingLogs: number;
  MinQuorum: number;
}

describe("stand-in consul plugin", function () {
  this.timeout(180_000); // each test runs pulumi several times

  let consul: ConsulAgent;
  let project: PulumiProject;

  before(async () => {
    consul = await ConsulAgent.start();
  });

  after(async () => {
    await consul.stop();
  });

  beforeEach(async () => {
    project = await PulumiProject.create({ PULUMI_COS_CONSUL_PATIENCE_SECONDS: "1" });
    await project.configure("consul:address", consul.address);
  });

  afterEach(async () => {
    await project.remove();
  });

  const declare = (inputs: Record<string, unknown>) =>
    project.declare({ autopilot: { type: "consul:index/autopilotConfig:AutopilotConfig", inputs } });
  const configuration = async () => (await consul.request("GET", CONFIGURATION)) as Autopilot;

  async function succeed(operation: "up" | "refresh" | "destroy") {
    const result = await project[operation]();
    assert.equal(result.exitCode, 0, result.text);
    return result;
  }

  it("sets autopilot's configuration, which a delete leaves as it is", async () => {
    await consul.request("PUT", CONFIGURATION, { ...(await configuration()), MinQuorum: 3 });
    await declare({ cleanupDeadServers: false, lastContactThreshold: "1500ms", maxTrailingLogs: 500 });
    const created = await succeed("up");
    assert.deepEqual(created.changes, { create: 2 });
    assert.match(created.text, /the consul plugin in use is pulumi-cos's stand-in for version 3\.15\.1/);
    const set = await configuration();
    assert.equal(set.CleanupDeadServers, false);
    assert.equal(set.LastContactThreshold, "1.5s");
    assert.equal(set.MaxTrailingLogs, 500);
    // As with the real plugin, which does not know it.
    assert.equal(set.MinQuorum, 0);
    const state = await project.state("autopilot");
    assert.equal(state?.id, "consul-autopilot-test");
    assert.equal(state.outputs["serverStabilizationTime"], "10s");

    await declare({ cleanupDeadServers: true, lastContactThreshold: "1.5s", maxTrailingLogs: 500 });
    const updated = await succeed("up");
    assert.deepEqual(updated.steps["autopilot"]?.diff, ["cleanupDeadServers"]);
    assert.deepEqual((await succeed("up")).changes, { same: 2 });
    assert.equal((await configuration()).CleanupDeadServers, true);

    await consul.request("PUT", CONFIGURATION, { ...(await configuration()), MaxTrailingLogs: 100 });
    assert.deepEqual((await succeed("refresh")).changes, { update: 1, same: 1 });
    assert.deepEqual((await succeed("up")).steps["autopilot"]?.diff, ["maxTrailingLogs"]);

    await declare({ datacenter: "test", cleanupDeadServers: true, lastContactThreshold: "1.5s", maxTrailingLogs: 500 });
    assert.deepEqual((await succeed("up")).changes, { replace: 1, same: 1 });
    await succeed("destroy");
    assert.equal((await configuration()).MaxTrailingLogs, 500);
  });

  it("says what is wrong", async () => {
    await declare({ lastContactThreshold: "soon" });
    const wrong = await project.up();
    assert.match(wrong.errors, /could not parse 'last_contact_threshold'.*"soon"/);
    await declare({ minQuorum: 3 });
    assert.match((await project.up()).errors, /there is no property "minQuorum"/);
    await declare({});
    await project.configure("consul:address", "127.0.0.1:1");
    assert.match((await project.up()).errors, /Consul at http:\/\/127\.0\.0\.1:1 is not available \(tried for 1 s\)/);
  });
});
