import assert from "node:assert/strict";
import { PulumiProject, type StateResource } from "../support/pulumi-project";

const PROGRAM = `
  const awsx = require("@pulumi/awsx");
  const pulumi = require("@pulumi/pulumi");
  const blocks = { front: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"], inner: ["10.0.8.0/24", "10.0.9.0/24", "10.0.10.0/24"] };
  const vpc = new awsx.ec2.Vpc("net", {
    cidrBlock: "10.0.0.0/16",
    numberOfAvailabilityZones: 3,
    subnetStrategy: "Auto",
    subnetSpecs: [
      { type: "Private", name: "inner", cidrBlocks: blocks.inner, tags: { tier: "inner" } },
      { type: "Public", name: "front", cidrBlocks: blocks.front },
    ],
    natGateways: { strategy: "Single" },
    enableDnsHostnames: true,
    tags: { stack: "test" },
  });
  exports.vpcId = vpc.vpcId;
  exports.privateSubnetIds = vpc.privateSubnetIds;
  exports.natAddresses = vpc.natGateways.apply((gateways) => pulumi.all(gateways.map(({ publicIp }) => publicIp)));
  exports.byBlock = vpc.subnets.apply((subnets) =>
    pulumi.all(subnets.map(({ id, cidrBlock }) => pulumi.all([cidrBlock, id]))).apply(Object.fromEntries));
`;

describe("stand-in awsx plugin", function () {
  this.timeout(240_000); // each test runs pulumi several times

  let project: PulumiProject;

  beforeEach(async () => {
    project = await PulumiProject.create({ AWS_REGION: "eu-central-1" });
  });

  afterEach(async () => {
    await project.remove();
  });

  const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";
  const kindOf = (type: string) => (type === "awsx:ec2:Vpc" ? "component" : (type.split(":").at(-1) ?? ""));
  const resource = ({ type, urn }: StateResource) => `${kindOf(type)} ${nameOf(urn)}`;

  it("makes the real one's children, and nothing more with a second up", async () => {
    await project.program(PROGRAM);
    const preview = await project.preview();
    assert.equal(preview.exitCode, 0, preview.text);
    const first = await project.up();
    assert.equal(first.exitCode, 0, first.text);
    assert.match(first.text, /the awsx plugin in use is pulumi-cos's stand-in for version 3\./);

    const states = await project.states();
    const parents = new Map(states.map((state) => [state.urn, resource(state)]));
    const made = states
      .filter(({ type }) => type.startsWith("aws:"))
      .map((state) => `${resource(state)} < ${parents.get(state.parent ?? "") ?? ""}`);
    const tiers = [1, 2, 3].flatMap((zone) => [`net-front-${zone}`, `net-inner-${zone}`]);
    assert.deepEqual(
      made.sort(),
      [
        "Vpc net < component net",
        "InternetGateway net < Vpc net",
        ...tiers.flatMap((name) => [
          `Subnet ${name} < Vpc net`,
          `RouteTable ${name} < Subnet ${name}`,
          `RouteTableAssociation ${name} < RouteTable ${name}`,
          `Route ${name} < RouteTable ${name}`,
        ]),
        "Eip net-1 < Subnet net-front-1",
        "NatGateway net-1 < Subnet net-front-1",
      ].sort(),
    );

    const subnet = states.find((state) => resource(state) === "Subnet net-inner-2");
    assert.deepEqual(subnet?.inputs, {
      __defaults: [
        "enableDns64",
        "enableResourceNameDnsARecordOnLaunch",
        "enableResourceNameDnsAaaaRecordOnLaunch",
        "ipv6Native",
      ],
      vpcId: states.find((state) => resource(state) === "Vpc net")?.id,
      assignIpv6AddressOnCreation: false,
      availabilityZone: "eu-central-1b",
      cidrBlock: "10.0.9.0/24",
      enableDns64: false,
      enableResourceNameDnsARecordOnLaunch: false,
      enableResourceNameDnsAaaaRecordOnLaunch: false,
      ipv6Native: false,
      mapPublicIpOnLaunch: false,
      tags: { Name: "net-inner-2", SubnetType: "Private", stack: "test", tier: "inner" },
    });

    const idOf = (wanted: string) => states.find((state) => resource(state) === wanted)?.id;
    assert.deepEqual(await project.outputs(), {
      vpcId: idOf("Vpc net"),
      privateSubnetIds: [1, 2, 3].map((zone) => idOf(`Subnet net-inner-${zone}`)),
      natAddresses: [states.find((state) => resource(state) === "NatGateway net-1")?.outputs["publicIp"]],
      byBlock: Object.fromEntries(
        [1, 2, 3].flatMap((zone) => [
          [`10.0.${zone - 1}.0/24`, idOf(`Subnet net-front-${zone}`)],
          [`10.0.${zone + 7}.0/24`, idOf(`Subnet net-inner-${zone}`)],
        ]),
      ),
    });

    const second = await project.up();
    assert.equal(second.exitCode, 0, second.text);
    assert.deepEqual(second.changes, { same: made.length + 2 });
    const destroyed = await project.destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.text);
  });

  it("refuses by name what it does not implement", async () => {
    await project.program(
      `const awsx = require("@pulumi/awsx"); new awsx.ec2.Vpc("net", { subnetStrategy: "Auto", vpcEndpointSpecs: [{ serviceName: "x" }] });`,
    );
    const { exitCode, text } = await project.preview();
    assert.notEqual(exitCode, 0);
    assert.match(text, /the stand-in awsx plugin does not implement "vpcEndpointSpecs"/);
    assert.match(text, /"subnetSpecs" is needed for the stand-in awsx plugin/);
  });
});
