import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConsulCluster, type ConsulClusterArgs } from "../../../components/consul-cluster";
import { privateAddress } from "../../../components/consul-cluster/node-agent";
import { consulArgs, Program } from "../../support/cluster-arguments";
import { unknown, valueOf } from "../../../cli/preview/mock-engine";

const make = (args: Partial<ConsulClusterArgs> = {}, preview = false) =>
  Program.run(() => new ConsulCluster("consul", { ...consulArgs, ...args }), preview);

const agentOf = (program: Program) => program.files("consul-servers-template")["/etc/consul.d/cos.json"];

describe("ConsulCluster", () => {
  it("is a security group with its rules, and a group of servers", async () => {
    const program = await make();
    assert.deepEqual(program.tree, [
      "consul-security-group: aws:ec2/securityGroup:SecurityGroup of consul",
      "consul-servers-group: aws:autoscaling/group:Group of consul-servers",
      "consul-servers-policy: aws:iam/rolePolicy:RolePolicy of consul-servers",
      "consul-servers-profile: aws:iam/instanceProfile:InstanceProfile of consul-servers",
      "consul-servers-role: aws:iam/role:Role of consul-servers",
      "consul-servers-template: aws:ec2/launchTemplate:LaunchTemplate of consul-servers",
      "consul-servers: cos:index:NodeGroup of consul",
      "consul: cos:index:ConsulCluster",
    ]);
    assert.deepEqual(program.inputs("consul-security-group"), {
      vpcId: "vpc-1",
      description: "Consul servers",
      tags: { Name: "consul-security-group" },
    });
    assert.deepEqual(program.rules.map(({ name, parent }) => [name, parent]).sort(), [
      ["consul-consul-server-to-consul-server-tcp-8300-egress", "consul"],
      ["consul-consul-server-to-consul-server-tcp-8300-ingress", "consul"],
      ["consul-consul-server-to-consul-server-tcp-8301-egress", "consul"],
      ["consul-consul-server-to-consul-server-tcp-8301-ingress", "consul"],
      ["consul-consul-server-to-consul-server-udp-8301-egress", "consul"],
      ["consul-consul-server-to-consul-server-udp-8301-ingress", "consul"],
      ["consul-consul-server-to-internet-0.0.0.0/0-tcp-443-egress", "consul"],
      ["consul-consul-server-to-internet-0.0.0.0/0-tcp-80-egress", "consul"],
    ]);
    assert.deepEqual(program.inputs("consul-consul-server-to-consul-server-tcp-8300-ingress"), {
      securityGroupId: "consul-security-group-id",
      referencedSecurityGroupId: "consul-security-group-id",
      ipProtocol: "tcp",
      fromPort: 8300,
      toPort: 8300,
      description: "Consul server RPC",
      tags: { Name: "consul-consul-server-to-consul-server-tcp-8300-ingress" },
    });
  });

  it("starts no node before its security group's rules are there", async () => {
    const program = await make();
    assert.ok(program.rules.length > 0 && program.waitsForRules("consul-servers"));
  });

  it("has three servers of the smallest type, in the AWS region's datacenter, unless told otherwise", async () => {
    const program = await make();
    const cluster = program.result as ConsulCluster;
    const { minSize, maxSize, vpcZoneIdentifiers } = program.inputs("consul-servers-group");
    // Room for one more while they are replaced.
    assert.deepEqual([minSize, maxSize], [3, 4]);
    assert.deepEqual(vpcZoneIdentifiers, consulArgs.subnetIds);
    const { imageId, instanceType, vpcSecurityGroupIds } = program.inputs("consul-servers-template");
    assert.deepEqual(
      [imageId, instanceType, vpcSecurityGroupIds],
      ["ami-1", "t4g.micro", ["consul-security-group-id"]],
    );
    const autopilot = {
      cleanupDeadServers: true,
      lastContactThreshold: "1s",
      maxTrailingLogs: 250,
      minQuorum: 3,
      serverStabilizationTime: "10s",
    };
    const joinTag = { key: "cos-consul-servers", value: "cos-test-consul" };
    assert.deepEqual(program.resource("consul").outputs, {
      clusterName: "cos-test-consul",
      datacenter: "eu-central-1",
      joinTag,
      tls: false,
      securityGroupId: "consul-security-group-id",
      servers: 3,
      autoScalingGroupName: "consul-servers-group",
      roleArn: "arn:aws:iam::123456789012:role/consul-servers-role",
      roleName: "consul-servers-role",
      launchTemplateId: "consul-servers-template-id",
      nodeTemplateTag: await valueOf(cluster.nodeTemplateTag),
      autopilot,
      formedParameter: "/cos/consul-security-group-id/formed",
    });
    assert.deepEqual([cluster.servers, cluster.joinTag, cluster.autopilot], [3, joinTag, autopilot]);
  });

  it("configures its servers to find each other by their tag", async () => {
    const program = await make();
    assert.deepEqual(agentOf(program), {
      datacenter: "eu-central-1",
      data_dir: "/var/lib/consul",
      bind_addr: privateAddress,
      client_addr: `127.0.0.1 ${privateAddress}`,
      ports: { http: 8500, dns: 8600, grpc: 8502, grpc_tls: -1, server: 8300, serf_lan: 8301, serf_wan: -1 },
      server: true,
      bootstrap_expect: 3,
      ui_config: { enabled: true },
      autopilot: {
        cleanup_dead_servers: true,
        last_contact_threshold: "1s",
        max_trailing_logs: 250,
        min_quorum: 3,
        server_stabilization_time: "10s",
      },
      limits: { http_max_conns_per_client: 2000 },
      retry_join: ["provider=aws region=eu-central-1 tag_key=cos-consul-servers tag_value=cos-test-consul"],
      performance: { raft_multiplier: 5 },
      telemetry: { prometheus_retention_time: "24h", disable_hostname: true },
      log_level: "INFO",
      disable_update_check: true,
      disable_anonymous_signature: true,
      disable_remote_exec: true,
      leave_on_terminate: false,
    });
    assert.deepEqual(Object.keys(program.files("consul-servers-template")).sort(), [
      "/etc/consul.d/cos.json",
      "/etc/cos/node.json",
    ]);
    const specifications = program.inputs("consul-servers-template").tagSpecifications as {
      resourceType: string;
      tags: Record<string, string>;
    }[];
    const tags = specifications.find(({ resourceType }) => resourceType === "instance")?.tags ?? {};
    assert.equal(tags["cos-consul-servers"], "cos-test-consul");
    assert.equal(tags["cos-role"], "consul-server");
    assert.equal(tags["cos-cluster"], "cos-test-consul");
  });

  it("follows from three servers to five in size, bootstrap and quorum", async () => {
    const program = await make({ servers: 5, instanceType: "m7g.large", autopilot: { maxTrailingLogs: 500 } });
    assert.equal(program.inputs("consul-servers-group").minSize, 5);
    const agent = agentOf(program) as Record<string, unknown>;
    assert.equal(agent.bootstrap_expect, 5);
    assert.deepEqual(agent.performance, { raft_multiplier: 1 });
    assert.deepEqual(agent.autopilot, {
      cleanup_dead_servers: true,
      last_contact_threshold: "200ms",
      max_trailing_logs: 500,
      min_quorum: 5,
      server_stabilization_time: "10s",
    });
  });

  it("takes names, sizes, egress, endpoints, tags and options of its nodes", async () => {
    const program = await make({
      servers: 1,
      allowSingleServer: true,
      image: { id: "ami-2", architecture: "x86_64" },
      datacenter: "berlin",
      clusterName: "blue",
      raftMultiplier: 2,
      egressCidrs: ["10.0.0.0/8"],
      endpointSecurityGroupId: "sg-endpoints",
      securityGroupIds: ["sg-more"],
      tags: { owner: "me" },
      keyName: "key",
      transform: { autoScalingGroup: { capacityRebalance: true } },
    });
    const cluster = program.result as ConsulCluster;
    assert.deepEqual([await valueOf(cluster.datacenter), cluster.clusterName], ["berlin", "blue"]);
    const agent = agentOf(program) as Record<string, unknown>;
    assert.deepEqual([agent.datacenter, agent.performance], ["berlin", { raft_multiplier: 2 }]);
    assert.deepEqual(agent.retry_join, ["provider=aws region=eu-central-1 tag_key=cos-consul-servers tag_value=blue"]);
    const template = program.inputs("consul-servers-template");
    assert.deepEqual([template.instanceType, template.keyName], ["t3.micro", "key"]);
    assert.deepEqual(template.vpcSecurityGroupIds, ["consul-security-group-id", "sg-more"]);
    assert.equal(program.inputs("consul-servers-group").capacityRebalance, true);
    assert.deepEqual(program.inputs("consul-security-group").tags, { owner: "me", Name: "consul-security-group" });
    const outward = program.rules.map(({ name }) => name).filter((name) => !name.includes("to-consul-server"));
    assert.deepEqual(outward.sort(), [
      "consul-consul-server-to-endpoint-tcp-443-egress",
      "consul-consul-server-to-endpoint-tcp-443-ingress",
      "consul-consul-server-to-internet-10.0.0.0/8-tcp-443-egress",
      "consul-consul-server-to-internet-10.0.0.0/8-tcp-80-egress",
    ]);
    const rule = program.inputs("consul-consul-server-to-endpoint-tcp-443-ingress");
    assert.deepEqual(
      [rule.securityGroupId, rule.referencedSecurityGroupId, (rule.tags as Record<string, string>).owner],
      ["sg-endpoints", "consul-security-group-id", "me"],
    );
  });

  it("opens the port between datacenters only where it is federated", async () => {
    const program = await make({
      federation: { primaryDatacenter: "main", peerCidrs: ["10.1.0.0/16"], retryJoin: ["10.1.0.5"] },
    });
    const agent = agentOf(program) as Record<string, unknown>;
    assert.equal((agent.ports as Record<string, number>).serf_wan, 8302);
    assert.deepEqual([agent.primary_datacenter, agent.retry_join_wan], ["main", ["10.1.0.5"]]);
    const wide = program.rules.filter(({ inputs }) => (inputs as { fromPort: number }).fromPort === 8302);
    assert.deepEqual(wide.map(({ name }) => name.replace("consul-consul-server", "server")).sort(), [
      "consul-peer-10.1.0.0/16-to-consul-server-tcp-8302-ingress",
      "consul-peer-10.1.0.0/16-to-consul-server-udp-8302-ingress",
      "server-to-consul-server-tcp-8302-egress",
      "server-to-consul-server-tcp-8302-ingress",
      "server-to-consul-server-udp-8302-egress",
      "server-to-consul-server-udp-8302-ingress",
      "server-to-peer-10.1.0.0/16-tcp-8302-egress",
      "server-to-peer-10.1.0.0/16-udp-8302-egress",
    ]);
  });

  it("shows all of itself in a preview", async () => {
    const [preview, update] = [await make({}, true), await make()];
    assert.deepEqual(preview.shape, update.shape);
    // The record of a formed cluster is named after the servers' security group, which is not known yet.
    assert.equal(preview.inputs("consul-servers-template").userData, unknown);
    assert.equal(preview.inputs("consul-consul-server-to-consul-server-tcp-8300-ingress").securityGroupId, unknown);
  });

  it("passes an explicit provider to all its children", async () => {
    const program = await Program.run(
      () => new ConsulCluster("consul", consulArgs, { providers: { aws: new aws.Provider("own") } }),
    );
    const children = program.registered.filter(({ type }) => type.startsWith("aws:"));
    assert.equal(children.length, 14);
    assert.deepEqual([...new Set(children.map(({ provider }) => provider))], ["own"]);
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const wrong: ConsulClusterArgs = {
      ...consulArgs,
      subnetIds: [],
      servers: 4,
      instanceType: "m5.large",
      clusterName: "a b",
      datacenter: "Berlin",
      raftMultiplier: 11,
      egressCidrs: ["10.0.0.0/33"],
      federation: { primaryDatacenter: "Main", peerCidrs: [] },
      autopilot: { lastContactThreshold: "1", serverStabilizationTime: "0s", maxTrailingLogs: 0, minQuorum: 2 },
      metadataHopLimit: 3 as 2,
    };
    const program = await Program.run(() => {
      assert.throws(
        () => new ConsulCluster("consul", wrong),
        (error: unknown) => {
          assert.ok(pulumi.InputPropertiesError.isInstance(error));
          assert.deepEqual(
            error.errors.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`),
            [
              "servers must be 3 or 5, got 4: 4 stand no failure more than 3",
              "subnetIds must name at least one subnet",
              'instanceType "m5.large" is x86_64, but the image is arm64',
              'clusterName must be up to 128 letters, digits and ".-_", a letter or digit first, got "a b"',
              "raftMultiplier must be a whole number from 1 to 10, got 11",
              'autopilot.lastContactThreshold must be a duration above 0, such as "500ms" or "10s", got "1"',
              'autopilot.serverStabilizationTime must be a duration above 0, such as "500ms" or "10s", got "0s"',
              "autopilot.maxTrailingLogs must be a whole number of at least 1, got 0",
              "autopilot.minQuorum must be a whole number from 3 to 4, a majority of the 4 servers or more of them, got 2",
              'egressCidrs[0] must end in a prefix length between /0 and /32, got "10.0.0.0/33"',
              "metadataHopLimit must be 1 or 2, got 3",
              'datacenter must be up to 63 small letters, digits and "-_", a letter or digit first, got "Berlin"',
              'federation.primaryDatacenter must be up to 63 small letters, digits and "-_", a letter or digit first, got "Main"',
              'federation.peerCidrs must have at least one CIDR block, such as "203.0.113.7/32": an empty list lets nobody in',
            ],
          );
          return true;
        },
      );
    });
    assert.deepEqual(program.registered, []);
  });

  for (const [servers, reason] of [
    [0, "must be 3 or 5, got 0"],
    [1, "must be 3 or 5, got 1: 1, which no failure leaves standing, needs allowSingleServer: true"],
    [2, "must be 3 or 5, got 2: 2 stand no failure more than 1"],
    [7, "must be 3 or 5, got 7"],
    [3.5, "must be 3 or 5, got 3.5"],
  ] as const) {
    it(`refuses ${servers} servers`, async () => {
      await Program.run(() => {
        assert.throws(
          () => new ConsulCluster("consul", { ...consulArgs, servers }),
          (error: unknown) => {
            assert.ok(pulumi.InputPropertiesError.isInstance(error));
            assert.deepEqual(error.errors, [{ propertyPath: "servers", reason }]);
            return true;
          },
        );
      });
    });
  }
});
