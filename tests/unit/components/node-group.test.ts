import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { NodeGroup, type NodeGroupArgs, nodeGroupErrors } from "../../../components/node";
import { MockEngine, type MockFunctions, type MockOutputs, unknown, valueOf } from "../../support/mock-engine";
import { filesOf } from "../../support/user-data";

const outputs: MockOutputs = {
  "aws:iam/role:Role": (_, name) => ({ arn: `arn:role:${name}`, name: `${name}-0a1` }),
  "aws:iam/instanceProfile:InstanceProfile": (_, name) => ({ arn: `arn:profile:${name}` }),
  "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 7 },
  "aws:autoscaling/group:Group": (_, name) => ({ name: `${name}-0a2` }),
};

const functions: MockFunctions = {
  "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
};

const start = (preview = false) => MockEngine.start(outputs, preview, functions);

const servers: NodeGroupArgs = {
  clusterName: "dev",
  role: "consul-server",
  image: { id: "ami-1", architecture: "arm64" },
  instanceTypes: ["t4g.micro"],
  subnetIds: ["subnet-a", "subnet-b"],
  roleSecurityGroupIds: ["sg-1"],
  minSize: 3,
  maxSize: 3,
  files: { "/etc/consul.d/cos.json": { server: true } },
  // What comes with it has tests of its own.
  replaceUnhealthyAfterSeconds: false,
  joinTags: { "cos-consul": "dev" },
  tags: { stack: "dev" },
};
const clients: NodeGroupArgs = { ...servers, role: "client", pool: "web", maxSize: 6, joinTags: {} };

