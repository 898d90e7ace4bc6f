import assert from "node:assert/strict";
import { type ClusterOutputs, pinnedVersions, versionTags } from "../../components";
import { resolveProgram } from "../../programs/resolve";
import { Authority } from "../support/authority";
import { LoopbackCluster } from "../support/loopback-cluster";
import type { RunResult } from "../support/pulumi-project";
import { RepositoryStack } from "../support/repository-stack";
import { stackValues } from "../support/stack-program";
import { freePorts } from "../support/ports";

/** An image of the account of the stand-in, as issue 5 bakes them. */
function image(id: string, day: number) {
  return {
    id,
    name: `cos-${day}`,
    ownerId: "123456789012",
    architecture: "arm64",
    creationDate: `2026-11-${String(day).padStart(2, "0")}T00:00:00.000Z`,
    tags: versionTags(pinnedVersions),
  };
}

const nodeGroups = [
  "cos-consul-servers",
  "cos-nomad-private-services-nodes",
  "cos-nomad-public-services-nodes",
  "cos-nomad-servers",
];

/** The key of the real cluster, which is there before the stack could make one. */
const gossipKey = Buffer.alloc(32, 7).toString("base64");
const gossip = (...keys: string[]) => ({ keys, ...(keys.includes("real") && { given: { real: gossipKey } }) });

/** The authority of the real cluster, for the stack. */
const tls = async (authority: Authority) => ({
  authorities: ["real"],
  given: { real: { certPem: authority.pem, privateKeyPem: await authority.privateKeyPem() } },
});

/**
 * The stack dev by the real engine, on the pretended AWS account of the stand-in plugin, whose load balancers answer at the
 * address of a real cluster: its Consul and Nomad are as many servers as dev has, and a client for each of its pools (fewer
 * than dev's four: two nodes on one machine would want the same port for fabio).
 */
