import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ClientPool, type ClientPoolArgs } from "../../../components/client-pool";
import type { NomadClusterRef } from "../../../components/nomad-cluster/ref";
import { MockEngine, type MockFunctions, type MockOutputs, unknown, valueOf } from "../../../cli/preview/mock-engine";
import { filesOf } from "../../support/user-data";

const outputs: MockOutputs = {
  "aws:iam/role:Role": (_, name) => ({ arn: `arn:role:${name}`, name: `${name}-0a1` }),
  "aws:iam/instanceProfile:InstanceProfile": (_, name) => ({ arn: `arn:profile:${name}` }),
  "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 1 },
  "aws:autoscaling/group:Group": (_, name) => ({ name: `${name}-0a2` }),
};

const functions: MockFunctions = {
  "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws-cn" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
};

/** A cluster made elsewhere: plain values. */
const cluster: NomadClusterRef = {
  region: "global",
  joinTag: { key: "cos-nomad", value: "prod" },
  serverSecurityGroupId: "sg-server",
  clientSecurityGroupId: "sg-client",
  serviceSecurityGroupId: "sg-service",
  consul: { datacenter: "dc1", joinTag: { key: "cos-consul", value: "prod" }, securityGroupId: "sg-consul" },
};

const args: ClientPoolArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a"],
  image: { id: "ami-1", architecture: "arm64" },
  cluster,
  instanceTypes: ["t4g.micro"],
};

type Inputs = Record<string, unknown>;

async function made(options: Partial<ClientPoolArgs>) {
  const engine = await MockEngine.start(outputs, false, functions);
  const pool = await engine.run(() => new ClientPool("web", { ...args, ...options }));
  const inputs = (name: string) => engine.registered.find((each) => each.name === name)?.inputs as Inputs;
  const policy = JSON.parse(inputs("web-nodes-policy").policy as string) as { Statement: { Sid?: string }[] };
  return {
    engine,
    pool,
    inputs,
    files: filesOf(inputs("web-nodes-template").userData as string),
    template: inputs("web-nodes-template"),
    group: inputs("web-nodes-group"),
    // The first three are what all clients have.
    statements: policy.Statement.slice(3),
  };
}

/** The `client` block of the pool's Nomad agents. */
const clientOf = (files: Record<string, unknown>) => (files["/etc/nomad.d/cos.json"] as { client: Inputs }).client;

