import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Ingress, type IngressArgs, ingressErrors } from "../../../components/ingress";
import { awsFunctions, awsOutputs } from "../../../cli/preview/mock-aws";
import { certificateOutputs } from "../../../cli/preview/mock-certificates";
import { MockEngine, type Registered, unknown, valueOf } from "../../../cli/preview/mock-engine";

const outputs = { ...awsOutputs, ...certificateOutputs };

const base: IngressArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  pools: { "public-services": { autoScalingGroupName: "public-asg", securityGroupId: "sg-public" } },
  clientSecurityGroupId: "sg-client",
  protocol: "http",
};

interface Made {
  engine: MockEngine;
  ingress: Ingress;
  inputsOf: (name: string) => unknown;
}

async function make(
  changes: Partial<IngressArgs> = {},
  preview = false,
  opts?: pulumi.ComponentResourceOptions,
): Promise<Made> {
  const engine = await MockEngine.start(outputs, preview, awsFunctions);
  const ingress = await engine.run(() => new Ingress("web", { ...base, ...changes }, opts));
  const inputsOf = (name: string) => {
    const found = engine.registered.filter((resource) => resource.name === name);
    assert.equal(found.length, 1, `${name} is there ${found.length} times`);
    return found[0]?.inputs;
  };
  return { engine, ingress, inputsOf };
}

const namesOf = (registered: readonly Registered[]) => registered.map(({ type, name }) => `${type} ${name}`).sort();
const listOf = (type: string, names: string[]) => names.map((name) => `${type} ${name}`);

const anywhere = "operator-0.0.0.0/0-to-alb-tcp";
const httpChildren = [
  "aws:ec2/securityGroup:SecurityGroup web-security-group",
  "aws:lb/loadBalancer:LoadBalancer web-alb",
  "aws:lb/targetGroup:TargetGroup web-fabio",
  "aws:autoscaling/attachment:Attachment web-fabio-public-services",
  "aws:lb/listener:Listener web-http",
  ...listOf("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", [
    `web-${anywhere}-80-ingress`,
    "web-alb-to-ingress-public-services-tcp-9999-ingress",
    "web-alb-to-ingress-public-services-tcp-9997-ingress",
    "web-ingress-public-services-to-client-tcp-20000-32000-ingress",
  ]),
  ...listOf("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", [
    "web-alb-to-ingress-public-services-tcp-9999-egress",
    "web-alb-to-ingress-public-services-tcp-9997-egress",
    "web-ingress-public-services-to-client-tcp-20000-32000-egress",
  ]),
];

