import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type SubnetSpec, vpcArgs } from "../../../plugins/awsx/args";
import { layout, natZones } from "../../../plugins/awsx/layout";

const ZONES = ["eu-central-1a", "eu-central-1b"];
const front: SubnetSpec = { type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"] };
const inner: SubnetSpec = { type: "Private", name: "inner", cidrBlocks: ["10.0.8.0/24", "10.0.9.0/24"] };

describe("the stand-in awsx plugin's arguments", () => {
  it("are taken as they are, outputs included where the real one takes them", () => {
    const args = {
      subnetStrategy: "Auto",
      subnetSpecs: [{ ...front, tags: { a: pulumi.output("1") } }],
      natGateways: { strategy: "None", elasticIpAllocationIds: [pulumi.output("eipalloc-1")] },
      tags: pulumi.output({ stack: "dev" }),
      enableDnsHostnames: true,
    };
    assert.equal(vpcArgs(args), args);
  });

  it("are refused by name where they are not implemented or wrong, all at once", () => {
    const wrong = {
      subnetStrategy: "Legacy",
      subnetSpecs: [
        { type: "Unused", cidrMask: 24 },
        { ...front, name: pulumi.output("x") },
        { ...inner, nmae: "x" },
      ],
      natGateways: { strategy: "Many" },
      ipv4IpamPoolId: "pool",
      cidr: "10.0.0.0/8",
      availabilityZoneNames: ZONES,
      numberOfAvailabilityZones: 2,
    };
    const refused = [
      /"subnetSpecs\[2\]\.nmae"/,
      /does not implement "ipv4IpamPoolId"/,
      /no property "cidr"/,
      /"subnetSpecs\[1\]\.name" must be a plain value/,
      /"subnetStrategy" must be "Auto"/,
      /"subnetSpecs\[0\]\.type" must be one of Public, Private, Isolated, but is "Unused"/,
      /"subnetSpecs\[0\]\.cidrBlocks" is needed/,
      /"natGateways\.strategy" must be one of None, Single, OnePerAz, but is "Many"/,
      /Only one of \[availabilityZoneNames\] and \[numberOfAvailabilityZones\]/,
    ];
    for (const message of refused) assert.throws(() => vpcArgs(wrong), message);
    assert.throws(
      () => vpcArgs(wrong),
      (error: Error) => error.message.split("\n").length === refused.length + 1,
    );
    assert.throws(() => vpcArgs({}), /"subnetStrategy" must be "Auto".*\n.*"subnetSpecs" is needed/);
    const later = { subnetStrategy: "Auto", subnetSpecs: pulumi.output([]) };
    assert.throws(() => vpcArgs(later), /"subnetSpecs" must be a plain value, not an output/);
  });
});

describe("the stand-in awsx plugin's layout", () => {
  it("has the public subnets of each zone first, named by tier and zone", () => {
    const isolated: SubnetSpec = { type: "Isolated", cidrBlocks: ["10.0.16.0/24", "10.0.17.0/24"] };
    const names = layout("net", ZONES, [isolated, inner, front]).map((zone) => zone.map(({ name }) => name));
    assert.deepEqual(names, [
      ["net-public-1", "net-inner-1", "net-isolated-1"],
      ["net-public-2", "net-inner-2", "net-isolated-2"],
    ]);
    const [, second] = layout("net", ZONES, [inner]);
    assert.deepEqual(second, [{ name: "net-inner-2", cidrBlock: "10.0.9.0/24", zone: "eu-central-1b", spec: inner }]);
  });

  it("refuses blocks that do not fit, overlap, or disagree with a mask, and names that clash", () => {
    const short = { ...front, cidrBlocks: ["10.0.0.0/24"] };
    assert.throws(
      () => layout("net", ZONES, [short]),
      /subnetSpecs\[0\] must match the number of availability zones \(2\)/,
    );
    assert.throws(() => layout("net", ZONES, [{ ...front, cidrMask: 25 }]), /The cidrMask in subnetSpecs\[0\]/);
    assert.throws(() => layout("net", ZONES, [{ ...front, size: 128 }]), /The size in subnetSpecs\[0\]/);
    assert.throws(() => layout("net", ZONES, [front, { ...front }]), /type "public" require unique names/);
    const wide: SubnetSpec = { type: "Private", cidrBlocks: ["10.0.0.128/25", "10.0.9.0/24"] };
    assert.throws(() => layout("net", ZONES, [front, wide]), /1\. net-public-1: 10\.0\.0\.0\/24\n2\. net-private-1/);
  });

  it("has a NAT gateway in each zone, in the first, or none, with as many addresses", () => {
    const args = (natGateways: object) => vpcArgs({ subnetStrategy: "Auto", subnetSpecs: [front, inner], natGateways });
    assert.deepEqual(natZones(args({}), 2), [true, true]);
    assert.deepEqual(natZones(args({ strategy: "Single" }), 2), [true, false]);
    assert.deepEqual(natZones(args({ strategy: "None" }), 2), [false, false]);
    const one = { elasticIpAllocationIds: ["eipalloc-1"] };
    assert.throws(() => natZones(args({ ...one, strategy: "None" }), 2), /cannot be specified/);
    assert.throws(() => natZones(args(one), 2), /must be 2 when NAT Gateway strategy is 'OnePerAz', but is 1/);
    const alone = vpcArgs({ subnetStrategy: "Auto", subnetSpecs: [inner] });
    assert.throws(() => natZones(alone, 2), /public subnets must be declared/);
  });
});
