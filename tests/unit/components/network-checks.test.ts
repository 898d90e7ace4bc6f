import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { existingNetworkErrors, type NetworkArgs, networkErrors, type Tier } from "../../../components/network/args";
import { interfaceEndpointNames } from "../../../components/network/endpoint-names";

const publicTier: Tier = { name: "public", kind: "public", prefixLength: 24 };
const privateTier: Tier = { name: "services", kind: "private", prefixLength: 24 };

function refuses(args: NetworkArgs, ...errors: [path: string, reason: string][]): void {
  assert.deepEqual(
    networkErrors(args),
    errors.map(([propertyPath, reason]) => ({ propertyPath, reason })),
  );
}

describe("networkErrors", () => {
  it("finds nothing wrong with the defaults, nor with every option", () => {
    refuses({});
    refuses({
      cidrBlock: "192.168.0.0/20",
      availabilityZones: ["us-west-2a", "us-gov-west-1a", "us-west-2-lax-1a"],
      maxAvailabilityZones: 4,
      tiers: [
        { name: "old", kind: "public", cidrBlocks: ["192.168.0.0/26", "192.168.0.64/26", "192.168.8.0/26"] },
        { name: "b-2", kind: "private", prefixLength: 28, egress: "aws" },
      ],
      natGateways: "one-per-az",
      natAddressIds: ["eipalloc-1", "eipalloc-2", "eipalloc-3"],
      gatewayEndpoints: [],
      interfaceEndpoints: [...interfaceEndpointNames],
      endpointTier: "b-2",
      awsRanges: { maxEntries: 1000 },
      flowLogs: { retentionDays: 0 },
    });
  });

  for (const [cidrBlock, reason] of [
    ["10.0.0.0", 'must be an IPv4 CIDR block such as 10.128.0.0/16, got "10.0.0.0"'],
    ["10.0.0.0/33", 'must be an IPv4 CIDR block such as 10.128.0.0/16, got "10.0.0.0/33"'],
    ["10.0.0.256/16", 'must be an IPv4 CIDR block such as 10.128.0.0/16, got "10.0.0.256/16"'],
    ["fd00::/48", 'must be an IPv4 CIDR block such as 10.128.0.0/16, got "fd00::/48"'],
    ["10.128.1.0/16", 'must begin at its first address: "10.128.1.0/16" is in 10.128.0.0/16'],
    ["10.0.0.0/15", 'must be from /16 to /28, got "10.0.0.0/15"'],
    ["10.0.0.0/29", 'must be from /16 to /28, got "10.0.0.0/29"'],
    ["169.254.0.0/20", 'AWS makes no VPC in 169.254.0.0/16, got "169.254.0.0/20"'],
  ] as const) {
    it(`refuses the VPC block ${cidrBlock}`, () => {
      refuses({ cidrBlock }, ["cidrBlock", reason]);
    });
  }

  it("refuses zones that are too many, too few, twice or no names", () => {
    refuses({ availabilityZones: 7 }, ["availabilityZones", "must not be more than maxAvailabilityZones, 6, got 7"]);
    refuses({ availabilityZones: 1.5 }, [
      "availabilityZones",
      "must be a whole number of at least 1 or a list of names, got 1.5",
    ]);
    refuses({ availabilityZones: [] }, ["availabilityZones", "must name at least one zone, got an empty list"]);
    refuses(
      { maxAvailabilityZones: 0 },
      ["maxAvailabilityZones", "must be a whole number of at least 1, got 0"],
      ["availabilityZones", "must not be more than maxAvailabilityZones, 0, got 3"],
    );
    refuses(
      { availabilityZones: ["eu-central-1a", "euc1-az2", "eu-central-1a"] },
      ["availabilityZones[1]", 'must be the name of an availability zone such as eu-central-1a, got "euc1-az2"'],
      ["availabilityZones", 'names "eu-central-1a" 2 times'],
    );
  });

  it("refuses tiers that are none, of one name, or of no name", () => {
    refuses({ tiers: [] }, ["tiers", "must have at least one tier, got an empty list"]);
    refuses(
      { tiers: [publicTier, privateTier, { ...privateTier, prefixLength: 25 }, { ...publicTier, name: "a b" }] },
      ["tiers[2].name", '"services" is the name of tiers[1] too'],
      ["tiers[3].name", 'must be letters, digits and hyphens between them, got "a b"'],
    );
  });

  it("refuses prefix lengths that are out of range, missing, or beside blocks", () => {
    const odd: Tier[] = [
      { ...publicTier, name: "a", prefixLength: 19 },
      { ...publicTier, name: "b", prefixLength: 29 },
      { ...publicTier, name: "c", prefixLength: 24.5 },
      { ...publicTier, name: "d", prefixLength: undefined },
      { ...publicTier, name: "e", cidrBlocks: ["10.0.0.0/24"] },
    ];
    refuses(
      { cidrBlock: "10.0.0.0/20", availabilityZones: 1, tiers: odd },
      ["tiers[0].prefixLength", "must be a whole number from 20 to 28, got 19"],
      ["tiers[1].prefixLength", "must be a whole number from 20 to 28, got 29"],
      ["tiers[2].prefixLength", "must be a whole number from 20 to 28, got 24.5"],
      ["tiers[3].prefixLength", 'the tier "d" must have either prefixLength or cidrBlocks'],
      ["tiers[4].prefixLength", 'the tier "e" must have either prefixLength or cidrBlocks'],
    );
  });

  it("refuses blocks that are none, too few, too small, outside the VPC or overlapping", () => {
    const tiers: Tier[] = [
      { name: "a", kind: "public", cidrBlocks: ["10.0.0.0/24"] },
      { name: "b", kind: "public", cidrBlocks: ["10.0.1.1/24", "10.0.1.0/29"] },
      { name: "c", kind: "public", cidrBlocks: ["10.9.0.0/24", "10.0.0.128/25"] },
    ];
    refuses(
      { cidrBlock: "10.0.0.0/16", availabilityZones: 2, tiers },
      ["tiers[0].cidrBlocks", "must have a block for each of 2 availability zones, got 1"],
      ["tiers[1].cidrBlocks[0]", 'must begin at its first address: "10.0.1.1/24" is in 10.0.1.0/24'],
      ["tiers[1].cidrBlocks[1]", 'must be from /16 to /28, got "10.0.1.0/29"'],
      ["tiers[2].cidrBlocks[0]", "10.9.0.0/24 is not in the VPC's 10.0.0.0/16"],
      ["tiers[2].cidrBlocks[1]", '10.0.0.128/25 overlaps 10.0.0.0/24 of the tier "a"'],
    );
  });

  it("refuses tiers that do not fit, beside whatever else is wrong", () => {
    refuses(
      { cidrBlock: "10.0.0.0/21", tiers: [publicTier, privateTier], flowLogs: { retentionDays: 2 } },
      [
        "flowLogs.retentionDays",
        "must be one of 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, got 2",
      ],
      [
        "tiers[1].prefixLength",
        'there is no room for the tier "services": with maxAvailabilityZones 6 it needs 6 blocks of /24, and 10.0.0.0/21 has ' +
          "2048 addresses for public 6 × /24 = 1536, services 6 × /24 = 1536",
      ],
    );
  });

  it("refuses a public tier without the internet", () => {
    refuses({ tiers: [{ ...publicTier, egress: "aws" }] }, [
      "tiers[0].egress",
      'a public tier always reaches the internet, got "aws"; make the tier private',
    ]);
  });

  it("refuses egress without NAT gateways, and NAT gateways without a public tier", () => {
    const aws: Tier = { name: "aws", kind: "private", prefixLength: 24, egress: "aws" };
    const quiet: Tier = { name: "quiet", kind: "private", prefixLength: 24, egress: "none" };
    const say =
      'and natGateways is "none": say "none" here too (with endpoints, or routes of your own), or natGateways "single" or "one-per-az"';
    refuses(
      { tiers: [publicTier, privateTier, aws, quiet], natGateways: "none" },
      ["tiers[1].egress", `the private tier "services" needs a NAT gateway for "internet", ${say}`],
      ["tiers[2].egress", `the private tier "aws" needs a NAT gateway for "aws", ${say}`],
    );
    refuses({ tiers: [privateTier, aws, quiet] }, [
      "tiers",
      'must have a public tier for the NAT gateways of "services", "aws"',
    ]);
    refuses({ tiers: [quiet] });
    refuses({ tiers: [quiet], natGateways: "none" });
  });

  it("refuses another number of addresses than there are NAT gateways", () => {
    const natAddressIds = ["eipalloc-1", "eipalloc-2"];
    const reason = (gateways: number) =>
      `must have an address for each NAT gateway, of which there are ${gateways}, got 2`;
    refuses({ natAddressIds }, ["natAddressIds", reason(1)]);
    refuses({ natAddressIds, natGateways: "one-per-az" }, ["natAddressIds", reason(3)]);
    refuses({ natAddressIds, tiers: [publicTier] }, ["natAddressIds", reason(0)]);
    refuses({ natAddressIds, natGateways: "one-per-az", availabilityZones: 2 });
  });

  it("refuses endpoints that are unknown, twice, or nowhere", () => {
    // As from a stack's configuration.
    const named = JSON.parse('{"gatewayEndpoints": ["s4"], "interfaceEndpoints": ["ssm", "s3", "ssm"]}') as NetworkArgs;
    refuses(
      named,
      ["gatewayEndpoints[0]", 'must be one of s3, dynamodb, got "s4"'],
      ["interfaceEndpoints[1]", `must be one of ${interfaceEndpointNames.join(", ")}, got "s3"`],
      ["interfaceEndpoints", 'names "ssm" 2 times'],
    );
    refuses({ endpointTier: "public" }, [
      "endpointTier",
      'must be the name of a private tier (services, backoffice, content-connector), got "public"',
    ]);
    refuses({ tiers: [publicTier], interfaceEndpoints: ["ssm"] }, [
      "interfaceEndpoints",
      "needs a private tier, and there is none",
    ]);
  });

  it("refuses a number of AWS's ranges that no prefix list can have", () => {
    for (const maxEntries of [0, 1001, 2.5]) {
      refuses({ awsRanges: { maxEntries } }, [
        "awsRanges.maxEntries",
        `must be a whole number from 1 to 1000, got ${maxEntries}`,
      ]);
    }
  });
});

