import assert from "node:assert/strict";
import { UNKNOWN } from "../../../plugins/value";
import { Aws } from "./aws-support";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const LISTENER = "aws:lb/listener:Listener";
const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const TARGETS = "aws:lb/targetGroup:TargetGroup";
const ROLE = "aws:iam/role:Role";
const TRUST = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const ALB_ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/web/0123456789abcdef";
const NLB_ARN = ALB_ARN.replace("/app/", "/net/");

const properties = (wrong: string[]) => wrong.map((line) => line.split(":")[0]);

describe("the stand-in aws plugin's checks", () => {
  const aws = new Aws();

  it("refuse misspelt properties at any depth, all at once", () => {
    const inputs = { imageid: "ami-0", metadataOptions: { httpTokenz: "required", httpPutResponseHopLimit: "1" } };
    const { wrong } = aws.check(TEMPLATE, inputs);
    assert.deepEqual(properties(wrong), [
      "imageid",
      "metadataOptions.httpTokenz",
      "metadataOptions.httpPutResponseHopLimit",
    ]);
    assert.match(
      wrong[1] ?? "",
      /there is no property "metadataOptions.httpTokenz"; "metadataOptions" has httpEndpoint/,
    );
  });

  it("refuse what is missing in a nested object", () => {
    const { wrong } = aws.check(GROUP, {
      minSize: 1,
      tags: [{ key: "a", value: "b" }],
    });
    assert.deepEqual(properties(wrong), ["tags[0].propagateAtLaunch", "maxSize"]);
  });

  it("refuse values that EC2 does not know", () => {
    const { wrong } = aws.check(TEMPLATE, {
      imageId: "debian-13",
      metadataOptions: { httpTokens: "yes" },
      creditSpecification: { cpuCredits: "none" },
      blockDeviceMappings: [
        { deviceName: "/dev/xvda", ebs: { volumeType: "gp4", encrypted: "yes" } },
        { deviceName: "/dev/xvda" },
      ],
      tagSpecifications: [{ resourceType: "instances", tags: {} }],
    });
    assert.deepEqual(properties(wrong), [
      "imageId",
      "metadataOptions.httpTokens",
      "creditSpecification.cpuCredits",
      "blockDeviceMappings[0].ebs.volumeType",
      "blockDeviceMappings[0].ebs.encrypted",
      "tagSpecifications[0].resourceType",
      "blockDeviceMappings",
    ]);
  });

  it("refuse user data that is no base64 or too long", () => {
    const tooLong = Buffer.alloc(16_385).toString("base64");
    assert.deepEqual(properties(aws.check(TEMPLATE, { userData: "#cloud-config" }).wrong), ["userData"]);
    assert.match(aws.check(TEMPLATE, { userData: tooLong }).wrong.join(), /has 16385 bytes; EC2 takes 16384 at most/);
    assert.deepEqual(aws.check(TEMPLATE, { userData: Buffer.alloc(16_384).toString("base64") }).wrong, []);
  });

  it("take unknown values for right", () => {
    assert.deepEqual(aws.check(TEMPLATE, { imageId: UNKNOWN, metadataOptions: { httpTokens: UNKNOWN } }).wrong, []);
    const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 1, toPort: 2, cidrIpv4: UNKNOWN };
    assert.deepEqual(aws.check(INGRESS, rule).wrong, []);
  });

  it("want one peer of a security-group rule, and ports as the protocol has them", () => {
    const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 80, toPort: 80 };
    assert.match(aws.check(INGRESS, rule).wrong.join(), /cidrIpv4.*just one: none is given/);
    const two = { ...rule, cidrIpv4: "10.0.0.0/8", referencedSecurityGroupId: "sg-2" };
    assert.match(aws.check(INGRESS, two).wrong.join(), /"cidrIpv4" and "referencedSecurityGroupId" are given/);
    const all = { ...rule, ipProtocol: "-1", cidrIpv4: "10.0.0.0/8" };
    assert.deepEqual(properties(aws.check(INGRESS, all).wrong), ["fromPort", "toPort"]);
    const none = { securityGroupId: "sg-1", ipProtocol: "udp", cidrIpv4: "10.0.0.0/8" };
    assert.deepEqual(properties(aws.check(INGRESS, none).wrong), ["fromPort", "toPort"]);
    const turned = { ...rule, fromPort: 81, cidrIpv4: "10.0.0.0/8", description: "it’s" };
    assert.deepEqual(properties(aws.check(INGRESS, turned).wrong), ["description", "fromPort"]);
  });

  it("want a group's sizes in order, one source of instances and subnets", () => {
    const group = { minSize: 2, maxSize: 3, vpcZoneIdentifiers: ["subnet-1"], launchTemplate: { id: "lt-1" } };
    assert.deepEqual(aws.check(GROUP, group).wrong, []);
    assert.deepEqual(properties(aws.check(GROUP, { ...group, maxSize: 1 }).wrong), ["minSize"]);
    assert.deepEqual(properties(aws.check(GROUP, { ...group, desiredCapacity: 4 }).wrong), ["desiredCapacity"]);
    assert.deepEqual(properties(aws.check(GROUP, { ...group, launchConfiguration: "x" }).wrong), ["launchTemplate"]);
    assert.deepEqual(properties(aws.check(GROUP, { minSize: 0, maxSize: 1 }).wrong), [
      "launchTemplate",
      "vpcZoneIdentifiers",
    ]);
    const both = { ...group, launchTemplate: { id: "lt-1", name: "node" } };
    assert.deepEqual(properties(aws.check(GROUP, both).wrong), ["launchTemplate"]);
    assert.deepEqual(properties(aws.check(GROUP, { ...group, suspendedProcesses: ["AZRebalanced"] }).wrong), [
      "suspendedProcesses[0]",
    ]);
  });

  it("want listeners that fit their load balancer, with a certificate where they are secure", () => {
    const action = { type: "forward", targetGroupArn: "arn" };
    const listener = { loadBalancerArn: ALB_ARN, port: 443, defaultActions: [action] };
    assert.deepEqual(properties(aws.check(LISTENER, { ...listener, protocol: "HTTPS" }).wrong), ["certificateArn"]);
    const plain = { ...listener, protocol: "HTTP", certificateArn: "arn", sslPolicy: "x" };
    assert.deepEqual(properties(aws.check(LISTENER, plain).wrong), ["certificateArn", "sslPolicy"]);
    assert.deepEqual(properties(aws.check(LISTENER, { ...listener, protocol: "TCP" }).wrong), ["protocol"]);
    const network = { ...listener, loadBalancerArn: NLB_ARN, protocol: "TCP" };
    assert.deepEqual(aws.check(LISTENER, network).wrong, []);
    const redirect = { ...listener, protocol: "HTTP", defaultActions: [{ type: "redirect" }] };
    assert.deepEqual(properties(aws.check(LISTENER, redirect).wrong), ["defaultActions[0].redirect"]);
  });

  it("want two subnets of an application load balancer", () => {
    assert.deepEqual(properties(aws.check(BALANCER, { subnets: ["subnet-1"] }).wrong), ["subnets"]);
    const network = { loadBalancerType: "network", subnets: ["subnet-1"] };
    assert.deepEqual(aws.check(BALANCER, network).wrong, []);
  });

  it("hold names to their lengths, and make them no longer", () => {
    const targets = { port: 80, protocol: "HTTP", vpcId: "vpc-1" };
    assert.match(aws.check(TARGETS, targets, "a".repeat(24)).inputs["name"] as string, /^a{24}-[0-9a-f]{7}$/);
    assert.throws(() => aws.check(TARGETS, targets, "a".repeat(25)), {
      message: `name '${"a".repeat(25)}-' plus 7 random chars is longer than maximum length 32`,
    });
    assert.throws(() => aws.check(ROLE, { assumeRolePolicy: TRUST }, "r".repeat(57)), /longer than maximum length 64/);
    assert.deepEqual(properties(aws.check(BALANCER, { name: "b".repeat(33), subnets: ["a", "b"] }).wrong), ["name"]);
    assert.equal(aws.check(TEMPLATE, { namePrefix: "node-" }).inputs["name"], undefined);
  });

  it("want policies in JSON, within IAM's limits", () => {
    const policy = "aws:iam/policy:Policy";
    assert.match(aws.check(policy, { policy: "{" }).wrong.join(), /invalid JSON policy/);
    const long = JSON.stringify({ Statement: "x".repeat(6144) });
    assert.match(aws.check(policy, { policy: long }).wrong.join(), /has 6160 characters, and AWS takes 6144 at most/);
  });

  it("want one value of a parameter, as long as its tier takes", () => {
    const parameter = "aws:ssm/parameter:Parameter";
    assert.deepEqual(properties(aws.check(parameter, { type: "SecureString" }).wrong), ["value"]);
    const long = { type: "String", value: "x".repeat(4097) };
    assert.match(aws.check(parameter, long).wrong.join(), /has 4097 bytes/);
    assert.deepEqual(aws.check(parameter, { ...long, tier: "Advanced" }).wrong, []);
  });

  it("want one destination and one target of a route", () => {
    const route = "aws:ec2/route:Route";
    assert.deepEqual(properties(aws.check(route, { routeTableId: "rtb-1" }).wrong), [
      "destinationCidrBlock",
      "carrierGatewayId",
    ]);
    const fine = { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" };
    assert.deepEqual(aws.check(route, fine).wrong, []);
    assert.match(
      aws.check(route, { ...fine, destinationCidrBlock: "10.0.0.1/8" }).wrong.join(),
      /no bits behind its mask/,
    );
  });
});

