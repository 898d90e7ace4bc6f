import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { NodeGroup, type NodeGroupArgs } from "../../../components/node";
import { unknown, valueOf } from "../../../cli/preview/mock-engine";
import { clients, inputsOf, servers, startForNodes } from "../../support/node-groups";
import { filesOf } from "../../support/user-data";

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

const nodeTags = { stack: "dev", Name: "n", "cos-cluster": "dev", "cos-role": "consul-server" };

describe("NodeGroup", () => {
  it("is these resources and no others, with these inputs", async () => {
    const engine = await startForNodes();
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

  it("starts nodes once their rights are there", async () => {
    const engine = await startForNodes();
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
    const engine = await startForNodes();
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
    const engine = await startForNodes();
    await engine.run(() => [new NodeGroup(`${long}-a`, servers), new NodeGroup(`${long}-b`, servers)]);
    const names = engine.registered.filter(({ type }) => type === "aws:iam/role:Role").map(({ name }) => name);
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.match(name, /^x{45}-[0-9a-f]{5}-role$/);
  });
});
