import { type PropertyError, repeated } from "../checks";
import { addressPlan } from "./address-plan";
import type { ExistingNetwork, NetworkArgs, Tier } from "./args";
import { cidrProblem, overlap, prefixLengthOf, rangeOf } from "./cidr";
import { needsNat, type ResolvedNetwork, resolveNetwork } from "./defaults";
import { gatewayEndpointNames, interfaceEndpointNames } from "./endpoint-names";

/** Days that CloudWatch Logs can keep logs. Source: the CloudWatch Logs API, `PutRetentionPolicy`; 0 is the provider's "for ever". */
const retentions = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Blocks that AWS makes no VPC in. Source: the VPC guide, "IPv4 VPC CIDR blocks". */
const refusedBlocks = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];

/** All that is wrong with a network's plain arguments. */
export function networkErrors(args: NetworkArgs): PropertyError[] {
  const network = resolveNetwork(args);
  const errors = [
    ...cidrBlockErrors(network.cidrBlock),
    ...zoneErrors(network),
    ...tierErrors(network.tiers, network),
    ...natErrors(network, args.natAddressIds?.length),
    ...endpointErrors(network, args),
    ...optionErrors(args),
  ];
  // Without a block and numbers that are right in themselves there is no plan that could be wrong.
  const noPlan = errors.some(({ propertyPath }) =>
    /^(cidrBlock|maxAvailabilityZones|tiers\[\d+\]\.prefixLength)$/.test(propertyPath),
  );
  return noPlan ? errors : [...errors, ...addressPlan({ ...network, availabilityZones: network.zones }).errors];
}

function cidrBlockErrors(cidrBlock: string): PropertyError[] {
  const error = (reason: string) => [{ propertyPath: "cidrBlock", reason }];
  const problem = cidrProblem(cidrBlock);
  if (problem !== undefined) return error(problem);
  const length = prefixLengthOf(cidrBlock);
  if (length < 16 || length > 28) return error(`must be from /16 to /28, got "${cidrBlock}"`);
  const refused = refusedBlocks.find((block) => overlap(rangeOf(block), rangeOf(cidrBlock)));
  return refused === undefined ? [] : error(`AWS makes no VPC in ${refused}, got "${cidrBlock}"`);
}

function zoneErrors({ zones, zoneNames, maxAvailabilityZones: max }: ResolvedNetwork): PropertyError[] {
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (!Number.isInteger(max) || max < 1)
    error("maxAvailabilityZones", `must be a whole number of at least 1, got ${max}`);
  if (zoneNames === undefined) {
    if (!Number.isInteger(zones) || zones < 1) {
      error("availabilityZones", `must be a whole number of at least 1 or a list of names, got ${zones}`);
    }
  } else if (zones === 0) {
    error("availabilityZones", "must name at least one zone, got an empty list");
  }
  if (zones > max) {
    error("availabilityZones", `must not be more than maxAvailabilityZones, ${max}, got ${zones}`);
  }
  zoneNames?.forEach((zone, i) => {
    if (!/^[a-z]+(-[a-z0-9]+)*-\d+[a-z]$/.test(zone)) {
      error(`availabilityZones[${i}]`, `must be the name of an availability zone such as eu-central-1a, got "${zone}"`);
    }
  });
  for (const { value, indexes } of repeated(zoneNames ?? [])) {
    error("availabilityZones", `names "${value}" ${indexes.length} times`);
  }
  return errors;
}

function tierErrors(tiers: readonly Tier[], { zones, cidrBlock }: ResolvedNetwork): PropertyError[] {
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (tiers.length === 0) error("tiers", "must have at least one tier, got an empty list");
  for (const { value, indexes } of repeated(tiers.map(({ name }) => name))) {
    for (const i of indexes.slice(1))
      error(`tiers[${i}].name`, `"${value}" is the name of tiers[${indexes[0] ?? 0}] too`);
  }
  const shortest = cidrBlockErrors(cidrBlock).length === 0 ? prefixLengthOf(cidrBlock) : 16;
  tiers.forEach((tier, i) => {
    const path = `tiers[${i}]`;
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(tier.name)) {
      error(`${path}.name`, `must be letters, digits and hyphens between them, got "${tier.name}"`);
    }
    if (tier.kind === "public" && tier.egress !== undefined && tier.egress !== "internet") {
      error(`${path}.egress`, `a public tier always reaches the internet, got "${tier.egress}"; make the tier private`);
    }
    const { prefixLength: length, cidrBlocks } = tier;
    if ((length === undefined) === (cidrBlocks === undefined)) {
      error(`${path}.prefixLength`, `the tier "${tier.name}" must have either prefixLength or cidrBlocks`);
    } else if (length !== undefined && (!Number.isInteger(length) || length < shortest || length > 28)) {
      error(`${path}.prefixLength`, `must be a whole number from ${shortest} to 28, got ${length}`);
    }
    if (cidrBlocks && cidrBlocks.length < zones) {
      error(
        `${path}.cidrBlocks`,
        `must have a block for each of ${zones} availability zones, got ${cidrBlocks.length}`,
      );
    }
    cidrBlocks?.forEach((block, at) => {
      const problem = cidrProblem(block) ?? subnetSizeProblem(block);
      if (problem !== undefined) error(`${path}.cidrBlocks[${at}]`, problem);
    });
  });
  return errors;
}