describe("the stand-in aws plugin's provider", () => {
  it("needs a region, from its inputs or the environment", () => {
    assert.throws(() => new Aws({}, { AWS_REGION: "" }), /missing required configuration key "aws:region"/);
    assert.throws(() => new Aws({ region: "europe" }), /invalid AWS Region: europe/);
    assert.doesNotThrow(() => new Aws({ region: "us-east-1" }, { AWS_REGION: "" }));
  });

  it("refuses to work in another account than it may", () => {
    assert.throws(() => new Aws({ allowedAccountIds: '["999999999999"]' }), /AWS account ID not allowed: 123456789012/);
  });

  it("gives its default tags to what has tags, the resource's own first", () => {
    const aws = new Aws({ defaultTags: JSON.stringify({ tags: { stack: "dev", a: "1" } }) });
    assert.deepEqual(aws.check("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16", tags: { a: "2" } }).inputs["tags"], {
      stack: "dev",
      a: "2",
    });
    assert.equal(aws.check(INGRESS, { securityGroupId: "sg-1" }).wrong.length > 0, true);
  });

  it("refuses resources and functions that it does not implement, by name", async () => {
    const aws = new Aws();
    assert.throws(() => aws.check("aws:eks/cluster:Cluster", {}), /does not implement aws:eks\/cluster:Cluster/);
    await assert.rejects(
      aws.invoke("aws:ec2/getVpcs:getVpcs"),
      /does not implement the function aws:ec2\/getVpcs:getVpcs/,
    );
  });
});
