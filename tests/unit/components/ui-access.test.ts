import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { UiAccess, type UiAccessArgs, uiAccessErrors } from "../../../components/ui-access";
import { awsOutputs } from "../../../cli/preview/mock-aws";
import { certificateOutputs } from "../../../cli/preview/mock-certificates";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const outputs = { ...awsOutputs, ...certificateOutputs };

const base: UiAccessArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  allowedCidrs: ["203.0.113.0/24"],
  protocol: "http",
  consul: { autoScalingGroupName: "consul-asg", securityGroupId: "sg-consul" },
  nomad: { autoScalingGroupName: "nomad-asg", securityGroupId: "sg-nomad" },
  fabio: { pools: { "public-services": { autoScalingGroupName: "public-asg", securityGroupId: "sg-public" } } },
};

async function make(changes: Partial<UiAccessArgs> = {}, preview = false) {
  const engine = await MockEngine.start(outputs, preview);
  const access = await engine.run(() => new UiAccess("ui", { ...base, ...changes }));
  const inputsOf = (name: string, type: string): unknown => {
    const found = engine.registered.filter((resource) => resource.name === name && resource.type.endsWith(`:${type}`));
    assert.equal(found.length, 1, `${type} ${name} is there ${found.length} times`);
    return found[0]?.inputs;
  };
  const property = (name: string, type: string, key: string) => (inputsOf(name, type) as Record<string, unknown>)[key];
  return { engine, access, inputsOf, property };
}

