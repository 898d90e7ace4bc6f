import assert from "node:assert/strict";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { NomadJobs } from "../../../components";
import { ExistingCluster, type ExistingClusterArgs } from "../../../components/existing-cluster";
import { MockEngine, type Registered, unknown, valueOf } from "../../../cli/preview/mock-engine";

const outputs = { "command:local:Command": { stdout: "a server is missing" } };
const args: ExistingClusterArgs = {
  consulAddress: "http://consul.example:8500",
  nomadAddress: "http://nomad.example:4646",
  consulServers: 3,
  nomadServers: 5,
  nodePools: ["default"],
  timeoutSeconds: 60,
};

const jobs = { jobs: [{ file: "jobs/ping.nomad.hcl" }] };

const byName = (a: Registered, b: Registered) => (a.name < b.name ? -1 : 1);

describe("ExistingCluster", () => {
  it("is asked with the tokens that are given, which are secrets", async () => {
    const engine = await MockEngine.start(outputs);
    const tokens = { consul: "consul's", nomad: "nomad's" };
    await engine.run(() => new ExistingCluster("cluster", { ...args, tokens }));
    const inputs = (name: string) => engine.registered.find((each) => each.name === name)?.inputs;
    assert.deepEqual((inputs("cluster-nomad-api") as { secretId: unknown }).secretId, { secret: "nomad's" });
    const { environment } = inputs("cluster-ready-gate") as { environment: Record<string, unknown> };
    assert.deepEqual(environment.CONSUL_HTTP_TOKEN, { secret: "consul's" });
    assert.deepEqual(environment.NOMAD_TOKEN, { secret: "nomad's" });
  });

  it("is known by the authorities that are given, to the gate and to the provider", async () => {
    const engine = await MockEngine.start(outputs);
    const cluster = await engine.run(() => new ExistingCluster("cluster", { ...args, caPem: "PEM" }));
    const inputs = (name: string) => engine.registered.find((each) => each.name === name)?.inputs;
    assert.ok(cluster.caPem);
    assert.equal(await valueOf(cluster.caPem), "PEM");
    assert.deepEqual(inputs("cluster-nomad-api"), { address: "http://nomad.example:4646", caPem: "PEM" });
    assert.equal(
      (inputs("cluster-ready-gate") as { environment: { COS_CA_PEM: string } }).environment.COS_CA_PEM,
      "PEM",
    );
  });

  async function make(changes: Partial<ExistingClusterArgs> = {}, preview = false) {
    const engine = await MockEngine.start(outputs, preview);
    const cluster = await engine.run(() => new ExistingCluster("cluster", { ...args, ...changes }));
    return { engine, cluster };
  }

  it("is a gate and a Nomad provider, and nothing else", async () => {
    const { engine } = await make();
    const common = { provider: undefined, dependsOn: [], outputs: undefined };
    assert.deepEqual(engine.registered.sort(byName), [
      {
        ...common,
        type: "cos:index:ExistingCluster",
        name: "cluster",
        inputs: {},
        parent: undefined,
        outputs: {
          consulAddress: "http://consul.example:8500",
          nomadAddress: "http://nomad.example:4646",
          warning: "a server is missing",
        },
      },
      {
        ...common,
        type: "pulumi:providers:nomad",
        name: "cluster-nomad-api",
        inputs: { address: "http://nomad.example:4646" },
        parent: "cluster",
      },
      {
        ...common,
        type: "cos:index:ReadyGate",
        name: "cluster-ready",
        inputs: {},
        parent: "cluster",
        outputs: { warning: "a server is missing" },
      },
      {
        ...common,
        type: "command:local:Command",
        name: "cluster-ready-gate",
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
              nodePools: ["default"],
              timeoutSeconds: 60,
            }),
          },
        },
        parent: "cluster-ready",
      },
    ]);
  });

  it("has the addresses and the gate's warning as outputs, and knows nothing else", async () => {
    const { cluster } = await make();
    assert.equal(await valueOf(cluster.consulAddress), "http://consul.example:8500");
    assert.equal(await valueOf(cluster.nomadAddress), "http://nomad.example:4646");
    assert.equal(await valueOf(cluster.warning), "a server is missing");
    assert.equal(cluster.outputs, undefined);
  });

  it("lets jobs use its provider and wait for the gate", async () => {
    const engine = await MockEngine.start(outputs);
    await engine.run(() => new NomadJobs("jobs", jobs, new ExistingCluster("cluster", args).forJobs));
    const find = (name: string) => engine.registered.find((resource) => resource.name === name);
    const job = find("jobs-ping");
    assert.equal(job?.provider, "cluster-nomad-api");
    // A component waits, and its children wait for it.
    assert.equal(job.parent, "jobs");
    assert.deepEqual(find("jobs")?.dependsOn, ["cluster-ready-gate"]);
  });

  it("is the same in a preview, whose gate has not run", async () => {
    const { engine, cluster } = await make({}, true);
    const made = await make();
    const shape = (of: MockEngine) => of.registered.map(({ type, name }) => `${type} ${name}`).sort();
    assert.deepEqual(shape(engine), shape(made.engine));
    assert.equal(await valueOf(cluster.nomadAddress), "http://nomad.example:4646");
    assert.equal(await valueOf(cluster.warning), undefined);
  });

  it("takes addresses that a preview does not know", async () => {
    const engine = await MockEngine.start(outputs, true);
    await engine.run(() => {
      const nomadAddress = new command.local.Command("machine", { create: "true" }).stdout;
      return new ExistingCluster("cluster", { ...args, nomadAddress });
    });
    const inputs = (name: string) => engine.registered.find((resource) => resource.name === name)?.inputs;
    assert.deepEqual(inputs("cluster-nomad-api"), { address: unknown });
    const { environment } = inputs("cluster-ready-gate") as { environment: Record<string, string> };
    assert.equal(environment.NOMAD_ADDR, unknown);
    assert.equal(environment.CONSUL_HTTP_ADDR, "http://consul.example:8500");
  });

  it("refuses bad input, all of it at once, before anything is registered", async () => {
    const engine = await MockEngine.start(outputs);
    const wrong = { ...args, consulServers: 0, nomadServers: 1.5, nodePools: [""], timeoutSeconds: 0 };
    await engine.run(() => {
      assert.throws(
        () => new ExistingCluster("cluster", wrong),
        (error: unknown) => {
          assert.ok(pulumi.InputPropertiesError.isInstance(error), String(error));
          assert.match(error.message, /^ExistingCluster cannot be made/);
          const paths = error.errors.map(({ propertyPath }) => propertyPath);
          assert.deepEqual(paths, ["consulServers", "nomadServers", "nodePools[0]", "timeoutSeconds"]);
          return true;
        },
      );
    });
    assert.deepEqual(engine.registered, []);
  });
});
