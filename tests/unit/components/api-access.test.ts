import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ApiAccess, type ApiAccessArgs, apiAccessErrors } from "../../../components/api-access";
import { awsOutputs } from "../../../cli/preview/mock-aws";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const base: ApiAccessArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2", "subnet-3"],
  allowedCidrs: ["203.0.113.7/32"],
  consul: { autoScalingGroupName: "consul-asg", securityGroupId: "sg-consul" },
  nomad: { autoScalingGroupName: "nomad-asg", securityGroupId: "sg-nomad" },
};

async function make(changes: Partial<ApiAccessArgs> = {}, preview = false) {
  const engine = await MockEngine.start(awsOutputs, preview);
  const access = await engine.run(() => new ApiAccess("api", { ...base, ...changes }));
  const inputsOf = (name: string, type: string): unknown => {
    const found = engine.registered.filter((resource) => resource.name === name && resource.type.endsWith(`:${type}`));
    assert.equal(found.length, 1, `${type} ${name} is there ${found.length} times`);
    return found[0]?.inputs;
  };
  const property = (name: string, type: string, key: string) => (inputsOf(name, type) as Record<string, unknown>)[key];
  return { engine, access, inputsOf, property };
}

const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const children = [
  "Attachment api-consul-servers",
  "Attachment api-nomad-servers",
  "Listener api-consul",
  "Listener api-nomad",
  "LoadBalancer api-nlb",
  "SecurityGroup api-security-group",
  "SecurityGroupEgressRule api-api-to-consul-server-tcp-8500-egress",
  "SecurityGroupEgressRule api-api-to-nomad-server-tcp-4646-egress",
  "SecurityGroupIngressRule api-api-to-consul-server-tcp-8500-ingress",
  "SecurityGroupIngressRule api-api-to-nomad-server-tcp-4646-ingress",
  "SecurityGroupIngressRule api-operator-203.0.113.7/32-to-api-tcp-4646-ingress",
  "SecurityGroupIngressRule api-operator-203.0.113.7/32-to-api-tcp-8500-ingress",
  "TargetGroup api-consul",
  "TargetGroup api-nomad",
];