const childrenOf = (engine: MockEngine) =>
  engine.registered
    .filter(({ parent }) => parent === "ui")
    .map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`)
    .sort();

const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const dnsName = "ui-alb.elb.eu-central-1.amazonaws.com";
const operator = "ui-operator-203.0.113.0/24-to-ui-tcp";

const fabioChildren = [
  "Attachment ui-fabio-public-services",
  "SecurityGroupEgressRule ui-ui-to-ingress-public-services-tcp-9998-egress",
  "SecurityGroupIngressRule ui-ui-to-ingress-public-services-tcp-9998-ingress",
  "TargetGroup ui-fabio",
];
const sharedChildren = [
  "Attachment ui-consul-servers",
  "Attachment ui-nomad-servers",
  "LoadBalancer ui-alb",
  "SecurityGroup ui-security-group",
  "SecurityGroupEgressRule ui-ui-to-consul-server-tcp-8500-egress",
  "SecurityGroupEgressRule ui-ui-to-nomad-server-tcp-4646-egress",
  "SecurityGroupIngressRule ui-ui-to-consul-server-tcp-8500-ingress",
  "SecurityGroupIngressRule ui-ui-to-nomad-server-tcp-4646-ingress",
  "TargetGroup ui-consul",
  "TargetGroup ui-nomad",
];
const portChildren = [
  "Listener ui-consul",
  "Listener ui-nomad",
  `SecurityGroupIngressRule ${operator}-4646-ingress`,
  `SecurityGroupIngressRule ${operator}-8500-ingress`,
];
const fabioPortChildren = ["Listener ui-fabio", `SecurityGroupIngressRule ${operator}-9998-ingress`];

const hosts = { consul: "consul.example.com", nomad: "nomad.example.com", fabio: "fabio.example.com" };

describe("UiAccess with a port each", () => {
  it("has exactly these children", async () => {
    const { engine } = await make();
    const expected = [...sharedChildren, ...fabioChildren, ...portChildren, ...fabioPortChildren].sort();
    assert.deepEqual(childrenOf(engine), expected);
    assert.equal(engine.registered.length, expected.length + 1);
  });

  it("shows Consul and Nomad only where no pools are given", async () => {
    const { engine, access } = await make({ fabio: undefined });
    assert.deepEqual(childrenOf(engine), [...sharedChildren, ...portChildren].sort());
    assert.deepEqual(Object.keys(access.urls), ["consul", "nomad"]);
    assert.deepEqual(Object.keys(access.listenerArns), ["consul", "nomad"]);
  });

  it("makes a load balancer that does not cut blocking queries off", async () => {
    const { inputsOf } = await make({ tags: { team: "platform" } });
    assert.deepEqual(inputsOf("ui-alb", "LoadBalancer"), {
      loadBalancerType: "application",
      internal: false,
      ipAddressType: "ipv4",
      subnets: ["subnet-1", "subnet-2"],
      securityGroups: ["ui-security-group-id"],
      idleTimeout: 660,
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      enableDeletionProtection: false,
      tags: { team: "platform", Name: "ui-alb" },
    });
  });

  const interfaces = [
    { key: "consul", port: 8500, path: "/v1/catalog/service/consul" },
    { key: "nomad", port: 4646, path: "/v1/agent/health?type=server" },
    { key: "fabio", port: 9998, path: "/health" },
  ];
  for (const { key, port, path } of interfaces) {
    it(`leads port ${port} to ${key} where it is healthy`, async () => {
      const { inputsOf } = await make();
      assert.deepEqual(inputsOf(`ui-${key}`, "TargetGroup"), {
        vpcId: "vpc-1",
        targetType: "instance",
        protocol: "HTTP",
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
        tags: { Name: `ui-${key}` },
      });
      assert.deepEqual(inputsOf(`ui-${key}`, "Listener"), {
        loadBalancerArn: `${arn}:loadbalancer/ui-alb`,
        port,
        protocol: "HTTP",
        defaultActions: [{ type: "forward", targetGroupArn: `${arn}:targetgroup/ui-${key}` }],
        tags: { Name: `ui-${key}` },
      });
    });
  }

  it("ties each target group to its nodes", async () => {
    const { property } = await make();
    const group = (name: string) => property(name, "Attachment", "autoscalingGroupName");
    assert.deepEqual(
      [group("ui-consul-servers"), group("ui-nomad-servers"), group("ui-fabio-public-services")],
      ["consul-asg", "nomad-asg", "public-asg"],
    );
  });

  it("has other ports and HTTPS where they are wanted", async () => {
    const { engine, access, inputsOf } = await make({
      protocol: "https",
      certificateArn: "arn:cert",
      ports: { consul: 443, fabio: 9443 },
    });
    assert.deepEqual(inputsOf("ui-consul", "Listener"), {
      loadBalancerArn: `${arn}:loadbalancer/ui-alb`,
      port: 443,
      protocol: "HTTPS",
      certificateArn: "arn:cert",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      defaultActions: [{ type: "forward", targetGroupArn: `${arn}:targetgroup/ui-consul` }],
      tags: { Name: "ui-consul" },
    });
    assert.deepEqual(
      engine.registered.filter(({ name }) => name.startsWith(operator)).map(({ name }) => name.slice(operator.length)),
      ["-443-ingress", "-4646-ingress", "-9443-ingress"],
    );
    const { consul, nomad, fabio } = access.urls;
    assert.ok(fabio);
    assert.deepEqual(await Promise.all([consul, nomad, fabio].map(valueOf)), [
      `https://${dnsName}:443`,
      `https://${dnsName}:4646`,
      `https://${dnsName}:9443`,
    ]);
  });

  it("is reached at its domain", async () => {
    const { engine, access } = await make({ protocol: "https", domain: { name: "ui.example.com", zoneId: "Z1" } });
    assert.equal(await valueOf(access.urls.nomad), "https://ui.example.com:4646");
    assert.deepEqual(
      engine.registered.filter(({ type }) => type.endsWith(":Record")).map(({ name }) => name),
      ["ui-validation-ui.example.com", "ui-a-ui.example.com"],
    );
  });

  it("registers its outputs", async () => {
    const { engine } = await make();
    const each = (kind: string) => ({
      consul: `${arn}:${kind}/ui-consul`,
      nomad: `${arn}:${kind}/ui-nomad`,
      fabio: `${arn}:${kind}/ui-fabio`,
    });
    assert.deepEqual(engine.registered.find(({ name, parent }) => name === "ui" && !parent)?.outputs, {
      urls: { consul: `http://${dnsName}:8500`, nomad: `http://${dnsName}:4646`, fabio: `http://${dnsName}:9998` },
      dnsName,
      zoneId: "Z0000000000001",
      loadBalancerArn: `${arn}:loadbalancer/ui-alb`,
      loadBalancerName: "ui-alb",
      targetGroupArns: each("targetgroup"),
      listenerArns: each("listener"),
      securityGroupId: "ui-security-group-id",
    });
  });
});