describe("existingNetworkErrors", () => {
  it("finds nothing wrong with IDs, nor with what is not known yet", () => {
    const subnetIds = { public: ["subnet-01234567", "subnet-0123456789abcdef0"], services: [pulumi.output("?")] };
    assert.deepEqual(existingNetworkErrors({ vpcId: "vpc-0123456789abcdef0", cidrBlock: "10.0.0.0/8", subnetIds }), []);
    assert.deepEqual(existingNetworkErrors({ vpcId: pulumi.output("?"), subnetIds }), []);
  });

  it("refuses IDs of other things, a wrong block, and subnets that are none or twice", () => {
    const id = "subnet-0123456789abcdef0";
    const subnetIds = { public: [], services: [id, "vpc-0123456789abcdef0", id] };
    assert.deepEqual(existingNetworkErrors({ vpcId: "my-vpc", cidrBlock: "10.0.0.1/8", subnetIds }), [
      { propertyPath: "vpcId", reason: 'must be the ID of a VPC such as vpc-0123456789abcdef0, got "my-vpc"' },
      { propertyPath: "cidrBlock", reason: 'must begin at its first address: "10.0.0.1/8" is in 10.0.0.0/8' },
      { propertyPath: "subnetIds.public", reason: "must have at least one subnet, got an empty list" },
      {
        propertyPath: "subnetIds.services[1]",
        reason: 'must be the ID of a subnet such as subnet-0123456789abcdef0, got "vpc-0123456789abcdef0"',
      },
      { propertyPath: "subnetIds.services", reason: `has "${id}" 2 times` },
    ]);
    assert.deepEqual(existingNetworkErrors({ vpcId: "vpc-01234567", subnetIds: {} }), [
      { propertyPath: "subnetIds", reason: "must have the subnets of at least one tier, got none" },
    ]);
  });
});