describe("ClientPool", () => {
  it("reads the metrics of all Nomad agents only where that is asked for", async () => {
    const { engine } = await made({ metrics: true });
    const rules = engine.registered.filter(({ type }) => type.startsWith("aws:vpc/securityGroup"));
    assert.deepEqual(
      rules.map(({ name }) => name).sort(),
      ["client", "nomad-server"].flatMap((to) =>
        ["egress", "ingress"].map((direction) => `web-metrics-to-${to}-tcp-4646-${direction}`),
      ),
    );
    const { securityGroupId, referencedSecurityGroupId } = rules.find(({ name }) =>
      name.endsWith("client-tcp-4646-ingress"),
    )?.inputs as Inputs;
    assert.deepEqual([securityGroupId, referencedSecurityGroupId], ["sg-client", "web-security-group-id"]);
  });

  it("is a security group without rules, and a group of nodes", async () => {
    const { engine, pool, inputs } = await made({ tags: { stack: "dev" } });
    assert.deepEqual(
      engine.registered
        .map(({ type, name, parent }) => [type, name, parent])
        .sort((a, b) => ((a[1] ?? "") < (b[1] ?? "") ? -1 : 1)),
      [
        ["cos:index:ClientPool", "web", undefined],
        ["cos:index:NodeGroup", "web-nodes", "web"],
        ["aws:autoscaling/lifecycleHook:LifecycleHook", "web-nodes-drain", "web-nodes"],
        ["aws:autoscaling/group:Group", "web-nodes-group", "web-nodes"],
        ["aws:iam/rolePolicy:RolePolicy", "web-nodes-policy", "web-nodes"],
        ["aws:iam/instanceProfile:InstanceProfile", "web-nodes-profile", "web-nodes"],
        ["aws:autoscaling/lifecycleHook:LifecycleHook", "web-nodes-ready", "web-nodes"],
        ["aws:iam/role:Role", "web-nodes-role", "web-nodes"],
        ["aws:ec2/launchTemplate:LaunchTemplate", "web-nodes-template", "web-nodes"],
        ["aws:ec2/securityGroup:SecurityGroup", "web-security-group", "web"],
      ],
    );
    assert.deepEqual(inputs("web-security-group"), {
      vpcId: "vpc-1",
      description: "Nomad clients of the pool web",
      tags: { stack: "dev", Name: "web-security-group" },
    });
    assert.deepEqual(engine.registered[0]?.outputs, {
      poolName: "web",
      datacenter: "web",
      nodePool: "default",
      nodeClass: "web",
      minSize: 1,
      maxSize: 1,
      autoScalingGroupName: "web-nodes-group-0a2",
      securityGroupId: "web-security-group-id",
      roleArn: "arn:role:web-nodes-role",
      roleName: "web-nodes-role-0a1",
      launchTemplateId: "web-nodes-template-id",
      nodeTemplateTag: await valueOf(pool.nodeTemplateTag),
    });
  });

  it("joins a cluster that is known by plain values only", async () => {
    const { files, template, group } = await made({});
    const join = ["provider=aws region=eu-central-1 tag_key=cos-nomad tag_value=prod"];
    const nomad = files["/etc/nomad.d/cos.json"] as Inputs;
    assert.equal(nomad.region, "global");
    assert.equal(nomad.datacenter, "web");
    assert.ok(!("server" in nomad));
    const client = clientOf(files);
    assert.equal(client.enabled, true);
    assert.equal(client.node_pool, "default");
    assert.equal(client.node_class, "web");
    assert.deepEqual(client.server_join, { retry_join: join });
    assert.deepEqual((client.options as Inputs)["driver.allowlist"], "docker,exec");
    assert.deepEqual(client.reserved, { memory: 256 });
    for (const absent of ["meta", "host_volume"]) assert.ok(!(absent in client), absent);
    const consul = files["/etc/consul.d/cos.json"] as Inputs;
    assert.equal(consul.datacenter, "dc1");
    assert.deepEqual(consul.retry_join, ["provider=aws region=eu-central-1 tag_key=cos-consul tag_value=prod"]);
    assert.equal(consul.client_addr, "127.0.0.1");
    assert.deepEqual(files["/etc/cos/node.json"], {
      version: 2,
      cluster: "prod",
      role: "client",
      pool: "web",
      agents: ["consul", "nomad"],
      secrets: [],
      tasksReadMetadata: false,
      mounts: [],
      directories: [],
      lifecycle: {
        arrivalHook: "web-nodes-ready",
        departureHook: "web-nodes-drain",
        drainDeadlineSeconds: 900,
        heartbeatSeconds: 60,
      },
    });
    assert.deepEqual(Object.keys(files).sort(), [
      "/etc/consul.d/cos.json",
      "/etc/cos/node.json",
      "/etc/nomad.d/cos.json",
    ]);
    assert.deepEqual(template.vpcSecurityGroupIds, ["sg-client", "sg-service", "web-security-group-id"]);
    const instance = (template.tagSpecifications as { tags: Inputs }[])[0]?.tags;
    assert.deepEqual(instance, {
      Name: "web-nodes",
      "cos-cluster": "prod",
      "cos-role": "client",
      "cos-pool": "web",
      "cos-template": instance?.["cos-template"],
    });
    assert.deepEqual([group.minSize, group.maxSize, group.desiredCapacity], [1, 1, undefined]);
  });

  it("has the names, sizes and metadata that it is given", async () => {
    const { files, pool, template, group } = await made({
      clusterName: "mine",
      poolName: "public",
      datacenter: "public-dc",
      nodePool: "front",
      nodeClass: "edge",
      meta: { tier: "1", "a.b": "c" },
      minSize: 2,
      maxSize: 9,
      desiredSize: 4,
      reservedMemoryMiB: 0,
      serviceToService: false,
      securityGroupIds: ["sg-x", "sg-y"],
      drivers: ["raw_exec", "java"],
    });
    const nomad = files["/etc/nomad.d/cos.json"] as { datacenter: string; plugin: object[] };
    const client = clientOf(files);
    assert.equal(nomad.datacenter, "public-dc");
    assert.deepEqual(nomad.plugin, [{ raw_exec: { config: { enabled: true } } }]);
    assert.equal(client.node_pool, "front");
    assert.equal(client.node_class, "edge");
    assert.deepEqual(client.meta, { tier: "1", "a.b": "c" });
    assert.deepEqual(client.reserved, { memory: 0 });
    assert.equal((client.options as Inputs)["driver.allowlist"], "raw_exec,java");
    assert.deepEqual(
      [pool.poolName, pool.datacenter, pool.nodePool, pool.nodeClass, pool.minSize, pool.maxSize],
      ["public", "public-dc", "front", "edge", 2, 9],
    );
    assert.deepEqual([group.minSize, group.maxSize, group.desiredCapacity], [2, 9, 4]);
    assert.deepEqual(template.vpcSecurityGroupIds, ["sg-client", "web-security-group-id", "sg-x", "sg-y"]);
    const { cluster: of, pool: named } = files["/etc/cos/node.json"] as Inputs;
    assert.deepEqual([of, named], ["mine", "public"]);
  });

  it("mounts volumes, instance storage and file systems, and offers host volumes on them and elsewhere", async () => {
    const { files, template } = await made({
      dataVolumes: [
        { device: "/dev/sdf", sizeGiB: 50, mountPoint: "/data/db", hostVolume: "db", fileSystem: "xfs" },
        { device: "/dev/sdg", sizeGiB: 80, mountPoint: "/var/lib/docker" },
      ],
      instanceTypes: ["m7gd.large"],
      instanceStorage: { mountPoint: "/scratch", hostVolume: "scratch" },
      fileSystems: [{ id: pulumi.output("fs-1"), mountPoint: "/shared", hostVolume: "shared", readOnly: true }],
      hostVolumes: [
        { name: "uploads", path: "/data/db/uploads" },
        { name: "certificates", path: "/etc/ssl/certs", readOnly: true },
      ],
    });
    assert.deepEqual(clientOf(files).host_volume, [
      { db: { path: "/data/db", read_only: false } },
      { scratch: { path: "/scratch", read_only: false } },
      { shared: { path: "/shared", read_only: true } },
      { uploads: { path: "/data/db/uploads", read_only: false } },
      { certificates: { path: "/etc/ssl/certs", read_only: true } },
    ]);
    const { mounts, directories } = files["/etc/cos/node.json"] as Inputs;
    assert.deepEqual(mounts, [
      { kind: "volume", device: "/dev/sdf", mountPoint: "/data/db", fileSystem: "xfs" },
      { kind: "instance-storage", mountPoint: "/scratch", fileSystem: "ext4" },
      { kind: "efs", id: "fs-1", mountPoint: "/shared", readOnly: true },
      { kind: "volume", device: "/dev/sdg", mountPoint: "/var/lib/docker", fileSystem: "ext4" },
    ]);
    assert.deepEqual(directories, ["/data/db", "/data/db/uploads", "/etc/ssl/certs", "/scratch", "/shared"]);
    assert.deepEqual(
      (template.blockDeviceMappings as { deviceName: string }[]).map(({ deviceName }) => deviceName),
      ["/dev/xvda", "/dev/sdf", "/dev/sdg"],
    );
  });

  it("may do nothing more than all nodes where nothing is asked for", async () => {
    assert.deepEqual((await made({})).statements, []);
    assert.deepEqual((await made({ ecrPull: false, buckets: [] })).statements, []);
  });

  it("may pull from the repositories of its account and region, with Docker's credentials for that registry", async () => {
    const { statements, files } = await made({ ecrPull: true });
    assert.deepEqual(statements, [
      { Sid: "RegistryLogin", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
      {
        Sid: "PullImages",
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: ["arn:aws-cn:ecr:eu-central-1:123456789012:repository/*"],
      },
    ]);
    assert.deepEqual(files["/etc/cos/docker.json"], {
      credHelpers: { "123456789012.dkr.ecr.eu-central-1.amazonaws.com.cn": "ecr-login" },
    });
    const { plugin } = files["/etc/nomad.d/cos.json"] as { plugin: { docker: { config: { auth: object } } }[] };
    assert.deepEqual(plugin[0]?.docker.config.auth, { config: "/etc/cos/docker.json" });
  });

  it("may pull from the repositories that it is given, wherever they are", async () => {
    const repositories = [
      "arn:aws:ecr:us-east-1:111111111111:repository/a",
      pulumi.output("arn:aws:ecr:eu-west-1:222222222222:repository/b/c"),
      "arn:aws:ecr:us-east-1:111111111111:repository/d",
    ];
    const { statements, files } = await made({ ecrPull: repositories });
    assert.deepEqual((statements[1] as { Resource?: unknown }).Resource, [
      "arn:aws:ecr:us-east-1:111111111111:repository/a",
      "arn:aws:ecr:eu-west-1:222222222222:repository/b/c",
      "arn:aws:ecr:us-east-1:111111111111:repository/d",
    ]);
    assert.deepEqual(files["/etc/cos/docker.json"], {
      credHelpers: {
        "111111111111.dkr.ecr.us-east-1.amazonaws.com": "ecr-login",
        "222222222222.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login",
      },
    });
  });

  it("may use buckets, as far as it is said", async () => {
    const { statements } = await made({
      buckets: [
        { name: "incoming", access: "read" },
        { name: pulumi.output("out"), access: "read-write" },
      ],
      policyStatements: [{ actions: ["sns:Publish"], resources: ["arn:topic"] }],
    });
    assert.deepEqual(statements, [
      {
        Sid: "ListBuckets",
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: ["arn:aws-cn:s3:::incoming", "arn:aws-cn:s3:::out"],
      },
      {
        Sid: "ReadObjects",
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws-cn:s3:::incoming/*", "arn:aws-cn:s3:::out/*"],
      },
      {
        Sid: "WriteObjects",
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"],
        Resource: ["arn:aws-cn:s3:::out/*"],
      },
      { Effect: "Allow", Action: ["sns:Publish"], Resource: ["arn:topic"] },
    ]);
    const reading = await made({ buckets: [{ name: "incoming", access: "read" }] });
    assert.deepEqual(
      reading.statements.map(({ Sid }) => Sid),
      ["ListBuckets", "ReadObjects"],
    );
  });

  it("hands what may be said of any nodes on to its group", async () => {
    const { template, group } = await made({
      instanceTypes: ["t4g.small", "t4g.medium"],
      spot: { share: 50, strategy: "capacity-optimized" },
      kmsKeyId: "arn:key",
      instanceTags: { a: "b" },
      volumeTags: { c: "d" },
      transform: { autoScalingGroup: { capacityRebalance: true } },
    });
    assert.equal(group.capacityRebalance, true);
    const policy = group.mixedInstancesPolicy as { instancesDistribution: Inputs };
    assert.equal(policy.instancesDistribution.onDemandPercentageAboveBaseCapacity, 50);
    assert.equal(policy.instancesDistribution.spotAllocationStrategy, "capacity-optimized");
    assert.deepEqual(template.creditSpecification, { cpuCredits: "standard" });
    const [instance, , volume] = template.tagSpecifications as { tags: Inputs }[];
    assert.equal(instance?.tags.a, "b");
    assert.equal(volume?.tags.c, "d");
  });

  it("fits into user data with all its volumes, long metadata and a hundred host volumes", async () => {
    const letters = "fghijklmnop".split("");
    const { template } = await made({
      dataVolumes: letters.map((letter) => {
        return { device: `/dev/sd${letter}`, sizeGiB: 1, mountPoint: `/data/${letter}`, hostVolume: letter };
      }),
      hostVolumes: Array.from({ length: 100 }, (_, i) => ({ name: `volume-${i}`, path: `/data/f/directory-${i}` })),
      meta: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key-${i}`, `value of the key ${i * 7919}`])),
    });
    const size = Buffer.from(template.userData as string, "base64").length;
    assert.ok(size < 16384, `${size} bytes`);
  });

  it("makes the same user data from the same arguments", async () => {
    const [first, second] = [await made({ meta: { a: "b" } }), await made({ meta: { a: "b" } })];
    assert.equal(first.template.userData, second.template.userData);
  });

  it("takes a VPC and a cluster that are outputs, and shows all resources in a preview", async () => {
    const engine = await MockEngine.start(outputs, true, functions);
    const pool = await engine.run(() => {
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
      const server = new aws.ec2.SecurityGroup("server", { vpcId: vpc.id });
      return new ClientPool("web", {
        ...args,
        vpcId: vpc.id,
        cluster: { ...cluster, clientSecurityGroupId: server.id },
      });
    });
    const inputs = (name: string) => engine.registered.find((each) => each.name === name)?.inputs as Inputs;
    assert.equal(engine.registered.filter(({ parent }) => parent === "web" || parent === "web-nodes").length, 9);
    assert.equal(inputs("web-security-group").vpcId, unknown);
    assert.deepEqual(inputs("web-nodes-template").vpcSecurityGroupIds, [unknown, "sg-service", unknown]);
    assert.equal(await valueOf(pool.securityGroupId), undefined);
    assert.equal(pool.nodePool, "default");
  });

  it("passes an explicit provider to all its resources", async () => {
    const engine = await MockEngine.start(outputs, false, functions);
    await engine.run(() => {
      const own = new aws.Provider("own", { region: "eu-west-1" });
      return new ClientPool("web", args, { providers: { aws: own } });
    });
    const resources = engine.registered.filter(({ type }) => type.startsWith("aws:"));
    assert.equal(resources.length, 8);
    for (const { name, provider } of resources) assert.equal(provider, "own", name);
  });
});