describe("UiAccess with a host name each", () => {
  const rules = ["ListenerRule ui-consul", "ListenerRule ui-fabio", "ListenerRule ui-nomad"];

  it("has one HTTPS listener with a rule for each, and a redirect", async () => {
    const { engine, access, inputsOf } = await make({ protocol: "https", certificateArn: "arn:cert", hosts });
    const expected = [
      ...sharedChildren,
      ...fabioChildren,
      ...rules,
      "Listener ui-http",
      "Listener ui-https",
      `SecurityGroupIngressRule ${operator}-443-ingress`,
      `SecurityGroupIngressRule ${operator}-80-ingress`,
    ];
    assert.deepEqual(childrenOf(engine), expected.sort());
    assert.deepEqual(inputsOf("ui-https", "Listener"), {
      loadBalancerArn: `${arn}:loadbalancer/ui-alb`,
      port: 443,
      protocol: "HTTPS",
      certificateArn: "arn:cert",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      defaultActions: [
        {
          type: "fixed-response",
          fixedResponse: {
            contentType: "text/plain",
            statusCode: "404",
            messageBody: "There is no user interface here.",
          },
        },
      ],
      tags: { Name: "ui-https" },
    });
    for (const [key, priority] of Object.entries({ consul: 100, nomad: 200, fabio: 300 })) {
      assert.deepEqual(inputsOf(`ui-${key}`, "ListenerRule"), {
        listenerArn: `${arn}:listener/ui-https`,
        priority,
        conditions: [{ hostHeader: { values: [`${key}.example.com`] } }],
        actions: [{ type: "forward", targetGroupArn: `${arn}:targetgroup/ui-${key}` }],
        tags: { Name: `ui-${key}` },
      });
    }
    assert.deepEqual((inputsOf("ui-http", "Listener") as { defaultActions: unknown }).defaultActions, [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
    assert.deepEqual(Object.keys(access.listenerArns), ["https", "http"]);
    assert.equal(await valueOf(access.urls.nomad), "https://nomad.example.com");
  });

  it("has one HTTP listener without HTTPS", async () => {
    const { engine, access } = await make({ hosts });
    const expected = [
      ...sharedChildren,
      ...fabioChildren,
      ...rules,
      "Listener ui-http",
      `SecurityGroupIngressRule ${operator}-80-ingress`,
    ];
    assert.deepEqual(childrenOf(engine), expected.sort());
    assert.equal(await valueOf(access.urls.consul), "http://consul.example.com");
  });

  it("has certificate and records made for the names of its domain", async () => {
    const { engine, property } = await make({
      protocol: "https",
      domain: { name: "ui.example.com", zoneId: "Z1", aliases: ["*.tools.example.com"] },
      hosts: { ...hosts, fabio: "fabio.tools.example.com" },
    });
    assert.deepEqual(property("ui-certificate", "Certificate", "subjectAlternativeNames"), [
      "*.tools.example.com",
      "consul.example.com",
      "nomad.example.com",
    ]);
    const records = engine.registered.filter(({ name }) => name.startsWith("ui-a-")).map(({ name }) => name.slice(5));
    assert.deepEqual(records, ["ui.example.com", "*.tools.example.com", "consul.example.com", "nomad.example.com"]);
  });
});

describe("UiAccess", () => {
  it("takes each option", async () => {
    const { property, inputsOf } = await make({
      scheme: "internal",
      allowedCidrs: ["::/0"],
      allowAnyAddress: true,
      ipAddressType: "dualstack",
      accessLogs: { bucket: "logs" },
      webAclArn: "arn:acl",
      idleTimeoutSeconds: 3600,
      deletionProtection: true,
      healthCheck: { unhealthyThreshold: 3 },
      deregistrationDelaySeconds: 0,
    });
    const balancer = (key: string) => property("ui-alb", "LoadBalancer", key);
    assert.deepEqual(
      ["internal", "ipAddressType", "idleTimeout", "enableDeletionProtection", "accessLogs"].map(balancer),
      [true, "dualstack", 3600, true, { bucket: "logs", enabled: true }],
    );
    assert.deepEqual(inputsOf("ui-web-acl", "WebAclAssociation"), {
      resourceArn: `${arn}:loadbalancer/ui-alb`,
      webAclArn: "arn:acl",
    });
    assert.equal(property("ui-operator-::/0-to-ui-tcp-8500-ingress", "SecurityGroupIngressRule", "cidrIpv6"), "::/0");
    for (const key of ["consul", "nomad", "fabio"]) {
      const check = property(`ui-${key}`, "TargetGroup", "healthCheck") as Record<string, unknown>;
      assert.equal(check.unhealthyThreshold, 3);
      assert.equal(property(`ui-${key}`, "TargetGroup", "deregistrationDelay"), 0);
    }
  });

  it("merges transforms over its own arguments", async () => {
    const { property } = await make({
      protocol: "https",
      domain: { name: "ui.example.com", zoneId: "Z1" },
      transform: {
        loadBalancer: { clientKeepAlive: 600 },
        targetGroups: { slowStart: 30 },
        listeners: { sslPolicy: "mine" },
        certificate: { keyAlgorithm: "EC_prime256v1" },
      },
    });
    assert.equal(property("ui-alb", "LoadBalancer", "clientKeepAlive"), 600);
    assert.equal(property("ui-certificate", "Certificate", "keyAlgorithm"), "EC_prime256v1");
    for (const key of ["consul", "nomad", "fabio"]) {
      assert.equal(property(`ui-${key}`, "TargetGroup", "slowStart"), 30);
      assert.equal(property(`ui-${key}`, "Listener", "sslPolicy"), "mine");
    }
  });

  it("shows all of it in a preview of an empty account", async () => {
    const { engine, property } = await make({}, true);
    const { engine: real } = await make();
    assert.deepEqual(childrenOf(engine), childrenOf(real));
    assert.equal(property("ui-consul", "Listener", "loadBalancerArn"), unknown);
  });

  it("uses the provider that is given to it", async () => {
    const engine = await MockEngine.start(outputs);
    await engine.run(() => {
      const provider = new aws.Provider("frankfurt", { region: "eu-central-1" });
      const domain = { name: "ui.example.com", zoneId: "Z1" };
      return new UiAccess("ui", { ...base, protocol: "https", domain, hosts }, { provider });
    });
    const children = engine.registered.filter(({ parent }) => parent === "ui");
    assert.equal(children.length, 31);
    for (const { name, provider } of children) assert.equal(provider, "frankfurt", name);
  });

  const errorsOf = (changes: Partial<UiAccessArgs>) =>
    uiAccessErrors({ ...base, ...changes }).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

  it("refuses bad arguments, all at once, before anything is made", async () => {
    const engine = await MockEngine.start(outputs);
    const args: UiAccessArgs = {
      ...base,
      subnetIds: ["subnet-1"],
      protocol: "https",
      allowedCidrs: ["0.0.0.0/0"],
      fabio: { pools: {} },
      ports: { nomad: 8500, fabio: 70000 },
      hosts: { consul: "Consul", nomad: "ui.example.com", fabio: "ui.example.com" },
      idleTimeoutSeconds: 5000,
      healthCheck: { healthyThreshold: 11 },
      deregistrationDelaySeconds: 3601,
    };
    assert.throws(
      () => new UiAccess("ui", args),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
          [
            "subnetIds: must have subnets in at least 2 availability zones, has 1",
            'allowedCidrs[0]: "0.0.0.0/0" lets everybody in: say your own addresses, or allowAnyAddress: true if that is meant',
            "certificateArn: HTTPS needs a certificate: give certificateArn, or domain to have one made; or say protocol: " +
              '"http" to do without',
            "idleTimeoutSeconds: must be a whole number of seconds between 1 and 4000, got 5000",
            "healthCheck.healthyThreshold: must be a whole number between 2 and 10, got 11",
            "deregistrationDelaySeconds: must be a whole number of seconds between 0 and 3600, got 3601",
            "ports.fabio: must be a whole number between 1 and 65535, got 70000",
            "ports.nomad: 8500 is the port of consul already",
            'hosts.consul: must be a host name in lower case, such as "apps.example.com", got "Consul"',
            'hosts.fabio: "ui.example.com" is the host name of nomad already',
            "fabio.pools: must have at least one client pool, one that runs fabio",
            "hosts: cannot go with ports: give each a port or each a host name",
          ],
        );
        return true;
      },
    );
    await engine.run(() => undefined);
    assert.deepEqual(engine.registered, []);
  });

  it("wants a host name for fabio exactly where it is shown", () => {
    assert.deepEqual(errorsOf({}), []);
    assert.deepEqual(errorsOf({ hosts: { consul: hosts.consul, nomad: hosts.nomad } }), [
      "hosts.fabio: must be the host name of fabio, as the others have one",
    ]);
    assert.deepEqual(errorsOf({ fabio: undefined, hosts }), [
      "hosts.fabio: is of no use without fabio.pools, the pools whose fabio is to be shown",
    ]);
    assert.deepEqual(errorsOf({ fabio: undefined, ports: { fabio: 9000 } }), [
      "ports.fabio: is of no use without fabio.pools, the pools whose fabio is to be shown",
    ]);
  });
});
