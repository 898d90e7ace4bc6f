import type { NetworkArgs, Tier } from "./args";

/** The VPC's block where none is given. */
export const defaultCidrBlock = "10.128.0.0/16";

/** The tiers where none are given: those of the four datacenters' preset. Nodes of most pools live in `services`. */
export const defaultTiers: readonly Tier[] = [
  { name: "public", kind: "public", prefixLength: 24 },
  { name: "services", kind: "private", prefixLength: 19 },
  { name: "backoffice", kind: "private", prefixLength: 24 },
  { name: "content-connector", kind: "private", prefixLength: 23 },
];

/** The plain arguments of a network, with all defaults. */
export interface ResolvedNetwork {
  cidrBlock: string;
  tiers: readonly Tier[];
  /** Number of availability zones. */
  zones: number;
  /** Their names, where given. */
  zoneNames: string[] | undefined;
  maxAvailabilityZones: number;
  /** What makes NAT gateways where a tier needs them. */
  natGateways: "single" | "one-per-az" | "none";
  gatewayEndpoints: readonly string[];
  interfaceEndpoints: readonly string[];
  /** Tier of the interface endpoints; undefined where there is no private one. */
  endpointTier: string | undefined;
  maxAwsRanges: number;
}

export function resolveNetwork(args: NetworkArgs): ResolvedNetwork {
  const zones = args.availabilityZones ?? 3;
  const tiers = args.tiers ?? defaultTiers;
  return {
    cidrBlock: args.cidrBlock ?? defaultCidrBlock,
    tiers,
    zones: typeof zones === "number" ? zones : zones.length,
    zoneNames: typeof zones === "number" ? undefined : zones,
    maxAvailabilityZones: args.maxAvailabilityZones ?? 6,
    natGateways: args.natGateways ?? "single",
    gatewayEndpoints: args.gatewayEndpoints ?? ["s3"],
    interfaceEndpoints: args.interfaceEndpoints ?? [],
    endpointTier: args.endpointTier ?? tiers.find(({ kind }) => kind === "private")?.name,
    maxAwsRanges: args.awsRanges?.maxEntries ?? 40,
  };
}

/** What a tier reaches outside the VPC. */
export function egressOf({ kind, egress }: Tier): "internet" | "aws" | "none" {
  return kind === "public" ? "internet" : (egress ?? "internet");
}

/** Whether a tier's way out is a NAT gateway. */
export function needsNat(tier: Tier): boolean {
  return tier.kind === "private" && egressOf(tier) !== "none";
}