const childrenOf = (engine: MockEngine) =>
  engine.registered
    .filter(({ parent }) => parent === "api")
    .map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`)
    .sort();

describe("ApiAccess", () => {
  it("has exactly these children", async () => {
    const { engine } = await make();
    assert.deepEqual(childrenOf(engine), children);
    assert.equal(engine.registered.length, children.length + 1);
  });

  it("makes a network load balancer that has its security group from the start", async () => {
    const { inputsOf } = await make({ tags: { team: "platform" } });
    assert.deepEqual(inputsOf("api-nlb", "LoadBalancer"), {
      loadBalancerType: "network",
      internal: false,
      ipAddressType: "ipv4",
      subnets: ["subnet-1", "subnet-2", "subnet-3"],
      securityGroups: ["api-security-group-id"],
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: false,
      tags: { team: "platform", Name: "api-nlb" },
    });
    assert.deepEqual(inputsOf("api-security-group", "SecurityGroup"), {
      vpcId: "vpc-1",
      description: "API load balancer",
      tags: { team: "platform", Name: "api-security-group" },
    });
  });

  const services = [
    { key: "consul", port: 8500, path: "/v1/catalog/service/consul", group: "consul-asg" },
    { key: "nomad", port: 4646, path: "/v1/agent/health?type=server", group: "nomad-asg" },
  ];
  for (const { key, port, path, group } of services) {
    it(`leads port ${port} to the ${key} servers that know a leader`, async () => {
      const { inputsOf } = await make();
      assert.deepEqual(inputsOf(`api-${key}`, "TargetGroup"), {
        vpcId: "vpc-1",
        targetType: "instance",
        protocol: "TCP",
        port,
        healthCheck: {
          protocol: "HTTP",
          path,
          port: "traffic-port",
          matcher: "200",
          interval: 5,
          timeout: 4,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        deregistrationDelay: 30,
        connectionTermination: true,
        preserveClientIp: "true",
        tags: { Name: `api-${key}` },
      });
      assert.deepEqual(inputsOf(`api-${key}-servers`, "Attachment"), {
        autoscalingGroupName: group,
        lbTargetGroupArn: `${arn}:targetgroup/api-${key}`,
      });
      assert.deepEqual(inputsOf(`api-${key}`, "Listener"), {
        loadBalancerArn: `${arn}:loadbalancer/api-nlb`,
        port,
        protocol: "TCP",
        tcpIdleTimeoutSeconds: 660,
        defaultActions: [{ type: "forward", targetGroupArn: `${arn}:targetgroup/api-${key}` }],
        tags: { Name: `api-${key}` },
      });
    });
  }

  it("lets the allowed addresses in, and the load balancer to the servers, nobody else anywhere", async () => {
    const { inputsOf } = await make();
    assert.deepEqual(inputsOf("api-operator-203.0.113.7/32-to-api-tcp-8500-ingress", "SecurityGroupIngressRule"), {
      securityGroupId: "api-security-group-id",
      cidrIpv4: "203.0.113.7/32",
      ipProtocol: "tcp",
      fromPort: 8500,
      toPort: 8500,
      description: "Consul API",
      tags: { Name: "api-operator-203.0.113.7/32-to-api-tcp-8500-ingress" },
    });
    assert.deepEqual(inputsOf("api-api-to-nomad-server-tcp-4646-ingress", "SecurityGroupIngressRule"), {
      securityGroupId: "sg-nomad",
      referencedSecurityGroupId: "api-security-group-id",
      ipProtocol: "tcp",
      fromPort: 4646,
      toPort: 4646,
      description: "Nomad API",
      tags: { Name: "api-api-to-nomad-server-tcp-4646-ingress" },
    });
  });

  it("takes each option", async () => {
    const { property } = await make({
      scheme: "internal",
      allowedCidrs: ["0.0.0.0/0"],
      allowAnyAddress: true,
      preserveClientIp: false,
      healthCheck: { intervalSeconds: 30 },
      deregistrationDelaySeconds: 5,
      deletionProtection: true,
    });
    assert.equal(property("api-nlb", "LoadBalancer", "internal"), true);
    assert.equal(property("api-nlb", "LoadBalancer", "enableDeletionProtection"), true);
    for (const key of ["consul", "nomad"]) {
      assert.equal(property(`api-${key}`, "TargetGroup", "preserveClientIp"), "false");
      assert.equal(property(`api-${key}`, "TargetGroup", "deregistrationDelay"), 5);
      const check = property(`api-${key}`, "TargetGroup", "healthCheck") as Record<string, unknown>;
      assert.deepEqual([check.interval, check.timeout], [30, 4]);
    }
    assert.equal(
      property("api-operator-0.0.0.0/0-to-api-tcp-8500-ingress", "SecurityGroupIngressRule", "cidrIpv4"),
      "0.0.0.0/0",
    );
  });

  it("merges transforms over its own arguments", async () => {
    const { property } = await make({
      transform: {
        loadBalancer: { enableZonalShift: true },
        consulTargetGroup: { deregistrationDelay: 1 },
        nomadTargetGroup: { deregistrationDelay: 2 },
        consulListener: { tcpIdleTimeoutSeconds: 61 },
        nomadListener: { tcpIdleTimeoutSeconds: 62 },
      },
    });
    assert.equal(property("api-nlb", "LoadBalancer", "enableZonalShift"), true);
    assert.equal(property("api-consul", "TargetGroup", "deregistrationDelay"), 1);
    assert.equal(property("api-nomad", "TargetGroup", "deregistrationDelay"), 2);
    assert.equal(property("api-consul", "Listener", "tcpIdleTimeoutSeconds"), 61);
    assert.equal(property("api-nomad", "Listener", "tcpIdleTimeoutSeconds"), 62);
  });

  it("registers its outputs", async () => {
    const { engine, access } = await make();
    const expected = {
      consulAddress: "http://api-nlb.elb.eu-central-1.amazonaws.com:8500",
      nomadAddress: "http://api-nlb.elb.eu-central-1.amazonaws.com:4646",
      dnsName: "api-nlb.elb.eu-central-1.amazonaws.com",
      zoneId: "Z0000000000001",
      loadBalancerArn: `${arn}:loadbalancer/api-nlb`,
      loadBalancerName: "api-nlb",
      targetGroupArns: { consul: `${arn}:targetgroup/api-consul`, nomad: `${arn}:targetgroup/api-nomad` },
      listenerArns: { consul: `${arn}:listener/api-consul`, nomad: `${arn}:listener/api-nomad` },
      securityGroupId: "api-security-group-id",
    };
    assert.deepEqual(engine.registered.find(({ name }) => name === "api")?.outputs, expected);
    assert.equal(await valueOf(access.nomadAddress), expected.nomadAddress);
    assert.equal(await valueOf(access.consulAddress), expected.consulAddress);
  });

  it("is depended on as a whole by what depends on it", async () => {
    const engine = await MockEngine.start(awsOutputs);
    await engine.run(() => {
      const access = new ApiAccess("api", base);
      return new aws.ec2.Eip("user", {}, { dependsOn: access });
    });
    const dependsOn = engine.registered.find(({ name }) => name === "user")?.dependsOn ?? [];
    for (const child of children) assert.ok(dependsOn.includes(child.split(" ")[1] ?? ""), child);
  });

  it("shows all of it in a preview of an empty account", async () => {
    const { engine, access, property } = await make({}, true);
    assert.deepEqual(childrenOf(engine), children);
    assert.equal(property("api-consul", "Listener", "loadBalancerArn"), unknown);
    assert.equal(await valueOf(access.nomadAddress), undefined);
  });

  it("uses the provider that is given to it", async () => {
    const engine = await MockEngine.start(awsOutputs);
    await engine.run(() => {
      const provider = new aws.Provider("frankfurt", { region: "eu-central-1" });
      return new ApiAccess("api", base, { provider });
    });
    const made = engine.registered.filter(({ parent }) => parent === "api");
    assert.equal(made.length, children.length);
    for (const { name, provider } of made) assert.equal(provider, "frankfurt", name);
  });

  it("refuses bad arguments, all at once, before anything is made", async () => {
    const engine = await MockEngine.start(awsOutputs);
    const args: ApiAccessArgs = {
      ...base,
      subnetIds: [],
      scheme: "private" as "internal",
      allowedCidrs: ["0.0.0.0/0", "office"],
      healthCheck: { intervalSeconds: 301 },
      deregistrationDelaySeconds: -1,
    };
    assert.throws(
      () => new ApiAccess("api", args),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
          [
            'scheme: must be "public" or "internal", got "private"',
            "subnetIds: must have at least one subnet, has 0",
            'allowedCidrs[0]: "0.0.0.0/0" lets everybody in: say your own addresses, or allowAnyAddress: true if that is meant',
            'allowedCidrs[1]: must be a CIDR block, such as "203.0.113.7/32" or "2001:db8::/32", got "office"',
            "healthCheck.intervalSeconds: must be a whole number of seconds between 5 and 300, got 301",
            "deregistrationDelaySeconds: must be a whole number of seconds between 0 and 3600, got -1",
          ],
        );
        return true;
      },
    );
    await engine.run(() => undefined);
    assert.deepEqual(engine.registered, []);
    assert.deepEqual(apiAccessErrors(base), []);
  });
});
