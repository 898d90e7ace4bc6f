import * as pulumi from "@pulumi/pulumi";
import { type Failure, type Properties, failures } from "../schema";
import { type Plain, type PlainMap, UNKNOWN } from "../value";

const refused = { type: "any", unimplemented: true } as const;
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const tags = { type: { map: "string" } } as const;

/** The arguments of `awsx:ec2:Vpc`. */
const properties = {
  cidrBlock: text,
  availabilityZoneNames: { type: { list: "string" } },
  numberOfAvailabilityZones: { type: "integer" },
  enableDnsHostnames: flag,
  enableDnsSupport: flag,
  enableNetworkAddressUsageMetrics: flag,
  instanceTenancy: text,
  region: text,
  tags,
  subnetStrategy: text,
  subnetSpecs: {
    type: {
      list: {
        object: {
          type: { ...text, required: true },
          name: text,
          cidrBlocks: { type: { list: "string" } },
          cidrMask: { type: "integer" },
          size: { type: "integer" },
          tags,
          assignIpv6AddressOnCreation: { ...flag, unimplemented: true },
        },
      },
    },
  },
  natGateways: { type: { object: { strategy: text, elasticIpAllocationIds: { type: { list: "string" } } } } },
  assignGeneratedIpv6CidrBlock: refused,
  availabilityZoneCidrMask: refused,
  ipv4IpamPoolId: refused,
  ipv4NetmaskLength: refused,
  ipv6CidrBlock: refused,
  ipv6CidrBlockNetworkBorderGroup: refused,
  ipv6IpamPoolId: refused,
  ipv6NetmaskLength: refused,
  subnetNameTagStrategy: refused,
  vpcEndpointSpecs: refused,
  vpcEndpointStrategy: refused,
} as const satisfies Properties;

export const SUBNET_TYPES = ["Public", "Private", "Isolated"] as const;
export const NAT_STRATEGIES = ["None", "Single", "OnePerAz"] as const;

type Tags = pulumi.Input<Record<string, pulumi.Input<string>>>;

/** A tier of subnets, one in each availability zone. */
export interface SubnetSpec {
  type: (typeof SUBNET_TYPES)[number];
  name?: string;
  /** In the order of the zones. */
  cidrBlocks: string[];
  cidrMask?: number;
  size?: number;
  tags?: Tags;
}

/** The arguments as the stand-in takes them. */
export interface VpcArgs {
  cidrBlock?: string;
  availabilityZoneNames?: string[];
  numberOfAvailabilityZones?: number;
  enableDnsHostnames?: pulumi.Input<boolean>;
  enableDnsSupport?: pulumi.Input<boolean>;
  enableNetworkAddressUsageMetrics?: pulumi.Input<boolean>;
  instanceTenancy?: pulumi.Input<string>;
  region?: pulumi.Input<string>;
  tags?: Tags;
  subnetSpecs: SubnetSpec[];
  natGateways?: { strategy?: (typeof NAT_STRATEGIES)[number]; elasticIpAllocationIds?: pulumi.Input<string>[] };
}

// What shapes the network has to be there when the program runs.
const PLAIN = [
  "availabilityZoneNames",
  "cidrBlock",
  "natGateways.strategy",
  "numberOfAvailabilityZones",
  "subnetSpecs",
  "subnetSpecs[].cidrBlocks",
  "subnetSpecs[].name",
  "subnetSpecs[].type",
  "subnetStrategy",
];

/**
 * The arguments of a VPC that the stand-in can make.
 *
 * @throws Error with all that is wrong, and all that it does not implement
 */
export function vpcArgs(inputs: pulumi.Inputs): VpcArgs {
  const values = plainOf(inputs) as PlainMap;
  const found = [...failures("awsx", properties, values), ...unsettled(values, "", ""), ...choices(values)];
  if (found.length > 0) throw new Error(`invalid arguments:\n${found.map(({ reason }) => `  - ${reason}`).join("\n")}`);
  return inputs as VpcArgs;
}

function choices(values: PlainMap): Failure[] {
  const found: Failure[] = [];
  const add = (property: string, reason: string) => found.push({ property, reason: `"${property}" ${reason}` });
  const { subnetStrategy, subnetSpecs, natGateways } = values;
  if (subnetStrategy !== UNKNOWN && subnetStrategy !== "Auto") {
    add("subnetStrategy", `must be "Auto" for the stand-in awsx plugin, which implements no other`);
  }
  if (!Array.isArray(subnetSpecs)) add("subnetSpecs", "is needed for the stand-in awsx plugin");
  for (const [index, spec] of (Array.isArray(subnetSpecs) ? subnetSpecs : []).entries()) {
    const { type, cidrBlocks } = spec as PlainMap;
    const at = `subnetSpecs[${index}]`;
    if (typeof type === "string" && !SUBNET_TYPES.some((known) => known === type)) {
      add(`${at}.type`, `must be one of ${SUBNET_TYPES.join(", ")}, but is "${type}"`);
    }
    if (cidrBlocks === undefined) {
      add(`${at}.cidrBlocks`, "is needed for the stand-in awsx plugin, which takes explicit blocks only");
    }
  }
  const strategy = (natGateways as PlainMap | undefined)?.["strategy"];
  if (typeof strategy === "string" && !NAT_STRATEGIES.some((known) => known === strategy)) {
    add("natGateways.strategy", `must be one of ${NAT_STRATEGIES.join(", ")}, but is "${strategy}"`);
  }
  if (values["availabilityZoneNames"] !== undefined && values["numberOfAvailabilityZones"] !== undefined) {
    found.push({
      property: "availabilityZoneNames",
      reason: "Only one of [availabilityZoneNames] and [numberOfAvailabilityZones] can be specified",
    });
  }
  return found;
}

function unsettled(value: Plain, path: string, pattern: string): Failure[] {
  if (value === UNKNOWN) {
    return PLAIN.includes(pattern)
      ? [{ property: path, reason: `"${path}" must be a plain value, not an output` }]
      : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unsettled(item, `${path}[${index}]`, `${pattern}[]`));
  }
  if (typeof value !== "object" || value === null) return [];
  const dotted = (start: string, key: string) => (start === "" ? key : `${start}.${key}`);
  return Object.entries(value).flatMap(([key, item]) => unsettled(item, dotted(path, key), dotted(pattern, key)));
}

/** The value with every output in it taken for unknown. */
function plainOf(value: unknown): Plain {
  if (pulumi.Output.isInstance(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value === "object" && value !== null) {
    const given = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(given.map(([key, item]) => [key, plainOf(item)]));
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