describe("the stack dev, in a real engine", function () {
  this.timeout(300_000);

  let cluster: LoopbackCluster;
  let authority: Authority;
  let stack: RepositoryStack;
  let config: Record<string, unknown>;

  before(async () => {
    const clients = ["public-services", "private-services"].map((name) => ({ nodePool: name, datacenter: name }));
    authority = await Authority.make("real");
    cluster = await LoopbackCluster.create({
      // By the region that the stack is given.
      ...{ consulServers: 3, nomadServers: 3, clients, authority, zone: "us-east-1" },
      gossip: { consul: [gossipKey], nomad: [gossipKey] },
    });
    stack = await RepositoryStack.create("dev", { COS_STAND_IN_AWS_ADDRESS: cluster.address });
    config = await loopbackJobs(cluster, authority);
    await stack.configure(config);
  });

  after(async () => {
    await stack.remove();
    await cluster.stop();
  });

  async function up(changes: Record<string, unknown> = {}): Promise<RunResult> {
    config = { ...config, ...changes };
    await stack.configure(config);
    const result = await stack.up();
    assert.equal(result.exitCode, 0, `${diagnostics(result.text)}\n${await cluster.logs()}`);
    return result;
  }

  it("is previewed in an account that has nothing, not even an image", async () => {
    const { exitCode, text, changes } = await stack.preview();
    assert.equal(exitCode, 0, diagnostics(text));
    assert.deepEqual(Object.keys(changes), ["create"]);
    says(text, /warning: no machine image of this account .* tag:cos-consul /);
  });

  it("does not go up without an image, and says what would help", async () => {
    const { exitCode, text } = await stack.up();
    assert.notEqual(exitCode, 0);
    says(text, /no machine image of this account .*; or name an image by its ID/);
  });

  it("goes up once there is one, from where it was interrupted, and registers its jobs with the real cluster", async () => {
    stack.setEnvironment({ COS_STAND_IN_AWS_IMAGES: JSON.stringify([image("ami-00000000000000001", 1)]) });
    // The gate waits for a cluster that is not there yet; then the engine is told to end.
    const interrupt = new AbortController();
    const waiting = stack.up(interrupt.signal);
    await stack.until("cos-ready-gate");
    interrupt.abort();
    const { exitCode } = await waiting;
    assert.notEqual(exitCode, 0);

    await cluster.start();
    const { changes } = await up();
    assert.ok((changes.create ?? 0) > 0 && (changes.same ?? 0) > 100, JSON.stringify(changes));
    assert.deepEqual(Object.keys(changes).sort(), ["create", "same"]);
    const jobs = (await cluster.get(`${cluster.nomadAddress}/v1/jobs`)) as { ID: string; Status: string }[];
    assert.deepEqual(
      jobs.map(({ ID, Status }) => `${ID} ${Status}`),
      ["fabio running", "ping running"],
    );
  });

  it("has set autopilot's and the scheduler's settings through the APIs", async () => {
    assert.deepEqual(await minQuorum(), [3, 3]);
    const scheduler = (await cluster.get(`${cluster.nomadAddress}/v1/operator/scheduler/configuration`)) as {
      SchedulerConfig: { SchedulerAlgorithm: string; PreemptionConfig: { SystemSchedulerEnabled: boolean } };
    };
    assert.equal(scheduler.SchedulerConfig.SchedulerAlgorithm, "binpack");
    assert.equal(scheduler.SchedulerConfig.PreemptionConfig.SystemSchedulerEnabled, true);
  });

  it("exports what operators need", async () => {
    const outputs = (await stack.outputs()) as { nomadAddress: string; cluster: ClusterOutputs };
    assert.equal(outputs.nomadAddress, cluster.nomadAddress);
    assert.equal(outputs.cluster.name, "cos-dev");
    assert.equal(outputs.cluster.region, "us-east-1");
    assert.equal(outputs.cluster.subnetIds["services"]?.length, 3);
    assert.equal(outputs.cluster.outdatedNodes, 0);
    assert.deepEqual(Object.keys(outputs.cluster.nomad.pools).sort(), ["private-services", "public-services"]);
    assert.equal(outputs.cluster.ingresses["public"]?.url, `http://${cluster.address}`);
  });

  it("changes nothing when nothing has changed", async () => {
    const { changes, steps } = await up();
    assert.deepEqual(Object.keys(changes), ["same"], JSON.stringify(steps));
  });

  it("replaces no servers where that is not wanted: these are processes, and no instances of the account", async () => {
    const { steps } = await up({ "cos:replaceServers": false });
    const rollouts = ["consul", "nomad"].flatMap((agent) => [`cos-${agent}-rollout`, `cos-${agent}-rollout-servers`]);
    assert.deepEqual(changed(steps), { delete: rollouts });
  });

  it("takes a new image into the launch templates and groups alone, and says how many nodes run the old one", async () => {
    const images = [image("ami-00000000000000001", 1), image("ami-00000000000000002", 2)];
    stack.setEnvironment({ COS_STAND_IN_AWS_IMAGES: JSON.stringify(images) });
    const { steps, text } = await up();
    assert.deepEqual(changed(steps), {
      update: nodeGroups.flatMap((group) => [`${group}-group`, `${group}-template`]).sort(),
    });
    says(text, /8 nodes run an old launch template/);
  });

  it("takes one more zone: subnets more, groups and load balancers over them, nothing moved or replaced", async () => {
    const { steps } = await up({ "cos:network": { availabilityZones: fourZones } });
    const { create = [], ...others } = changed(steps);
    assert.deepEqual(others, {
      update: [
        ...nodeGroups.map((group) => `${group}-group`),
        "cos-api-nlb",
        "cos-network-gateway-s3",
        "cos-public-alb",
      ].sort(),
    });
    const tiers = ["backoffice", "content-connector", "public", "services"];
    assert.deepEqual([...new Set(create)], tiers.map((tier) => `cos-network-vpc-${tier}-4`).sort());
  });

  it("takes one pool more", async () => {
    const { steps } = await up({ "cos:nomad": { pools: [...pools(), batch] } });
    const { create = [], ...others } = changed(steps);
    // The gate looks for a client of the new pool, and goes on with a warning.
    assert.deepEqual(others, { update: ["cos-ready-gate"] });
    assert.ok(
      create.every((name) => name.startsWith("cos-nomad-batch")),
      create.join(", "),
    );
  });

  it("takes another instance type for a pool: its template and group, in place", async () => {
    const larger = { ...batch, instanceTypes: ["t4g.small"] };
    const { steps } = await up({ "cos:nomad": { pools: [...pools(), larger] } });
    assert.deepEqual(changed(steps), { update: ["cos-nomad-batch-nodes-group", "cos-nomad-batch-nodes-template"] });
  });

  it("takes one pool less", async () => {
    const { steps } = await up({ "cos:nomad": { pools: pools() } });
    const { delete: deleted = [], ...others } = changed(steps);
    assert.deepEqual(others, { update: ["cos-ready-gate"] });
    assert.ok(deleted.length > 0 && deleted.every((name) => name.startsWith("cos-nomad-batch")), deleted.join(", "));
  });

  it("takes another instance type for the servers: no group is replaced", async () => {
    const { steps } = await up({ "cos:consul": { instanceType: "t4g.small" } });
    assert.deepEqual(changed(steps), { update: ["cos-consul-servers-group", "cos-consul-servers-template"] });
  });

  it("grows from 3 to 5 servers, and the quorum with it", async () => {
    await cluster.start({ consulServers: 5, nomadServers: 5 });
    const { steps } = await up({
      "cos:consul": { instanceType: "t4g.small", servers: 5 },
      "cos:nomad": { pools: pools(), servers: 5 },
    });
    const { update = [], ...others } = changed(steps);
    assert.deepEqual(others, {});
    assert.deepEqual(update, [
      "cos-consul-servers-group",
      "cos-consul-servers-template",
      "cos-nomad-servers-group",
      "cos-nomad-servers-template",
      "cos-ready-gate",
      "cos-settings-autopilot",
    ]);
    assert.deepEqual(await minQuorum(), [5, 5]);
  });

  it("changes the keys of gossip of the real agents, and shows no secret anywhere", async () => {
    for (const keys of [["real", "2"], ["2"]]) {
      const changes = {
        "cos:security": {
          gossip: { consul: gossip(...keys), nomad: gossip(...keys) },
          tls: await tls(authority),
          acl: false,
        },
      };
      await stack.configure({ ...config, ...changes });
      const preview = await stack.preview();
      const { text } = await up(changes);
      const [consul, nomad] = await Promise.all([
        cluster.keys("consul", cluster.client(0)),
        cluster.keys("nomad", cluster.server(0)),
      ]);
      assert.deepEqual([consul.length, nomad.length], [keys.length, keys.length]);
      const shown = {
        "what `preview` prints": preview.text,
        "what `up` prints": text,
        "the state": JSON.stringify(await stack.state()),
        "the outputs": JSON.stringify(await stack.outputs()),
      };
      const secrets = await stack.secrets();
      // Passwords that keys are made from and what agents get of them, keys of an authority and four certificates.
      for (const key of [...consul, ...nomad]) assert.ok(secrets.some((secret) => secret.includes(key)));
      assert.ok(secrets.length > 10, `${secrets.length} secrets`);
      for (const [where, said] of Object.entries(shown)) {
        for (const secret of [...secrets, ...consul, ...nomad])
          assert.ok(!said.includes(secret), `a secret is in ${where}: ${secret.slice(0, 4)}…`);
      }
      assert.ok(keys.includes("real") === consul.includes(gossipKey));
    }
  });

  it("is destroyed when its cluster cannot be reached", async () => {
    await cluster.stop();
    const { exitCode, text } = await stack.destroy();
    assert.equal(exitCode, 0, diagnostics(text));
    assert.deepEqual(await stack.state(), []);
  });

  /** Of Consul and of Nomad. */
  async function minQuorum(): Promise<number[]> {
    const path = "/v1/operator/autopilot/configuration";
    const answers = await Promise.all([
      cluster.get(cluster.consulAddress + path),
      cluster.get(cluster.nomadAddress + path),
    ]);
    return answers.map((answer) => (answer as { MinQuorum: number }).MinQuorum);
  }
});

