import { Netmask } from "netmask";
import type { SubnetSpec, VpcArgs } from "./args";

/** One subnet of the network. */
export interface Subnet {
  /** Name of the subnet, its route table, association and route, and the subnet's `Name` tag. */
  name: string;
  cidrBlock: string;
  zone: string;
  spec: SubnetSpec;
}

const ORDER = { Public: 0, Private: 1, Isolated: 2 };

/**
 * The subnets by zone, in the order in which they are made: public ones first, since NAT gateways stand in them, isolated
 * ones last.
 *
 * @throws Error for blocks that do not fit the zones, that overlap, and for names that clash
 */
export function layout(vpcName: string, zones: string[], specs: SubnetSpec[]): Subnet[][] {
  const issues = [...clashes(specs), ...specs.flatMap((spec, index) => blockIssues(spec, index, zones.length))];
  if (issues.length > 0) throw new Error(`Invalid subnet specifications:\n - ${issues.join("\n - ")}`);
  const subnets = zones.map((zone, index) =>
    specs
      .toSorted((a, b) => ORDER[a.type] - ORDER[b.type])
      .map((spec) => ({
        name: `${vpcName}-${spec.name ?? spec.type.toLowerCase()}-${index + 1}`,
        cidrBlock: spec.cidrBlocks[index] ?? "",
        zone,
        spec,
      })),
  );
  refuseOverlaps(subnets.flat());
  return subnets;
}

function clashes(specs: SubnetSpec[]): string[] {
  const clashing = [...new Set(specs.map(({ type }) => type))].filter((type) => {
    const names = specs.filter((spec) => spec.type === type).map(({ name }) => name);
    return new Set(names).size < names.length;
  });
  return clashing.map((type) => `Multiple subnet specs of type "${type.toLowerCase()}" require unique names.`);
}

function blockIssues({ cidrBlocks, cidrMask, size }: SubnetSpec, index: number, zones: number): string[] {
  const at = `subnetSpecs[${index}]`;
  if (cidrBlocks.length !== zones) {
    return [`The number of CIDR blocks in ${at} must match the number of availability zones (${zones}).`];
  }
  const blocks = cidrBlocks.map((block) => new Netmask(block));
  const agree = (property: string) => `The ${property} in ${at} must match all cidrBlocks or be left undefined.`;
  if (cidrMask !== undefined && blocks.some(({ bitmask }) => bitmask !== cidrMask)) return [agree("cidrMask")];
  return size !== undefined && blocks.some((block) => block.size !== size) ? [agree("size")] : [];
}

function refuseOverlaps(subnets: Subnet[]): void {
  const overlapping = subnets.filter((one) => subnets.some((other) => one !== other && overlap(one, other)));
  if (overlapping.length === 0) return;
  const list = overlapping.map(({ name, cidrBlock }, index) => `${index + 1}. ${name}: ${cidrBlock}`).join("\n");
  throw new Error(`The following subnets overlap with at least one other subnet:\n\n${list}`);
}

function overlap({ cidrBlock: a }: Subnet, { cidrBlock: b }: Subnet): boolean {
  return new Netmask(a).contains(b) || new Netmask(b).contains(a);
}

/**
 * Whether a NAT gateway stands in each zone.
 *
 * @throws Error when the strategy fits neither the tiers nor the addresses given for its gateways
 */
export function natZones({ natGateways = {}, subnetSpecs }: VpcArgs, zones: number): boolean[] {
  const { strategy = "OnePerAz", elasticIpAllocationIds: addresses = [] } = natGateways;
  if (strategy === "None") {
    if (addresses.length > 0) {
      throw new Error(`Elastic IP allocation IDs cannot be specified when NAT Gateway strategy is 'None'.`);
    }
    return Array.from({ length: zones }, () => false);
  }
  const has = (...types: string[]) => subnetSpecs.some(({ type }) => types.includes(type));
  if (!has("Public") || !has("Private", "Isolated")) {
    throw new Error(
      "If NAT Gateway strategy is 'OnePerAz' or 'Single', public subnets must be declared to host the NAT Gateway " +
        "resource, along with private or isolated subnets to route through it.",
    );
  }
  const wanted = strategy === "Single" ? 1 : zones;
  if (addresses.length > 0 && addresses.length !== wanted) {
    throw new Error(
      `The number of Elastic IPs, if specified, must be ${wanted} when NAT Gateway strategy is '${strategy}', but is ${addresses.length}`,
    );
  }
  return Array.from({ length: zones }, (_, zone) => zone < wanted);
}
