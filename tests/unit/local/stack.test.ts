import assert from "node:assert/strict";
import { NomadApi } from "../../../apis/nomad";
import { clearInterrupted, differsFromState, engineEnvironment, isNew } from "../../../local/stack";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { installationIn } from "../../support/installation";
import { jobSpec } from "../../support/nomad-objects";

const jobType = "nomad:index/job:Job";
const ping = { type: jobType, custom: true, id: "ping", outputs: { namespace: "default", modifyIndex: "7" } };
const gate = { type: "command:local:Command", custom: true, id: "gate1234", outputs: {} };
const provider = { type: "pulumi:providers:nomad", custom: true, id: "1", outputs: {} };
const component = { type: "cos:index:NomadJobs", custom: false };

describe("the stack's state", () => {
  const files = useDirectory("stack");
  const nomad = useHttpDouble();
  const installation = () => installationIn(files.path);
  const api = () => new NomadApi(nomad().url);

  const has = (resources: object[], pending?: object[]) => {
    const latest = { resources, ...(pending && { pending_operations: pending }) };
    files.write("pulumi/.pulumi/stacks/cos/local.json", JSON.stringify({ version: 3, checkpoint: { latest } }));
  };

  it("is new while nothing of it is in the cluster", () => {
    files.write("pulumi/.pulumi/stacks/cos/local.json", '{"version":3,"checkpoint":{}}');
    assert.ok(isNew(installation()));
    has([gate, provider, component]);
    assert.ok(isNew(installation()));
    has([gate, ping]);
    assert.ok(!isNew(installation()));
    has([gate], [{ type: "creating" }]);
    assert.ok(!isNew(installation()), "an operation was interrupted");
  });

  it("is as the cluster where Nomad has the jobs as they were registered", async () => {
    has([gate, provider, component, ping]);
    nomad().answers["/v1/job/ping"] = { body: jobSpec({ JobModifyIndex: 7 }) };
    assert.equal(await differsFromState(installation(), api()), false);
    assert.equal(nomad().requests[0]?.url, "/v1/job/ping?namespace=default");
  });

  for (const [how, answer] of [
    ["was changed", { body: jobSpec({ JobModifyIndex: 8 }) }],
    ["was stopped", { body: jobSpec({ Status: "dead", Stop: true }) }],
    ["is gone", { status: 404, body: "job not found" }],
  ] as const) {
    it(`differs where a job ${how}`, async () => {
      has([ping]);
      nomad().answers["/v1/job/ping"] = answer;
      assert.equal(await differsFromState(installation(), api()), true);
    });
  }

  it("differs where it has something that Nomad was not asked about, or an operation was interrupted", async () => {
    has([{ type: "nomad:index/variable:Variable", custom: true, id: "v", outputs: {} }]);
    assert.equal(await differsFromState(installation(), api()), true);
    has([], [{ type: "creating" }]);
    assert.equal(await differsFromState(installation(), api()), true);
  });

  it("is given back by an engine that was interrupted", async () => {
    files.write("pulumi/.pulumi/locks/organization/cos/local/lock.json", "{}");
    await clearInterrupted(installation());
    assert.deepEqual(files.list().includes("pulumi"), true);
    assert.equal(files.read("pulumi/.pulumi/locks/organization/cos/local/lock.json"), "");
  });
});

describe("the engine's environment", () => {
  const names = ["NOMAD_TOKEN", "CONSUL_HTTP_ADDR", "PULUMI_ACCESS_TOKEN", "PULUMI_STACK"];
  let inherited: NodeJS.ProcessEnv;
  beforeEach(() => {
    inherited = { ...process.env };
    for (const name of names) process.env[name] = "of the user";
  });
  afterEach(() => {
    for (const name of names) {
      if (inherited[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = inherited[name];
    }
  });

  it("has a state of its own, and nothing of the user's logins and clusters", () => {
    const engine = { pulumi: "/p/pulumi", path: ["/a", "/b"], home: "/home" };
    const env = engineEnvironment(installationIn("/cos"), engine);
    for (const name of names) assert.equal(env[name], undefined, name);
    assert.equal(env.PULUMI_BACKEND_URL, "file:///cos/pulumi");
    assert.equal(env.PULUMI_HOME, "/home");
    assert.ok(env.PATH?.startsWith("/a:/b:"));
  });
});