describe("Ingress", () => {
  it("has exactly these children with HTTP", async () => {
    const { engine } = await make();
    assert.deepEqual(namesOf(engine.registered), ["cos:index:Ingress web", ...httpChildren].sort());
    for (const { name, parent } of engine.registered) assert.equal(parent, name === "web" ? undefined : "web");
  });

  it("makes a load balancer, target group and listener with safe defaults", async () => {
    const { inputsOf } = await make({ tags: { team: "platform" } });
    assert.deepEqual(inputsOf("web-alb"), {
      loadBalancerType: "application",
      internal: false,
      ipAddressType: "ipv4",
      subnets: ["subnet-1", "subnet-2"],
      securityGroups: ["web-security-group-id"],
      idleTimeout: 60,
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      enableDeletionProtection: false,
      tags: { team: "platform", Name: "web-alb" },
    });
    assert.deepEqual(inputsOf("web-fabio"), {
      vpcId: "vpc-1",
      targetType: "instance",
      protocol: "HTTP",
      port: 9999,
      healthCheck: {
        protocol: "HTTP",
        path: "/health",
        port: "9997",
        matcher: "200",
        interval: 5,
        timeout: 2,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      deregistrationDelay: 30,
      slowStart: 0,
      loadBalancingAlgorithmType: "round_robin",
      tags: { team: "platform", Name: "web-fabio" },
    });
    assert.deepEqual(inputsOf("web-fabio-public-services"), {
      autoscalingGroupName: "public-asg",
      lbTargetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web-fabio",
    });
    assert.deepEqual(inputsOf("web-http"), {
      loadBalancerArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/web-alb",
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        {
          type: "forward",
          targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web-fabio",
        },
      ],
      tags: { team: "platform", Name: "web-http" },
    });
    assert.deepEqual(inputsOf("web-security-group"), {
      vpcId: "vpc-1",
      description: "Ingress load balancer",
      tags: { team: "platform", Name: "web-security-group" },
    });
  });

  it("lets the world in, the load balancer to fabio, and fabio to the services", async () => {
    const { inputsOf } = await make();
    const rule = (name: string) => {
      const { tags, ...rest } = inputsOf(name) as { tags: unknown };
      assert.deepEqual(tags, { Name: name });
      return rest;
    };
    assert.deepEqual(rule(`web-${anywhere}-80-ingress`), {
      securityGroupId: "web-security-group-id",
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "tcp",
      fromPort: 80,
      toPort: 80,
      description: "HTTP",
    });
    assert.deepEqual(rule("web-alb-to-ingress-public-services-tcp-9997-egress"), {
      securityGroupId: "web-security-group-id",
      referencedSecurityGroupId: "sg-public",
      ipProtocol: "tcp",
      fromPort: 9997,
      toPort: 9997,
      description: "fabio health",
    });
    assert.deepEqual(rule("web-ingress-public-services-to-client-tcp-20000-32000-ingress"), {
      securityGroupId: "sg-client",
      referencedSecurityGroupId: "sg-public",
      ipProtocol: "tcp",
      fromPort: 20000,
      toPort: 32000,
      description: "fabio to services",
    });
  });

  it("takes several pools, and leaves their way to the services to another ingress", async () => {
    const { engine } = await make({
      clientSecurityGroupId: undefined,
      pools: { ...base.pools, backoffice: { autoScalingGroupName: "back-asg", securityGroupId: "sg-back" } },
    });
    const of = (type: string) =>
      engine.registered
        .filter((r) => r.type.endsWith(type))
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(of(":Attachment"), ["web-fabio-backoffice", "web-fabio-public-services"]);
    assert.deepEqual(of(":SecurityGroupEgressRule"), [
      "web-alb-to-ingress-backoffice-tcp-9997-egress",
      "web-alb-to-ingress-backoffice-tcp-9999-egress",
      "web-alb-to-ingress-public-services-tcp-9997-egress",
      "web-alb-to-ingress-public-services-tcp-9999-egress",
    ]);
  });

  it("speaks HTTPS with a given certificate and redirects HTTP to it", async () => {
    const { engine, ingress, inputsOf } = await make({ protocol: undefined, certificateArn: "arn:cert" });
    const more = [
      "aws:lb/listener:Listener web-https",
      `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule web-${anywhere}-443-ingress`,
    ];
    assert.deepEqual(namesOf(engine.registered), ["cos:index:Ingress web", ...httpChildren, ...more].sort());
    const { loadBalancerArn } = inputsOf("web-http") as { loadBalancerArn: string };
    assert.deepEqual(inputsOf("web-http"), {
      loadBalancerArn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
      tags: { Name: "web-http" },
    });
    assert.deepEqual(inputsOf("web-https"), {
      loadBalancerArn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      certificateArn: "arn:cert",
      defaultActions: [
        {
          type: "forward",
          targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web-fabio",
        },
      ],
      tags: { Name: "web-https" },
    });
    assert.equal(await valueOf(ingress.url), "https://web-alb.elb.eu-central-1.amazonaws.com");
    assert.equal(ingress.certificateArn && (await valueOf(ingress.certificateArn)), "arn:cert");
  });

  const domain = { name: "example.com", zoneId: "Z1", aliases: ["*.example.com", "www.example.org"] };

  it("has a certificate made for a domain, waits until it is issued, and leads the names to itself", async () => {
    const { engine, ingress, inputsOf } = await make({ protocol: "https", domain });
    assert.deepEqual(inputsOf("web-certificate"), {
      domainName: "example.com",
      subjectAlternativeNames: ["*.example.com", "www.example.org"],
      validationMethod: "DNS",
      tags: { Name: "web-certificate" },
    });
    const records = engine.registered.filter(({ type }) => type === "aws:route53/record:Record");
    assert.deepEqual(records.map(({ name }) => name).sort(), [
      "web-a-*.example.com",
      "web-a-example.com",
      "web-a-www.example.org",
      "web-validation-example.com",
      "web-validation-www.example.org",
    ]);
    assert.deepEqual(inputsOf("web-validation-www.example.org"), {
      zoneId: "Z1",
      name: "_proof.www.example.org.",
      type: "CNAME",
      records: ["_www.example.org.acm-validations.aws."],
      ttl: 60,
      allowOverwrite: true,
    });
    assert.deepEqual(inputsOf("web-a-*.example.com"), {
      zoneId: "Z1",
      name: "*.example.com",
      type: "A",
      aliases: [
        { name: "web-alb.elb.eu-central-1.amazonaws.com", zoneId: "Z0000000000001", evaluateTargetHealth: true },
      ],
    });
    const arn = "arn:aws:acm:eu-central-1:123456789012:certificate/web-certificate";
    assert.deepEqual(inputsOf("web-certificate-issued"), {
      certificateArn: arn,
      validationRecordFqdns: ["_proof.example.com.", "_proof.www.example.org."],
    });
    const https = engine.registered.find(({ name }) => name === "web-https");
    assert.equal((https?.inputs as { certificateArn: string }).certificateArn, arn);
    assert.ok(https?.dependsOn.includes("web-certificate-issued"), "the listener waits for the certificate");
    assert.equal(await valueOf(ingress.url), "https://example.com");
  });

  it("makes records without a certificate for a domain with HTTP", async () => {
    const { engine, ingress } = await make({ domain: { name: "example.com", zoneId: "Z1" } });
    const more = ["aws:route53/record:Record web-a-example.com"];
    assert.deepEqual(namesOf(engine.registered), ["cos:index:Ingress web", ...httpChildren, ...more].sort());
    assert.equal(await valueOf(ingress.url), "http://example.com");
    assert.equal(ingress.certificateArn, undefined);
  });

  it("has IPv6 with dualstack: addresses, records, everybody", async () => {
    const { engine, inputsOf } = await make({
      ipAddressType: "dualstack",
      domain: { name: "example.com", zoneId: "Z1" },
    });
    assert.equal((inputsOf("web-alb") as { ipAddressType: string }).ipAddressType, "dualstack");
    assert.equal((inputsOf("web-aaaa-example.com") as { type: string }).type, "AAAA");
    assert.equal((inputsOf("web-operator-::/0-to-alb-tcp-80-ingress") as { cidrIpv6: string }).cidrIpv6, "::/0");
    assert.equal(engine.registered.filter(({ name }) => name.includes("operator")).length, 2);
  });

  it("is internal, for some addresses only", async () => {
    const { engine, inputsOf } = await make({ scheme: "internal", allowedCidrs: ["10.128.0.0/16"] });
    assert.equal((inputsOf("web-alb") as { internal: boolean }).internal, true);
    assert.deepEqual(
      engine.registered.filter(({ name }) => name.includes("operator")).map(({ name }) => name),
      ["web-operator-10.128.0.0/16-to-alb-tcp-80-ingress"],
    );
  });

  it("takes each option of the load balancer and the target group", async () => {
    const { inputsOf } = await make({
      protocol: "https",
      certificateArn: "arn:cert",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
      accessLogs: { bucket: "logs", prefix: "web" },
      webAclArn: "arn:acl",
      deletionProtection: true,
      desyncMitigationMode: "strictest",
      http2: false,
      idleTimeoutSeconds: 4000,
      healthCheck: { intervalSeconds: 15, timeoutSeconds: 3, healthyThreshold: 4, unhealthyThreshold: 5 },
      deregistrationDelaySeconds: 0,
      slowStartSeconds: 30,
    });
    const loadBalancer = inputsOf("web-alb") as Record<string, unknown>;
    assert.deepEqual(loadBalancer.accessLogs, { bucket: "logs", prefix: "web", enabled: true });
    assert.deepEqual(
      {
        idle: loadBalancer.idleTimeout,
        http2: loadBalancer.enableHttp2,
        desync: loadBalancer.desyncMitigationMode,
        kept: loadBalancer.enableDeletionProtection,
      },
      { idle: 4000, http2: false, desync: "strictest", kept: true },
    );
    assert.deepEqual(inputsOf("web-web-acl"), {
      resourceArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/web-alb",
      webAclArn: "arn:acl",
    });
    const targets = inputsOf("web-fabio") as Record<string, unknown>;
    assert.deepEqual(targets.healthCheck, {
      protocol: "HTTP",
      path: "/health",
      port: "9997",
      matcher: "200",
      interval: 15,
      timeout: 3,
      healthyThreshold: 4,
      unhealthyThreshold: 5,
    });
    assert.equal(targets.deregistrationDelay, 0);
    assert.equal(targets.slowStart, 30);
    assert.equal((inputsOf("web-https") as { sslPolicy: string }).sslPolicy, "ELBSecurityPolicy-TLS13-1-3-2021-06");
    const { inputsOf: other } = await make({ loadBalancingAlgorithm: "least_outstanding_requests" });
    assert.equal(
      (other("web-fabio") as Record<string, unknown>).loadBalancingAlgorithmType,
      "least_outstanding_requests",
    );
  });

  it("merges transforms over its own arguments", async () => {
    const { inputsOf } = await make({
      protocol: "https",
      domain,
      transform: {
        loadBalancer: { clientKeepAlive: 600, idleTimeout: 61 },
        targetGroup: { stickiness: { type: "lb_cookie" } },
        httpListener: { routingHttpResponseServerEnabled: false },
        httpsListener: { sslPolicy: "mine" },
        certificate: { keyAlgorithm: "EC_prime256v1" },
      },
    });
    const property = (name: string, key: string) => (inputsOf(name) as Record<string, unknown>)[key];
    assert.equal(property("web-alb", "clientKeepAlive"), 600);
    assert.equal(property("web-alb", "idleTimeout"), 61);
    assert.deepEqual(property("web-fabio", "stickiness"), { type: "lb_cookie" });
    assert.equal(property("web-http", "routingHttpResponseServerEnabled"), false);
    assert.equal(property("web-https", "sslPolicy"), "mine");
    assert.equal(property("web-certificate", "keyAlgorithm"), "EC_prime256v1");
  });

  it("registers its outputs", async () => {
    const { engine, ingress } = await make();
    const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
    const expected = {
      url: "http://web-alb.elb.eu-central-1.amazonaws.com",
      dnsName: "web-alb.elb.eu-central-1.amazonaws.com",
      zoneId: "Z0000000000001",
      loadBalancerArn: `${arn}:loadbalancer/web-alb`,
      loadBalancerName: "web-alb",
      targetGroupArn: `${arn}:targetgroup/web-fabio`,
      listenerArns: { http: `${arn}:listener/web-http` },
      securityGroupId: "web-security-group-id",
    };
    assert.deepEqual(engine.registered.find(({ name }) => name === "web")?.outputs, expected);
    assert.equal(await valueOf(ingress.targetGroupArn), expected.targetGroupArn);
  });

  it("shows all of it in a preview of an empty account, the names of validation records being unknown", async () => {
    const { engine, inputsOf } = await make({ protocol: "https", domain }, true);
    const { engine: real } = await make({ protocol: "https", domain });
    assert.deepEqual(namesOf(engine.registered), namesOf(real.registered));
    assert.deepEqual(inputsOf("web-validation-example.com"), {
      zoneId: "Z1",
      name: unknown,
      type: unknown,
      records: [unknown],
      ttl: 60,
      allowOverwrite: true,
    });
  });

  it("uses the provider that is given to it", async () => {
    const engine = await MockEngine.start(outputs, false, awsFunctions);
    await engine.run(() => {
      const provider = new aws.Provider("frankfurt", { region: "eu-central-1" });
      return new Ingress("web", { ...base, protocol: "https", domain, webAclArn: "arn:acl" }, { provider });
    });
    const children = engine.registered.filter(({ parent }) => parent === "web");
    assert.equal(children.length, 22);
    for (const { name, provider } of children) assert.equal(provider, "frankfurt", name);
  });

  it("refuses bad arguments, all at once, before anything is made", async () => {
    const engine = await MockEngine.start(outputs);
    const args: IngressArgs = {
      ...base,
      subnetIds: ["subnet-1"],
      pools: {},
      scheme: "private" as "internal",
      allowedCidrs: ["10.0.0.1/8"],
      protocol: "https",
      ipAddressType: "ipv6" as "ipv4",
      desyncMitigationMode: "off" as "monitor",
      idleTimeoutSeconds: 0,
      healthCheck: { intervalSeconds: 5, timeoutSeconds: 5 },
      deregistrationDelaySeconds: 3601,
      slowStartSeconds: 10,
      loadBalancingAlgorithm: "random" as "round_robin",
    };
    assert.throws(
      () => new Ingress("web", args),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
          [
            'scheme: must be "public" or "internal", got "private"',
            "subnetIds: must have subnets in at least 2 availability zones, has 1",
            "certificateArn: HTTPS needs a certificate: give certificateArn, or domain to have one made; or say protocol: " +
              '"http" to do without',
            'ipAddressType: must be "ipv4" or "dualstack", got "ipv6"',
            'desyncMitigationMode: must be "monitor" or "defensive" or "strictest", got "off"',
            "idleTimeoutSeconds: must be a whole number of seconds between 1 and 4000, got 0",
            "healthCheck.timeoutSeconds: must be less than intervalSeconds (5), got 5",
            "deregistrationDelaySeconds: must be a whole number of seconds between 0 and 3600, got 3601",
            'loadBalancingAlgorithm: must be "round_robin" or "least_outstanding_requests" or "weighted_random", got "random"',
            "pools: must have at least one client pool, one that runs fabio",
            'allowedCidrs[0]: must be written as the network that it is in: "10.0.0.0/8" instead of "10.0.0.1/8"',
            "slowStartSeconds: must be a whole number of seconds between 30 and 900, got 10",
            'slowStartSeconds: goes with loadBalancingAlgorithm: "round_robin" only, not with "random"',
          ],
        );
        return true;
      },
    );
    await engine.run(() => undefined);
    assert.deepEqual(engine.registered, []);
  });

  it("refuses an internal one without allowed addresses, and a subnet twice", () => {
    assert.deepEqual(ingressErrors({ ...base, scheme: "internal", subnetIds: ["a", "b", "a"] }), [
      { propertyPath: "subnetIds", reason: '"a" is there 2 times' },
      {
        propertyPath: "allowedCidrs",
        reason: 'must say for scheme: "internal" who may use the ingress, usually the VPC\'s CIDR block',
      },
    ]);
  });

  it("takes unknown values wherever an Input goes", () => {
    const later = pulumi.output("later");
    assert.deepEqual(ingressErrors({ ...base, vpcId: later, subnetIds: [later, later] }), []);
  });
});