/** Makes a group; answers with its resources' inputs by name. */
async function inputsOf(
  args: NodeGroupArgs,
  preview = false,
): Promise<Record<string, Record<string, unknown> | undefined>> {
  const engine = await start(preview);
  await engine.run(() => new NodeGroup("n", args));
  return Object.fromEntries(engine.registered.map(({ name, inputs }) => [name, inputs as Record<string, unknown>]));
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

const nodeTags = { stack: "dev", Name: "n", "cos-cluster": "dev", "cos-role": "consul-server" };

describe("NodeGroup", () => {
  it("is these resources and no others, with these inputs", async () => {
    const engine = await start();
    const group = await engine.run(() => new NodeGroup("n", servers));
    const template = engine.registered.find(({ name }) => name === "n-template")?.inputs as Record<string, unknown>;
    const hash = await valueOf(group.nodeTemplateTag);
    assert.match(hash ?? "", /^[0-9a-f]{12}$/);
    assert.deepEqual(
      engine.registered
        .map(({ type, name, parent, dependsOn, inputs }) => ({ type, name, parent, dependsOn, inputs }))
        .sort(byName),
      [
        { type: "cos:index:NodeGroup", name: "n", parent: undefined, dependsOn: [], inputs: {} },
        {
          type: "aws:iam/role:Role",
          name: "n-role",
          parent: "n",
          dependsOn: [],
          inputs: {
            assumeRolePolicy:
              '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}',
            tags: { stack: "dev", Name: "n-role" },
          },
        },
        {
          type: "aws:iam/rolePolicy:RolePolicy",
          name: "n-policy",
          parent: "n",
          dependsOn: ["n-role"],
          inputs: {
            role: "n-role-0a1",
            policy: JSON.stringify({
              Version: "2012-10-17",
              Statement: [
                { Sid: "FindNodes", Effect: "Allow", Action: ["ec2:DescribeInstances"], Resource: ["*"] },
                {
                  Sid: "SessionManager",
                  Effect: "Allow",
                  Action: [
                    "ssm:UpdateInstanceInformation",
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                  ],
                  Resource: ["*"],
                },
              ],
            }),
          },
        },
        {
          type: "aws:iam/instanceProfile:InstanceProfile",
          name: "n-profile",
          parent: "n",
          dependsOn: ["n-role"],
          inputs: { role: "n-role-0a1", tags: { stack: "dev", Name: "n-profile" } },
        },
        {
          type: "aws:ec2/launchTemplate:LaunchTemplate",
          name: "n-template",
          parent: "n",
          dependsOn: ["n-profile"],
          inputs: {
            imageId: "ami-1",
            instanceType: "t4g.micro",
            iamInstanceProfile: { arn: "arn:profile:n-profile" },
            vpcSecurityGroupIds: ["sg-1"],
            userData: template.userData,
            blockDeviceMappings: [
              {
                deviceName: "/dev/xvda",
                ebs: { volumeSize: 8, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
              },
            ],
            metadataOptions: {
              httpEndpoint: "enabled",
              httpTokens: "required",
              httpPutResponseHopLimit: 1,
              instanceMetadataTags: "enabled",
            },
            creditSpecification: { cpuCredits: "standard" },
            monitoring: { enabled: false },
            updateDefaultVersion: true,
            tagSpecifications: [
              { resourceType: "instance", tags: { ...nodeTags, "cos-consul": "dev", "cos-template": hash } },
              { resourceType: "network-interface", tags: { ...nodeTags, "cos-consul": "dev", "cos-template": hash } },
              { resourceType: "volume", tags: nodeTags },
            ],
            tags: { stack: "dev", Name: "n-template" },
          },
        },
        {
          type: "aws:autoscaling/group:Group",
          name: "n-group",
          parent: "n",
          dependsOn: ["n-policy", "n-template"],
          inputs: {
            vpcZoneIdentifiers: ["subnet-a", "subnet-b"],
            minSize: 3,
            maxSize: 4,
            waitForCapacityTimeout: "0",
            launchTemplate: { id: "n-template-id", version: "7" },
            healthCheckType: "EC2",
            protectFromScaleIn: true,
            suspendedProcesses: ["AZRebalance"],
            tags: [
              { key: "stack", value: "dev", propagateAtLaunch: false },
              { key: "Name", value: "n-group", propagateAtLaunch: false },
              { key: "cos-cluster", value: "dev", propagateAtLaunch: false },
              { key: "cos-role", value: "consul-server", propagateAtLaunch: false },
            ],
          },
        },
      ].sort(byName),
    );
    assert.deepEqual(engine.registered[0]?.outputs, {
      autoScalingGroupName: "n-group-0a2",
      launchTemplateId: "n-template-id",
      roleArn: "arn:role:n-role",
      roleName: "n-role-0a1",
      nodeTemplateTag: hash,
    });
  });

  it("tells the node in its user data what it is", async () => {
    const template = (await inputsOf(servers))["n-template"];
    assert.deepEqual(filesOf(template?.userData as string), {
      "/etc/consul.d/cos.json": { server: true },
      "/etc/cos/node.json": {
        version: 1,
        cluster: "dev",
        role: "consul-server",
        agents: ["consul"],
        secrets: [],
        tasksReadMetadata: false,
        mounts: [],
        directories: [],
      },
    });
  });

  it("tells clients of their pool, mounts and directories, and to start both agents", async () => {
    const template = (
      await inputsOf({
        ...clients,
        dataVolumes: [{ device: "/dev/sdf", sizeGiB: 10, mountPoint: "/data" }],
        fileSystems: [{ id: pulumi.output("fs-1"), mountPoint: "/shared", readOnly: true }],
        directories: ["/data/b", "/data/a"],
      })
    )["n-template"];
    assert.deepEqual(filesOf(template?.userData as string)["/etc/cos/node.json"], {
      version: 2,
      cluster: "dev",
      role: "client",
      pool: "web",
      agents: ["consul", "nomad"],
      secrets: [],
      tasksReadMetadata: false,
      mounts: [
        { kind: "volume", device: "/dev/sdf", mountPoint: "/data", fileSystem: "ext4" },
        { kind: "efs", id: "fs-1", mountPoint: "/shared", readOnly: true },
      ],
      directories: ["/data/a", "/data/b"],
      lifecycle: {
        arrivalHook: "n-ready",
        departureHook: "n-drain",
        drainDeadlineSeconds: 900,
        heartbeatSeconds: 60,
      },
    });
  });

  it("leaves the number of clients to whoever scales them, unless it is given", async () => {
    const { ["n-group"]: group } = await inputsOf(clients);
    assert.deepEqual(group, {
      vpcZoneIdentifiers: ["subnet-a", "subnet-b"],
      minSize: 3,
      maxSize: 6,
      launchTemplate: { id: "n-template-id", version: "7" },
      healthCheckType: "EC2",
      waitForCapacityTimeout: "0",
      terminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          minHealthyPercentage: 100,
          maxHealthyPercentage: 110,
          instanceWarmup: "0",
          autoRollback: true,
          skipMatching: true,
        },
      },
      initialLifecycleHooks: [
        {
          name: "n-ready",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          defaultResult: "ABANDON",
          heartbeatTimeout: 600,
        },
        {
          name: "n-drain",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
          defaultResult: "CONTINUE",
          heartbeatTimeout: 180,
        },
      ],
      tags: [
        { key: "stack", value: "dev", propagateAtLaunch: false },
        { key: "Name", value: "n-group", propagateAtLaunch: false },
        { key: "cos-cluster", value: "dev", propagateAtLaunch: false },
        { key: "cos-role", value: "client", propagateAtLaunch: false },
        { key: "cos-pool", value: "web", propagateAtLaunch: false },
      ],
    });
    const given = await inputsOf({ ...clients, desiredSize: 4 });
    assert.equal(given["n-group"]?.desiredCapacity, 4);
  });

  it("is a mixed-instances group with several types, in their order, on demand", async () => {
    const { "n-group": group, "n-template": template } = await inputsOf({
      ...clients,
      instanceTypes: ["m7g.large", "c7g.large"],
    });
    assert.deepEqual(group?.mixedInstancesPolicy, {
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized",
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: 100,
        spotAllocationStrategy: "price-capacity-optimized",
      },
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: "n-template-id", version: "7" },
        overrides: [{ instanceType: "m7g.large" }, { instanceType: "c7g.large" }],
      },
    });
    assert.ok(!("launchTemplate" in group));
    assert.deepEqual(group.terminationPolicies, ["OldestLaunchTemplate", "AllocationStrategy", "OldestInstance"]);
    assert.ok(template && !("instanceType" in template));
    assert.ok(!("creditSpecification" in template), "credits are for groups of T families only");
  });

  for (const [spot, percentage, strategy] of [
    [{}, 0, "price-capacity-optimized"],
    [{ share: 70 }, 30, "price-capacity-optimized"],
    [{ share: 0 }, 100, "price-capacity-optimized"],
    [{ share: 100, strategy: "capacity-optimized-prioritized" as const }, 0, "capacity-optimized-prioritized"],
  ] as const) {
    it(`has ${percentage} % on demand with spot ${JSON.stringify(spot)}, even with one type`, async () => {
      const { "n-group": group, "n-template": template } = await inputsOf({ ...clients, spot });
      assert.deepEqual(group?.mixedInstancesPolicy, {
        instancesDistribution: {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: percentage,
          spotAllocationStrategy: strategy,
        },
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: "n-template-id", version: "7" },
          overrides: [{ instanceType: "t4g.micro" }],
        },
      });
      assert.deepEqual(template?.creditSpecification, { cpuCredits: "standard" });
    });
  }

  it("does what options say", async () => {
    const inputs = await inputsOf({
      ...clients,
      instanceTypes: ["t4g.small"],
      cpuCredits: "unlimited",
      metadataHopLimit: 2,
      keyName: "ops",
      kmsKeyId: "arn:key",
      rootVolume: { sizeGiB: 20 },
      securityGroupIds: ["sg-2"],
      instanceTags: { stack: "other", Name: "mine" },
      volumeTags: { backup: "daily" },
      policies: { logs: "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy" },
      policyStatements: [
        {
          sid: "Own",
          actions: ["sns:Publish"],
          resources: [pulumi.output("arn:topic")],
          conditions: { StringEquals: { "aws:PrincipalTag/x": "y" } },
        },
        { effect: "Deny", actions: ["s3:*"], resources: ["*"] },
      ],
    });
    const template = inputs["n-template"];
    assert.deepEqual(template?.creditSpecification, { cpuCredits: "unlimited" });
    assert.equal((template.metadataOptions as { httpPutResponseHopLimit: number }).httpPutResponseHopLimit, 2);
    assert.equal(template.keyName, "ops");
    assert.deepEqual(template.vpcSecurityGroupIds, ["sg-1", "sg-2"]);
    assert.deepEqual(template.blockDeviceMappings, [
      {
        deviceName: "/dev/xvda",
        ebs: { volumeSize: 20, volumeType: "gp3", encrypted: "true", kmsKeyId: "arn:key", deleteOnTermination: "true" },
      },
    ]);
    const specifications = template.tagSpecifications as { resourceType: string; tags: Record<string, string> }[];
    const own = { "cos-cluster": "dev", "cos-role": "client", "cos-pool": "web" };
    const hash = specifications[0]?.tags["cos-template"];
    assert.deepEqual(specifications, [
      { resourceType: "instance", tags: { ...own, stack: "other", Name: "mine", "cos-template": hash } },
      { resourceType: "network-interface", tags: { ...own, stack: "other", Name: "mine", "cos-template": hash } },
      { resourceType: "volume", tags: { ...own, stack: "dev", Name: "n", backup: "daily" } },
    ]);
    assert.deepEqual(inputs["n-policy-logs"], {
      role: "n-role-0a1",
      policyArn: "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
    });
    const policy = JSON.parse(inputs["n-policy"]?.policy as string) as { Statement: unknown[] };
    assert.deepEqual(policy.Statement.slice(3), [
      {
        Sid: "Own",
        Effect: "Allow",
        Action: ["sns:Publish"],
        Resource: ["arn:topic"],
        Condition: { StringEquals: { "aws:PrincipalTag/x": "y" } },
      },
      { Effect: "Deny", Action: ["s3:*"], Resource: ["*"] },
    ]);
  });

  it("lets clients, and no servers, tell Auto Scaling how they are", async () => {
    const statements = async (args: NodeGroupArgs) => {
      const { policy } = (await inputsOf(args))["n-policy"] as { policy: string };
      return (JSON.parse(policy) as { Statement: unknown[] }).Statement.slice(2);
    };
    assert.deepEqual(await statements(clients), [
      {
        Sid: "TellAutoScaling",
        Effect: "Allow",
        Action: [
          "autoscaling:CompleteLifecycleAction",
          "autoscaling:RecordLifecycleActionHeartbeat",
          "autoscaling:SetInstanceHealth",
        ],
        Resource: ["arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*"],
        Condition: {
          StringEquals: {
            "aws:ResourceTag/cos-cluster": "dev",
            "aws:ResourceTag/cos-role": "client",
            "aws:ResourceTag/cos-pool": "web",
          },
        },
      },
    ]);
    assert.deepEqual(await statements(servers), []);
  });

  it("may read the parameters that its nodes need, and tells them where to put secrets", async () => {
    const key = "arn:aws:kms:eu-central-1:123456789012:key/k";
    const inputs = await inputsOf({
      ...servers,
      formedParameter: pulumi.output("/cos/sg-1/formed"),
      secrets: [
        { parameter: "/cos/gossip", path: "/etc/consul.d/gossip.json", owner: "consul", kmsKeyArn: key },
        { parameter: pulumi.output("/cos/other"), path: "/etc/other" },
      ],
    });
    const { policy } = inputs["n-policy"] as { policy: string };
    assert.deepEqual((JSON.parse(policy) as { Statement: unknown[] }).Statement.slice(2), [
      {
        Sid: "ReadParameters",
        Effect: "Allow",
        Action: ["ssm:GetParameter"],
        Resource: ["/cos/sg-1/formed", "/cos/gossip", "/cos/other"].map(
          (name) => `arn:aws:ssm:eu-central-1:123456789012:parameter${name}`,
        ),
      },
      { Sid: "DecryptParameters", Effect: "Allow", Action: ["kms:Decrypt"], Resource: [key] },
    ]);
    const node = filesOf(inputs["n-template"]?.userData as string)["/etc/cos/node.json"] as Record<string, unknown>;
    assert.equal(node.formedParameter, "/cos/sg-1/formed");
    assert.deepEqual(node.secrets, [
      { parameter: "/cos/gossip", path: "/etc/consul.d/gossip.json", owner: "consul" },
      { parameter: "/cos/other", path: "/etc/other", owner: "root" },
    ]);
  });

  it("lets tasks ask the metadata service only with two hops", async () => {
    for (const [metadataHopLimit, expected] of [[undefined, false] as const, [1, false] as const, [2, true] as const]) {
      const template = (await inputsOf({ ...clients, metadataHopLimit }))["n-template"];
      const node = filesOf(template?.userData as string)["/etc/cos/node.json"] as { tasksReadMetadata: boolean };
      assert.equal(node.tasksReadMetadata, expected);
    }
  });

  it("refuses secrets that no node could fetch or keep, all at once", () => {
    const secrets = [
      { parameter: "gossip", path: "/etc/a", owner: "www" as "root" },
      { parameter: "/cos/b", path: "etc/b", kmsKeyArn: "alias/b" },
      { parameter: "/cos/c", path: "/etc/nomad.d/cos.json" },
      { parameter: "/cos/d", path: "/etc/a" },
    ];
    assert.deepEqual(nodeGroupErrors({ ...servers, secrets }), [
      {
        propertyPath: "secrets[0].parameter",
        reason: 'must be the name of an SSM parameter that begins with /, such as /cos/gossip, got "gossip"',
      },
      { propertyPath: "secrets[0].owner", reason: 'must be root, consul or nomad, got "www"' },
      {
        propertyPath: "secrets[1].path",
        reason:
          'must be an absolute path of letters, digits and ._-, without . or .. parts and without a slash at the end, got "etc/b"',
      },
      {
        propertyPath: "secrets[1].kmsKeyArn",
        reason: 'must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), got "alias/b"',
      },
      { propertyPath: "secrets[2].path", reason: '"/etc/nomad.d/cos.json" is a file that the component writes' },
      { propertyPath: "secrets[3].path", reason: '"/etc/a" is secrets[0].path too' },
    ]);
  });

  it("starts nodes once their rights are there", async () => {
    const engine = await start();
    await engine.run(() => new NodeGroup("n", { ...servers, policies: { logs: "arn:aws:iam::aws:policy/X" } }));
    assert.deepEqual(engine.registered.find(({ name }) => name === "n-group")?.dependsOn, [
      "n-policy",
      "n-policy-logs",
      "n-template",
    ]);
  });

  it("merges what transform says over its own", async () => {
    const inputs = await inputsOf({
      ...servers,
      transform: {
        launchTemplate: { ebsOptimized: "true", monitoring: { enabled: true } },
        autoScalingGroup: { maxInstanceLifetime: 604800, waitForCapacityTimeout: "20m" },
        role: { path: "/cos/" },
        rolePolicy: { name: "nodes" },
        instanceProfile: { path: "/cos/" },
      },
    });
    assert.equal(inputs["n-template"]?.ebsOptimized, "true");
    assert.deepEqual(inputs["n-template"].monitoring, { enabled: true });
    assert.equal(inputs["n-template"].imageId, "ami-1");
    assert.equal(inputs["n-group"]?.maxInstanceLifetime, 604800);
    assert.equal(inputs["n-group"].waitForCapacityTimeout, "20m");
    assert.equal(inputs["n-role"]?.path, "/cos/");
    assert.equal(inputs["n-policy"]?.name, "nodes");
    assert.equal(inputs["n-profile"]?.path, "/cos/");
  });

  it("marks nodes of another template by another hash, and of the same by the same", async () => {
    const hash = async (args: NodeGroupArgs) => {
      const template = (await inputsOf(args))["n-template"]?.tagSpecifications as { tags: Record<string, string> }[];
      return template[0]?.tags["cos-template"];
    };
    const first = await hash(servers);
    assert.equal(await hash(structuredClone(servers)), first);
    assert.equal(await hash({ ...servers, minSize: 5, maxSize: 5, subnetIds: ["subnet-c"] }), first);
    const others: NodeGroupArgs[] = [
      { ...servers, image: { id: "ami-2" } },
      { ...servers, instanceTypes: ["t4g.small"] },
      { ...servers, files: { "/etc/consul.d/cos.json": { server: false } } },
      { ...servers, rootVolume: { sizeGiB: 9 } },
      { ...servers, securityGroupIds: ["sg-9"] },
      { ...servers, instanceTags: { a: "b" } },
      { ...servers, transform: { launchTemplate: { ebsOptimized: "true" } } },
    ];
    const hashes = new Set([first]);
    for (const other of others) hashes.add(await hash(other));
    assert.equal(hashes.size, 1 + others.length);
  });

  it("shows all resources in a preview; what is made of others' outputs is unknown", async () => {
    const preview = await inputsOf(servers, true);
    const update = await inputsOf(servers);
    assert.deepEqual(Object.keys(preview), Object.keys(update));
    assert.equal(preview["n-template"]?.userData, update["n-template"]?.userData);
    assert.deepEqual(preview["n-template"]?.iamInstanceProfile, { arn: unknown });
    assert.deepEqual(preview["n-group"]?.launchTemplate, { id: unknown, version: unknown });
  });

  it("passes an explicit provider to all children", async () => {
    const engine = await start();
    await engine.run(() => {
      const own = new aws.Provider("own", { region: "eu-west-1" });
      return new NodeGroup(
        "n",
        { ...servers, policies: { logs: "arn:aws:iam::aws:policy/X" } },
        { providers: { aws: own } },
      );
    });
    const children = engine.registered.filter(({ parent }) => parent === "n");
    assert.deepEqual(
      children.map(({ name, provider }) => [name, provider]).sort(),
      ["n-group", "n-policy", "n-policy-logs", "n-profile", "n-role", "n-template"].map((name) => [name, "own"]),
    );
  });

  it("shortens the role's name where AWS would not take it, and keeps names apart", async () => {
    const long = `${"x".repeat(45)}-private-services`;
    const engine = await start();
    await engine.run(() => [new NodeGroup(`${long}-a`, servers), new NodeGroup(`${long}-b`, servers)]);
    const names = engine.registered.filter(({ type }) => type === "aws:iam/role:Role").map(({ name }) => name);
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.match(name, /^x{45}-[0-9a-f]{5}-role$/);
  });
});
