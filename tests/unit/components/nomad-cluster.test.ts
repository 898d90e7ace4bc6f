import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConsulCluster } from "../../../components/consul-cluster";
import { NomadCluster, type NomadClusterArgs, type NomadPoolArgs } from "../../../components/nomad-cluster";
import { consulArgs, nomadArgs, Program } from "../../support/cluster-arguments";
import { unknown, valueOf } from "../../../cli/preview/mock-engine";

const make = (args: Partial<NomadClusterArgs> = {}, preview = false) =>
  Program.run(() => new NomadCluster("nomad", { ...nomadArgs, ...args }), preview);

const agentOf = (program: Program, template = "nomad-servers-template") =>
  program.files(template)["/etc/nomad.d/cos.json"] as Record<string, unknown>;

const web: NomadPoolArgs = { name: "web", instanceTypes: ["t4g.small"] };

describe("NomadCluster", () => {
  it("is three security groups with their rules, a group of servers, and no pool unless told otherwise", async () => {
    const program = await make();
    assert.deepEqual(program.tree, [
      "nomad-client-security-group: aws:ec2/securityGroup:SecurityGroup of nomad",
      "nomad-server-security-group: aws:ec2/securityGroup:SecurityGroup of nomad",
      "nomad-servers-group: aws:autoscaling/group:Group of nomad-servers",
      "nomad-servers-policy: aws:iam/rolePolicy:RolePolicy of nomad-servers",
      "nomad-servers-profile: aws:iam/instanceProfile:InstanceProfile of nomad-servers",
      "nomad-servers-role: aws:iam/role:Role of nomad-servers",
      "nomad-servers-template: aws:ec2/launchTemplate:LaunchTemplate of nomad-servers",
      "nomad-servers: cos:index:NodeGroup of nomad",
      "nomad-service-security-group: aws:ec2/securityGroup:SecurityGroup of nomad",
      "nomad: cos:index:NomadCluster",
    ]);
    for (const [key, description] of [
      ["server", "Nomad servers"],
      ["client", "Nomad clients of all pools"],
      ["service", "Nomad clients whose tasks may call each other"],
    ] as const) {
      const name = `nomad-${key}-security-group`;
      assert.deepEqual(program.inputs(name), { vpcId: "vpc-1", description, tags: { Name: name } });
    }
  });

  it("starts no node, a server or a client, before its security groups' rules are there", async () => {
    const program = await make({ pools: [web] });
    assert.ok(program.rules.length > 0);
    assert.ok(program.waitsForRules("nomad-servers") && program.waitsForRules("nomad-web"));
  });

  it("lets its nodes, the Consul servers and nobody else talk", async () => {
    const program = await make();
    const pairs = new Map<string, Set<string>>();
    for (const { name } of program.rules) {
      const [, pair = "", port = ""] = /^nomad-(.+)-((?:tcp|udp)-[\d-]+)-(?:ingress|egress)$/.exec(name) ?? [];
      pairs.set(pair, (pairs.get(pair) ?? new Set()).add(port));
    }
    const found = Object.fromEntries([...pairs].map(([pair, ports]) => [pair, [...ports].sort()]));
    const gossip = ["tcp-8301", "udp-8301"];
    assert.deepEqual(found, {
      "nomad-server-to-consul-server": ["tcp-8300", ...gossip],
      "client-to-consul-server": ["tcp-8300", ...gossip],
      "consul-server-to-nomad-server": ["tcp-4646", ...gossip],
      "consul-server-to-client": gossip,
      "nomad-server-to-nomad-server": ["tcp-4647", "tcp-4648", "tcp-8301", "udp-4648", "udp-8301"],
      "nomad-server-to-client": gossip,
      "client-to-nomad-server": ["tcp-4647", ...gossip],
      "client-to-client": ["tcp-4646", ...gossip],
      "service-to-service": ["tcp-20000-32000"],
      "nomad-server-to-internet-0.0.0.0/0": ["tcp-443", "tcp-80"],
      "client-to-internet-0.0.0.0/0": ["tcp-443", "tcp-80"],
    });
    const rule = program.inputs("nomad-client-to-consul-server-tcp-8300-ingress");
    assert.deepEqual(
      [rule.securityGroupId, rule.referencedSecurityGroupId, rule.description],
      ["sg-consul", "nomad-client-security-group-id", "Consul server RPC"],
    );
  });

  it("has three servers of the smallest type, in a region named like AWS's, unless told otherwise", async () => {
    const program = await make();
    const cluster = program.result as NomadCluster;
    const { minSize, maxSize } = program.inputs("nomad-servers-group");
    assert.deepEqual([minSize, maxSize], [3, 4]);
    assert.equal(program.inputs("nomad-servers-template").instanceType, "t4g.micro");
    assert.deepEqual(program.inputs("nomad-servers-template").vpcSecurityGroupIds, ["nomad-server-security-group-id"]);
    assert.deepEqual(program.resource("nomad").outputs, {
      clusterName: "cos-test-nomad",
      region: "eu-central-1",
      joinTag: { key: "cos-nomad-servers", value: "cos-test-nomad" },
      tls: false,
      serverSecurityGroupId: "nomad-server-security-group-id",
      clientSecurityGroupId: "nomad-client-security-group-id",
      serviceSecurityGroupId: "nomad-service-security-group-id",
      consul: nomadArgs.consul,
      servers: 3,
      autoScalingGroupName: "nomad-servers-group",
      roleArn: "arn:aws:iam::123456789012:role/nomad-servers-role",
      roleName: "nomad-servers-role",
      launchTemplateId: "nomad-servers-template-id",
      nodeTemplateTag: await valueOf(cluster.nodeTemplateTag),
      pools: {},
      scheduler: {
        algorithm: "binpack",
        memoryOversubscription: false,
        preemption: { system: true, service: false, batch: false, sysbatch: false },
      },
      autopilot: {
        cleanupDeadServers: true,
        lastContactThreshold: "1s",
        maxTrailingLogs: 250,
        minQuorum: 3,
        serverStabilizationTime: "10s",
      },
      formedParameter: "/cos/nomad-server-security-group-id/formed",
    });
  });

  it("configures its servers to find each other by their tag, each with a Consul client", async () => {
    const program = await make();
    const files = program.files("nomad-servers-template");
    assert.deepEqual(Object.keys(files).sort(), [
      "/etc/consul.d/cos.json",
      "/etc/cos/node.json",
      "/etc/nomad.d/cos.json",
    ]);
    const consul = files["/etc/consul.d/cos.json"] as Record<string, unknown>;
    assert.ok(!("server" in consul));
    assert.deepEqual(
      [consul.datacenter, consul.client_addr, consul.retry_join, consul.leave_on_terminate],
      ["dc1", "127.0.0.1", ["provider=aws region=eu-central-1 tag_key=consul tag_value=elsewhere"], true],
    );
    const nomad = agentOf(program);
    assert.deepEqual(nomad.server, {
      enabled: true,
      bootstrap_expect: 3,
      server_join: {
        retry_join: ["provider=aws region=eu-central-1 tag_key=cos-nomad-servers tag_value=cos-test-nomad"],
      },
      node_gc_threshold: "1h",
      heartbeat_grace: "20s",
      raft_multiplier: 5,
      default_scheduler_config: {
        scheduler_algorithm: "binpack",
        memory_oversubscription_enabled: false,
        preemption_config: {
          batch_scheduler_enabled: false,
          service_scheduler_enabled: false,
          sysbatch_scheduler_enabled: false,
          system_scheduler_enabled: true,
        },
      },
    });
    assert.deepEqual([nomad.region, nomad.consul], ["eu-central-1", { address: "127.0.0.1:8500" }]);
    assert.ok(!("client" in nomad));
  });

  it("follows from three servers to five, and takes the scheduler's and autopilot's settings", async () => {
    const program = await make({
      servers: 5,
      instanceType: "c7g.xlarge",
      scheduler: { algorithm: "spread", memoryOversubscription: true, preemption: { service: true } },
      autopilot: { cleanupDeadServers: false, serverStabilizationTime: "90s" },
    });
    const cluster = program.result as NomadCluster;
    assert.deepEqual(cluster.scheduler, {
      algorithm: "spread",
      memoryOversubscription: true,
      preemption: { system: true, service: true, batch: false, sysbatch: false },
    });
    assert.deepEqual(cluster.autopilot, {
      cleanupDeadServers: false,
      lastContactThreshold: "200ms",
      maxTrailingLogs: 250,
      minQuorum: 5,
      serverStabilizationTime: "1m30s",
    });
    assert.equal(program.inputs("nomad-servers-group").minSize, 5);
    const { server, autopilot } = agentOf(program) as { server: Record<string, unknown>; autopilot: object };
    assert.deepEqual([server.bootstrap_expect, server.raft_multiplier], [5, 1]);
    assert.deepEqual(autopilot, {
      cleanup_dead_servers: false,
      last_contact_threshold: "200ms",
      max_trailing_logs: 250,
      min_quorum: 5,
      server_stabilization_time: "1m30s",
    });
  });

  it("has a pool for each of its pools, which knows the cluster", async () => {
    const program = await make({
      clusterName: "blue",
      region: "europe",
      tags: { owner: "me" },
      pools: [
        web,
        {
          ...web,
          name: "data",
          subnetIds: ["subnet-d"],
          image: { id: "ami-2", architecture: "arm64" },
          tags: { cost: "data" },
          serviceToService: false,
        },
      ],
    });
    const cluster = program.result as NomadCluster;
    assert.deepEqual(Object.keys(cluster.pools), ["web", "data"]);
    for (const pool of ["web", "data"]) {
      const { type, parent } = program.resource(`nomad-${pool}`);
      assert.deepEqual([type, parent], ["cos:index:ClientPool", "nomad"]);
    }
    assert.deepEqual([cluster.pools.web?.poolName, cluster.pools.web?.datacenter], ["web", "web"]);
    const [first, second] = ["web", "data"].map((pool) => program.inputs(`nomad-${pool}-nodes-template`));
    assert.deepEqual([first?.imageId, second?.imageId], ["ami-1", "ami-2"]);
    assert.deepEqual(first?.vpcSecurityGroupIds, [
      "nomad-client-security-group-id",
      "nomad-service-security-group-id",
      "nomad-web-security-group-id",
    ]);
    assert.deepEqual(second?.vpcSecurityGroupIds, ["nomad-client-security-group-id", "nomad-data-security-group-id"]);
    assert.deepEqual(program.inputs("nomad-web-nodes-group").vpcZoneIdentifiers, nomadArgs.subnetIds);
    assert.deepEqual(program.inputs("nomad-data-nodes-group").vpcZoneIdentifiers, ["subnet-d"]);
    assert.deepEqual(program.inputs("nomad-data-security-group").tags, {
      owner: "me",
      cost: "data",
      Name: "nomad-data-security-group",
    });
    const agent = agentOf(program, "nomad-web-nodes-template");
    assert.deepEqual([agent.region, agent.datacenter], ["europe", "web"]);
    assert.deepEqual((agent.client as { server_join: unknown }).server_join, {
      retry_join: ["provider=aws region=eu-central-1 tag_key=cos-nomad-servers tag_value=blue"],
    });
  });

  it("joins a ConsulCluster of the same program", async () => {
    const program = await Program.run(() => {
      const consul = new ConsulCluster("consul", { ...consulArgs, clusterName: "blue" });
      return new NomadCluster("nomad", { ...nomadArgs, consul, clusterName: "blue" });
    });
    const consul = program.files("nomad-servers-template")["/etc/consul.d/cos.json"] as Record<string, unknown>;
    assert.deepEqual(
      [consul.datacenter, consul.retry_join],
      ["eu-central-1", ["provider=aws region=eu-central-1 tag_key=cos-consul-servers tag_value=blue"]],
    );
    const rule = program.inputs("nomad-nomad-server-to-consul-server-tcp-8300-ingress");
    assert.equal(rule.securityGroupId, "consul-security-group-id");
  });

  it("talks to the servers of federated regions, to endpoints, and out as far as it may", async () => {
    const program = await make({
      authoritativeRegion: "us",
      peerCidrs: ["10.1.0.0/16"],
      egressCidrs: [],
      endpointSecurityGroupId: "sg-endpoints",
    });
    const { server } = agentOf(program) as { server: Record<string, unknown> };
    assert.equal(server.authoritative_region, "us");
    const outward = program.rules.map(({ name }) => name).filter((name) => /peer|endpoint|internet/.test(name));
    assert.deepEqual(outward.sort(), [
      "nomad-client-to-endpoint-tcp-443-egress",
      "nomad-client-to-endpoint-tcp-443-ingress",
      "nomad-nomad-server-to-endpoint-tcp-443-egress",
      "nomad-nomad-server-to-endpoint-tcp-443-ingress",
      "nomad-nomad-server-to-peer-10.1.0.0/16-tcp-4647-egress",
      "nomad-nomad-server-to-peer-10.1.0.0/16-tcp-4648-egress",
      "nomad-nomad-server-to-peer-10.1.0.0/16-udp-4648-egress",
      "nomad-peer-10.1.0.0/16-to-nomad-server-tcp-4647-ingress",
      "nomad-peer-10.1.0.0/16-to-nomad-server-tcp-4648-ingress",
      "nomad-peer-10.1.0.0/16-to-nomad-server-udp-4648-ingress",
    ]);
  });

  it("shows all of itself in a preview", async () => {
    const [preview, update] = [await make({ pools: [web] }, true), await make({ pools: [web] })];
    assert.deepEqual(preview.shape, update.shape);
    // The record of a formed cluster is named after the servers' security group, which is not known yet.
    assert.equal(preview.inputs("nomad-servers-template").userData, unknown);
    assert.equal(preview.inputs("nomad-client-to-client-tcp-8301-ingress").securityGroupId, unknown);
  });

  it("passes an explicit provider to all its children", async () => {
    const program = await Program.run(
      () => new NomadCluster("nomad", { ...nomadArgs, pools: [web] }, { providers: { aws: new aws.Provider("own") } }),
    );
    const children = program.registered.filter(({ type }) => type.startsWith("aws:"));
    assert.ok(children.length > 40, String(children.length));
    assert.deepEqual([...new Set(children.map(({ provider }) => provider))], ["own"]);
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const wrong: NomadClusterArgs = {
      ...nomadArgs,
      servers: 2,
      region: "a b",
      authoritativeRegion: "c d",
      scheduler: { algorithm: "random" as "spread" },
      autopilot: { minQuorum: 9 },
      pools: [
        web,
        { ...web, name: "da ta", instanceTypes: ["m5.large"], minSize: 3, maxSize: 1 },
        { ...web, subnetIds: [] },
        { ...web, name: "w".repeat(65) },
      ],
    };
    const program = await Program.run(() => {
      assert.throws(
        () => new NomadCluster("nomad", wrong),
        (error: unknown) => {
          assert.ok(pulumi.InputPropertiesError.isInstance(error));
          const name = 'must be up to 128 letters, digits and ".-_", a letter or digit first';
          assert.deepEqual(
            error.errors.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`),
            [
              "servers must be 3 or 5, got 2: 2 stand no failure more than 1",
              "autopilot.minQuorum must be 2, a majority of the 2 servers or more of them, got 9",
              `region ${name}, got "a b"`,
              `authoritativeRegion ${name}, got "c d"`,
              "peerCidrs must be given with authoritativeRegion: the other regions' servers",
              'scheduler.algorithm must be "binpack" or "spread", got "random"',
              `pools[1].name ${name.replace("128", "64")}, got "da ta"`,
              'pools[1].instanceTypes[0] "m5.large" is x86_64, but the image is arm64',
              "pools[1].minSize must not be greater than maxSize, which is 1, got 3",
              "pools[2].subnetIds must name at least one subnet",
              `pools[3].name ${name.replace("128", "64")}, got "${"w".repeat(65)}"`,
              'pools[2].name "web" is already the name of pools[0]',
            ],
          );
          return true;
        },
      );
    });
    assert.deepEqual(program.registered, []);
  });
});