function subnetSizeProblem(block: string): string | undefined {
  const length = prefixLengthOf(block);
  return length < 16 || length > 28 ? `must be from /16 to /28, got "${block}"` : undefined;
}

function natErrors(network: ResolvedNetwork, addresses: number | undefined): PropertyError[] {
  const { natGateways, tiers, zones } = network;
  const needing = tiers.flatMap((tier, i) => (needsNat(tier) ? [{ tier, i }] : []));
  const needed = needing.length > 0;
  const errors: PropertyError[] = [];
  if (natGateways === "none") {
    for (const { tier, i } of needing) {
      errors.push({
        propertyPath: `tiers[${i}].egress`,
        reason:
          `the private tier "${tier.name}" needs a NAT gateway for "${tier.egress ?? "internet"}", and natGateways is "none": ` +
          `say "none" here too (with endpoints, or routes of your own), or natGateways "single" or "one-per-az"`,
      });
    }
  } else if (needed && !tiers.some(({ kind }) => kind === "public")) {
    errors.push({
      propertyPath: "tiers",
      reason: `must have a public tier for the NAT gateways of ${needing.map(({ tier }) => `"${tier.name}"`).join(", ")}`,
    });
  }
  const gateways = !needed || natGateways === "none" ? 0 : natGateways === "single" ? 1 : zones;
  if (addresses !== undefined && addresses !== gateways) {
    const reason = `must have an address for each NAT gateway, of which there are ${gateways}, got ${addresses}`;
    errors.push({ propertyPath: "natAddressIds", reason });
  }
  return errors;
}

function endpointErrors(network: ResolvedNetwork, { endpointTier }: NetworkArgs): PropertyError[] {
  const { gatewayEndpoints, interfaceEndpoints, tiers } = network;
  const errors = [
    ...nameErrors("gatewayEndpoints", gatewayEndpoints, gatewayEndpointNames),
    ...nameErrors("interfaceEndpoints", interfaceEndpoints, interfaceEndpointNames),
  ];
  const privateTiers = tiers.filter(({ kind }) => kind === "private").map(({ name }) => name);
  if (endpointTier !== undefined && !privateTiers.includes(endpointTier)) {
    const reason = `must be the name of a private tier (${privateTiers.join(", ")}), got "${endpointTier}"`;
    errors.push({ propertyPath: "endpointTier", reason });
  } else if (interfaceEndpoints.length > 0 && privateTiers.length === 0) {
    errors.push({ propertyPath: "interfaceEndpoints", reason: "needs a private tier, and there is none" });
  }
  return errors;
}

function nameErrors(property: string, names: readonly string[], known: readonly string[]): PropertyError[] {
  return [
    ...names.flatMap((name, i) =>
      known.includes(name)
        ? []
        : [{ propertyPath: `${property}[${i}]`, reason: `must be one of ${known.join(", ")}, got "${name}"` }],
    ),
    ...repeated(names).map(({ value, indexes }) => ({
      propertyPath: property,
      reason: `names "${value}" ${indexes.length} times`,
    })),
  ];
}

function optionErrors({ awsRanges, flowLogs }: NetworkArgs): PropertyError[] {
  const errors: PropertyError[] = [];
  const entries = awsRanges?.maxEntries;
  if (entries !== undefined && (!Number.isInteger(entries) || entries < 1 || entries > 1000)) {
    const reason = `must be a whole number from 1 to 1000, got ${entries}`;
    errors.push({ propertyPath: "awsRanges.maxEntries", reason });
  }
  const days = flowLogs?.retentionDays;
  if (days !== undefined && !retentions.includes(days)) {
    errors.push({
      propertyPath: "flowLogs.retentionDays",
      reason: `must be one of ${retentions.join(", ")}, got ${days}`,
    });
  }
  return errors;
}

/** All that is wrong with the plain IDs of a network that exists already. */
export function existingNetworkErrors({ vpcId, cidrBlock, subnetIds }: ExistingNetwork): PropertyError[] {
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (typeof vpcId === "string" && !/^vpc-[0-9a-f]{8,17}$/.test(vpcId)) {
    error("vpcId", `must be the ID of a VPC such as vpc-0123456789abcdef0, got "${vpcId}"`);
  }
  const problem = cidrBlock === undefined ? undefined : cidrProblem(cidrBlock);
  if (problem !== undefined) error("cidrBlock", problem);
  const tiers = Object.entries(subnetIds);
  if (tiers.length === 0) error("subnetIds", "must have the subnets of at least one tier, got none");
  for (const [tier, ids] of tiers) {
    if (ids.length === 0) error(`subnetIds.${tier}`, "must have at least one subnet, got an empty list");
    const plain = ids.map((id) => (typeof id === "string" ? id : undefined));
    plain.forEach((id, i) => {
      if (id !== undefined && !/^subnet-[0-9a-f]{8,17}$/.test(id)) {
        error(`subnetIds.${tier}[${i}]`, `must be the ID of a subnet such as subnet-0123456789abcdef0, got "${id}"`);
      }
    });
    for (const { value, indexes } of repeated(plain.filter((id) => id !== undefined))) {
      error(`subnetIds.${tier}`, `has "${value}" ${indexes.length} times`);
    }
  }
  return errors;
}