/** What the engine said at its end. */
const diagnostics = (text: string): string => /Diagnostics:[^]*?(?=\n\w+:|$)/.exec(text)?.[0] ?? text;

function says(text: string, what: RegExp): void {
  assert.ok(what.test(text), `it does not say ${String(what)}, but\n${diagnostics(text)}`);
}

/** The three that dev has by itself, and another. */
const fourZones = ["a", "b", "c", "d"].map((letter) => `us-east-1${letter}`);

const batch = { name: "batch", instanceTypes: ["t4g.micro"], minSize: 1, maxSize: 1 };

/** The pools of dev, each with as many clients as the real cluster has. */
function pools(): object[] {
  return (stackValues("dev")["cos:nomad"] as { pools: object[] }).pools.map((pool) => ({ ...pool, minSize: 1 }));
}

/** The names of the resources that were changed, by what was done to them. */
function changed(steps: RunResult["steps"]): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const [name, { op }] of Object.entries(steps)) (names[op] ??= []).push(name);
  return Object.fromEntries(Object.entries(names).map(([op, of]) => [op, of.sort()]));
}

/** The jobs of dev, as they run on loopback: without isolation, which takes minutes to set up, and on ports that are free. */
async function loopbackJobs(cluster: LoopbackCluster, authority: Authority): Promise<Record<string, unknown>> {
  const [proxyPort, uiPort, healthPort] = await freePorts(3);
  const jobs = stackValues("dev")["cos:jobs"] as { file: string; variables: object }[];
  const fabio = {
    command: (await resolveProgram("fabio")).path,
    consul_address: cluster.ingressConsulAddress,
    proxy_port: proxyPort,
    ui_port: uiPort,
    health_port: healthPort,
    grace_seconds: 1,
  };
  return {
    // dev's own region has three zones only.
    "aws:region": "us-east-1",
    "cos:nomad": { pools: pools() },
    "cos:readyTimeoutSeconds": 120,
    "cos:security": {
      gossip: { consul: gossip("real"), nomad: gossip("real") },
      tls: await tls(authority),
      // Consul's servers would ask Nomad for its keys by a name that this machine does not look up in Consul, as nodes do: the box has ACLs.
      acl: false,
    },
    "cos:jobs": jobs.map((job) => ({
      ...job,
      variables: { ...job.variables, driver: "raw_exec", ...(job.file.includes("fabio") && fabio) },
    })),
  };
}
