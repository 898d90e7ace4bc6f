import assert from "node:assert/strict";
import { removeDirectory, temporaryDirectory } from "../../support/temporary";
import { UNKNOWN } from "../../../plugins/value";
import { Aws } from "./aws-support";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";
const HOOK = "aws:autoscaling/lifecycleHook:LifecycleHook";
const INSTANCES = "aws:ec2/getInstances:getInstances";

const EC2_ID = "0[0-9a-f]{16}";

describe("the stand-in aws plugin's account", () => {
  let directory: string;
  let aws: Aws;

  /** Another process with the same account. */
  const other = (config = {}) => new Aws(config, { COS_STAND_IN_AWS_ACCOUNT: directory });

  beforeEach(async () => {
    directory = await temporaryDirectory("account");
    aws = other();
  });

  afterEach(async () => {
    await removeDirectory(directory);
  });

  async function network() {
    const vpc = await aws.create(VPC, { cidrBlock: "10.1.0.0/16" });
    const subnets = [];
    for (const zone of ["a", "b"]) {
      const cidrBlock = zone === "a" ? "10.1.0.0/24" : "10.1.1.0/24";
      const inputs = { vpcId: vpc.id, cidrBlock, availabilityZone: `eu-central-1${zone}` };
      subnets.push((await aws.create(SUBNET, inputs)).id);
    }
    return { vpcId: vpc.id, subnets };
  }

  it("makes ids and outputs as EC2's, with the inputs' defaults", async () => {
    const { id, outputs } = await aws.create(VPC, { cidrBlock: "10.1.0.0/16", tags: { a: "1" } });
    assert.match(id, new RegExp(`^vpc-${EC2_ID}$`));
    assert.equal(outputs["arn"], `arn:aws:ec2:eu-central-1:123456789012:vpc/${id}`);
    assert.equal(outputs["ownerId"], "123456789012");
    assert.equal(outputs["region"], "eu-central-1");
    assert.equal(outputs["enableDnsSupport"], true);
    assert.equal(outputs["enableDnsHostnames"], false);
    assert.deepEqual(outputs["tagsAll"], { a: "1" });
    assert.match(outputs["mainRouteTableId"] as string, new RegExp(`^rtb-${EC2_ID}$`));
  });

  it("is the same for all processes that name it", async () => {
    const { vpcId, subnets } = await network();
    const later = other();
    const found = await later.invoke("aws:ec2/getVpc:getVpc", { id: vpcId });
    assert.equal(found["cidrBlock"], "10.1.0.0/16");
    const subnet = await later.invoke("aws:ec2/getSubnet:getSubnet", { vpcId, availabilityZone: "eu-central-1b" });
    assert.equal(subnet["id"], subnets[1]);
    await assert.rejects(later.invoke("aws:ec2/getSubnet:getSubnet", { vpcId }), /multiple EC2 Subnets matched/);
    await assert.rejects(later.invoke("aws:ec2/getVpc:getVpc", { id: "vpc-0" }), /no matching EC2 VPC found/);
  });

  it("has no two subnets with one address, and none out of its network", async () => {
    const { vpcId } = await network();
    const conflict = aws.create(SUBNET, { vpcId, cidrBlock: "10.1.1.128/25" });
    await assert.rejects(conflict, /InvalidSubnet.Conflict: The CIDR '10.1.1.128\/25'/);
    await assert.rejects(aws.create(SUBNET, { vpcId, cidrBlock: "10.2.0.0/24" }), /InvalidSubnet.Range/);
  });

  it("has no rule twice in a security group, whatever its description", async () => {
    const { vpcId } = await network();
    const { id: securityGroupId } = await aws.create(SECURITY_GROUP, { vpcId });
    const rule = { securityGroupId, ipProtocol: "tcp", fromPort: 8301, toPort: 8301, cidrIpv4: "10.1.0.0/16" };
    await aws.create(INGRESS, rule);
    await assert.rejects(aws.create(INGRESS, { ...rule, description: "again" }), /InvalidPermission.Duplicate/);
    await aws.create(INGRESS, { ...rule, ipProtocol: "udp" });
    await aws.create("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", rule);
  });

  it("deletes nothing that something else uses", async () => {
    const { vpcId, subnets } = await network();
    const used = await aws.create(SECURITY_GROUP, { vpcId }, "used");
    const user = await aws.create(SECURITY_GROUP, { vpcId }, "user");
    const rule = await aws.create(INGRESS, {
      securityGroupId: user.id,
      ipProtocol: "-1",
      referencedSecurityGroupId: used.id,
    });
    await assert.rejects(
      aws.delete(SECURITY_GROUP, used.id),
      /DependencyViolation: resource sg-.* SecurityGroupIngressRule sgr-/,
    );
    await aws.delete(INGRESS, rule.id);
    await aws.delete(SECURITY_GROUP, used.id);
    await assert.rejects(aws.delete(VPC, vpcId), /DependencyViolation/);
    await aws.delete(SECURITY_GROUP, user.id);
    for (const subnet of subnets) await aws.delete(SUBNET, subnet);
    await aws.delete(VPC, vpcId);
    await assert.rejects(other().invoke("aws:ec2/getVpc:getVpc", { id: vpcId }), /no matching/);
  });

  it("has no two of one name", async () => {
    const role = { name: "nodes", assumeRolePolicy: "{}" };
    const { id, outputs } = await aws.create("aws:iam/role:Role", role);
    assert.equal(id, "nodes");
    assert.equal(outputs["arn"], "arn:aws:iam::123456789012:role/nodes");
    await assert.rejects(aws.create("aws:iam/role:Role", role), /exists already \(EntityAlreadyExists\)/);
  });

  describe("launch templates", () => {
    const inputs = { name: "node", instanceType: "t3.micro" };

    it("have a version more after each change of what instances get", async () => {
      const { id, outputs } = await aws.create(TEMPLATE, inputs);
      assert.match(id, new RegExp(`^lt-${EC2_ID}$`));
      assert.equal(outputs["latestVersion"], 1);
      const changed = { ...inputs, instanceType: "t3.small" };
      const preview = await aws.update(TEMPLATE, id, outputs, changed, true);
      assert.equal(preview["latestVersion"], UNKNOWN);
      const updated = await aws.update(TEMPLATE, id, outputs, changed);
      assert.equal(updated["latestVersion"], 2);
      assert.equal(updated["defaultVersion"], 1);
      const same = await aws.update(TEMPLATE, id, updated, { ...changed, updateDefaultVersion: true });
      assert.equal(same["latestVersion"], 2);
      assert.equal(same["defaultVersion"], 2);
    });

    it("show a change of tags as a new version in the preview, as the real plugin does, and make none", async () => {
      const { id, outputs } = await aws.create(TEMPLATE, inputs);
      const tagged = { ...inputs, tags: { a: "1" } };
      assert.equal((await aws.update(TEMPLATE, id, outputs, tagged, true))["latestVersion"], UNKNOWN);
      assert.equal((await aws.update(TEMPLATE, id, outputs, tagged))["latestVersion"], 1);
      assert.equal((await aws.update(TEMPLATE, id, outputs, inputs, true))["latestVersion"], 1);
    });
  });

  describe("groups", () => {
    const template = { tagSpecifications: [{ resourceType: "instance", tags: { role: "node" } }], name: "node" };

    async function group() {
      const { subnets } = await network();
      const made = await aws.create(TEMPLATE, template);
      const inputs = {
        name: "nodes",
        minSize: 1,
        maxSize: 4,
        desiredCapacity: 2,
        vpcZoneIdentifiers: subnets,
        launchTemplate: { id: made.id, version: "1" },
        tags: [{ key: "pool", value: "web", propagateAtLaunch: true }],
      };
      return { template: made, inputs, ...(await aws.create(GROUP, inputs)) };
    }

    const ids = async (inputs = {}) => (await other().invoke(INSTANCES, inputs))["ids"] as string[];

    it("have instances in their subnets, with the tags of template and group", async () => {
      const { outputs } = await group();
      assert.deepEqual(outputs["availabilityZones"], ["eu-central-1a", "eu-central-1b"]);
      const found = await aws.invoke(INSTANCES, { instanceTags: { role: "node", pool: "web" } });
      assert.deepEqual((found["privateIps"] as string[]).toSorted(), ["10.1.0.4", "10.1.1.4"]);
      assert.equal((await ids({ instanceTags: { role: "other" } })).length, 0);
      assert.equal((await ids({ filters: [{ name: "tag:aws:autoscaling:groupName", values: ["no*"] }] })).length, 2);
      assert.equal((await ids({ instanceStateNames: ["stopped"] })).length, 0);
      await assert.rejects(
        ids({ filters: [{ name: "dns-name", values: [] }] }),
        /does not implement the filter "dns-name"/,
      );
    });

    it("keep their instances when the template changes, and grow by new ones", async () => {
      const { id, outputs, inputs, template: made } = await group();
      const before = await ids();
      await aws.update(TEMPLATE, made.id, made.outputs, { ...template, instanceType: "t3.small" });
      const next = { ...inputs, launchTemplate: { id: made.id, version: "2" } };
      const updated = await aws.update(GROUP, id, outputs, next);
      assert.deepEqual(await ids(), before);
      const grown = await aws.update(GROUP, id, updated, { ...next, desiredCapacity: 3 });
      const version = (value: string) =>
        ids({ filters: [{ name: "tag:aws:ec2launchtemplate:version", values: [value] }] });
      assert.deepEqual(await version("1"), before);
      assert.equal((await version("2")).length, 1);
      await aws.update(GROUP, id, grown, { ...next, desiredCapacity: 1 });
      assert.deepEqual(await version("1"), []);
      assert.equal((await version("2")).length, 1);
      await aws.delete(GROUP, id);
      assert.deepEqual(await ids(), []);
    });

    it("keep the size that they have when the program names none", async () => {
      const { id, outputs, inputs } = await group();
      const open = { ...inputs, desiredCapacity: null };
      assert.deepEqual(await aws.diff(GROUP, outputs, open), {});
      const updated = await aws.update(GROUP, id, outputs, { ...open, maxSize: 3 });
      assert.equal(updated["desiredCapacity"], 2);
    });

    it("need a template, and a version of it, that is there", async () => {
      const { inputs, template: made } = await group();
      const lost = { ...inputs, name: "lost", launchTemplate: { id: "lt-0" } };
      await assert.rejects(aws.create(GROUP, lost), /launch template lt-0 does not exist/);
      const early = { ...inputs, name: "early", launchTemplate: { id: made.id, version: "9" } };
      await assert.rejects(aws.create(GROUP, early), /launch template version '9' does not exist/);
    });

    it("take their lifecycle hooks with them", async () => {
      const hook = { name: "drain", lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" };
      const { id, inputs } = await group();
      await aws.create(HOOK, { ...hook, autoscalingGroupName: id });
      await aws.delete(GROUP, id);
      await assert.rejects(aws.create(HOOK, { ...hook, autoscalingGroupName: id }), /AutoScalingGroup name not found/);
      await aws.create(GROUP, inputs);
      await aws.create(HOOK, { ...hook, autoscalingGroupName: id });
    });

    it("hold their subnets, and the security groups of their instances", async () => {
      const { inputs } = await group();
      const [subnet = ""] = inputs.vpcZoneIdentifiers;
      await assert.rejects(aws.delete(SUBNET, subnet), /DependencyViolation: .* Group nodes/);
    });
  });

  it("replaces what AWS cannot change, and takes no order of a set for a change", async () => {
    const inputs = { name: "web", subnets: ["subnet-1", "subnet-2"], loadBalancerType: "network" };
    const balancer = "aws:lb/loadBalancer:LoadBalancer";
    const { outputs } = await aws.create(balancer, inputs);
    assert.deepEqual(await aws.diff(balancer, outputs, { ...inputs, subnets: ["subnet-2", "subnet-1"] }), {});
    assert.deepEqual(await aws.diff(balancer, outputs, { ...inputs, subnets: ["subnet-1"] }), { subnets: true });
    assert.deepEqual(await aws.diff(balancer, outputs, { ...inputs, securityGroups: ["sg-1"] }), {
      securityGroups: true,
    });
    assert.deepEqual(await aws.diff(balancer, outputs, { ...inputs, name: "other" }), { name: true });
    assert.deepEqual(await aws.diff(balancer, outputs, { ...inputs, idleTimeout: 400 }), { idleTimeout: false });
  });

  it("gives load balancers names of their own, or the address that the tests listen on", async () => {
    const inputs = { name: "web", subnets: ["subnet-1", "subnet-2"] };
    const own = await aws.create("aws:lb/loadBalancer:LoadBalancer", inputs);
    assert.match(own.outputs["dnsName"] as string, /^web-[0-9a-f]{10}\.eu-central-1\.elb\.amazonaws\.com$/);
    assert.match(
      own.id,
      /^arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer\/app\/web\/[0-9a-f]{16}$/,
    );
    const local = new Aws({}, { COS_STAND_IN_AWS_ADDRESS: "127.45.1.1" });
    const there = await local.create("aws:lb/loadBalancer:LoadBalancer", inputs);
    assert.equal(there.outputs["dnsName"], "127.45.1.1");
  });

  it("lets certificates be validated by one record a name", async () => {
    const { outputs } = await aws.create("aws:acm/certificate:Certificate", {
      domainName: "example.org",
      subjectAlternativeNames: ["*.example.org", "www.example.org"],
      validationMethod: "DNS",
    });
    const options = outputs["domainValidationOptions"] as { domainName: string; resourceRecordName: string }[];
    assert.deepEqual(
      options.map(({ domainName }) => domainName),
      ["example.org", "*.example.org", "www.example.org"],
    );
    assert.equal(options[0]?.resourceRecordName, options[1]?.resourceRecordName);
    const { id: zoneId } = await aws.create("aws:route53/zone:Zone", { name: "example.org" });
    const record = await aws.create("aws:route53/record:Record", {
      zoneId,
      name: "www",
      type: "A",
      ttl: 60,
      records: ["1.2.3.4"],
    });
    assert.equal(record.outputs["fqdn"], "www.example.org");
    const zone = await aws.invoke("aws:route53/getZone:getZone", { name: "example.org." });
    assert.equal(zone["zoneId"], zoneId);
  });

  it("keeps a parameter's value and counts its versions", async () => {
    const parameter = "aws:ssm/parameter:Parameter";
    const inputs = { name: "/cos/key", type: "SecureString", value: "secret" };
    const { id, outputs } = await aws.create(parameter, inputs);
    assert.equal(outputs["arn"], "arn:aws:ssm:eu-central-1:123456789012:parameter/cos/key");
    const updated = await aws.update(parameter, id, outputs, { ...inputs, value: "other" });
    assert.equal(updated["version"], 2);
    const tagged = await aws.update(parameter, id, updated, { ...inputs, value: "other", tags: { team: "a" } });
    assert.equal(tagged["version"], 2);
    const found = await other().invoke("aws:ssm/getParameter:getParameter", { name: "/cos/key" });
    assert.equal(found["value"], "other");
    await assert.rejects(aws.invoke("aws:ssm/getParameter:getParameter", { name: "/no" }), /ParameterNotFound/);
  });
});
