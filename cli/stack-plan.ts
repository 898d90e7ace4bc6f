import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { defaultInstanceType as bastionType } from "../components/bastion/args";
import { sizesOf } from "../components/client-pool/defaults";
import { defaultServers, serverInstanceType } from "../components/cluster-settings/servers";
import type { CosArgs, CosPoolArgs } from "../components/cos/args";
import { defaultPools, terraformCosPools } from "../components/cos/pools";
import type { DataVolume, VolumeOptions } from "../components/node/volumes";
import { needsNat, resolveNetwork } from "../components/network/defaults";
import { UserError } from "./errors";

/** Where the configuration of a stack is. */
export interface ConfigOptions {
  /** The file. @default Pulumi.STACK.yaml in the current directory */
  config?: string | undefined;
  /** Name of the stack. @default "dev" */
  stack?: string | undefined;
}

/** A group of instances that are alike. */
export interface InstanceGroup {
  /** For people: `Consul servers`, `pool NAME`. */
  name: string;
  /** Instance types; the first is preferred. */
  instanceTypes: string[];
  /** As many as there are at first. */
  count: number;
  /** As many as there may be. */
  most: number;
  /** Percentage of them that are spot instances. */
  spotShare: number;
  /** None where the image says it all. */
  rootVolume: VolumeOptions | undefined;
  dataVolumes: DataVolume[];
}

export interface PlannedLoadBalancer {
  type: "application" | "network";
  scheme: "public" | "internal";
}

/** What a stack's configuration asks for, as far as prices and quotas are concerned. */
export interface StackPlan {
  /** The configuration file. */
  file: string;
  /** AWS region; undefined where the configuration leaves it to the environment. */
  region: string | undefined;
  /** The `cos:` keys, as they are. */
  args: Partial<CosArgs>;
  /** Availability zones. */
  zones: number;
  /** Consul's servers, Nomad's servers, and the pools. */
  groups: InstanceGroup[];
  /** With a public address. */
  bastion: InstanceGroup | undefined;
  natGateways: number;
  /** Interface endpoints, each in every zone. */
  interfaceEndpoints: number;
  loadBalancers: PlannedLoadBalancer[];
}

/** Reads what a stack's configuration asks for. @throws UserError */
export function readStackPlan(options: ConfigOptions): StackPlan {
  const file = resolve(options.config ?? `Pulumi.${options.stack ?? "dev"}.yaml`);
  if (!existsSync(file)) {
    throw new UserError(`There is no configuration ${file}. Name the stack with --stack, or its file with --config.`);
  }
  const values = configOf(file);
  const args = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith("cos:"))
      .map(([key, value]) => [key.slice("cos:".length), value]),
  );
  const region = values["aws:region"];
  return planOf(file, args, typeof region === "string" ? region : undefined);
}

function configOf(file: string): Record<string, unknown> {
  try {
    const { config } = (parse(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> | null };
    return config ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UserError(`${file} is no YAML: ${error.message}`);
  }
}

/** All instances that a plan has. */
export const allGroups = ({ groups, bastion }: StackPlan): InstanceGroup[] => (bastion ? [...groups, bastion] : groups);

/** What arguments of `Cos` ask for. They need not have been checked, only to be of the right kind. */
export function planOf(file: string, args: Partial<CosArgs>, region: string | undefined): StackPlan {
  const network = resolveNetwork(args.network ?? {});
  const existing = args.existingNetwork;
  const zones = existing
    ? Math.max(1, ...Object.values(existing.subnetIds).map((subnets) => subnets.length))
    : network.zones;
  const needed = !existing && network.tiers.some(needsNat);
  const gateways = { single: 1, "one-per-az": zones, none: 0 };
  return {
    file,
    region,
    args,
    zones,
    groups: groupsOf(args),
    bastion: bastionOf(args),
    natGateways: needed ? gateways[network.natGateways] : 0,
    interfaceEndpoints: existing ? 0 : network.interfaceEndpoints.length,
    loadBalancers: loadBalancersOf(args),
  };
}

function groupsOf(args: Partial<CosArgs>): InstanceGroup[] {
  const image = { id: "", architecture: args.image?.architecture };
  const servers = (name: string, options: NonNullable<CosArgs["consul"] | CosArgs["nomad"]>): InstanceGroup => {
    const count = options.servers ?? defaultServers;
    const instanceTypes = [serverInstanceType({ instanceType: options.instanceType, image })];
    return { name, instanceTypes, count, most: count, spotShare: 0, rootVolume: options.rootVolume, dataVolumes: [] };
  };
  const pools = poolsOf(args).map((pool): InstanceGroup => {
    const { minSize, maxSize, desiredSize } = sizesOf(pool);
    return {
      name: `pool ${pool.name}`,
      instanceTypes: pool.instanceTypes,
      count: desiredSize ?? minSize,
      most: maxSize,
      spotShare: pool.spot ? (pool.spot.share ?? 100) : 0,
      rootVolume: pool.rootVolume,
      dataVolumes: pool.dataVolumes ?? [],
    };
  });
  return [servers("Consul servers", args.consul ?? {}), servers("Nomad servers", args.nomad ?? {}), ...pools];
}

/** The pools, which a configuration may name as the preset that config.ts knows too. */
function poolsOf({ nomad }: Partial<CosArgs>): readonly CosPoolArgs[] {
  const pools: unknown = nomad?.pools;
  return pools === "terraform-cos" ? terraformCosPools : (nomad?.pools ?? defaultPools);
}

function bastionOf({ bastion }: Partial<CosArgs>): InstanceGroup | undefined {
  return (
    bastion && {
      name: "bastion",
      instanceTypes: [bastion.instanceType ?? bastionType],
      count: 1,
      most: 1,
      spotShare: 0,
      rootVolume: { sizeGiB: bastion.rootVolumeSizeGiB },
      dataVolumes: [],
    }
  );
}

function loadBalancersOf({ ingresses = [], apiAccess, uiAccess }: Partial<CosArgs>): PlannedLoadBalancer[] {
  const one = (
    type: PlannedLoadBalancer["type"],
    { scheme = "public" }: { scheme?: "public" | "internal" | undefined },
  ): PlannedLoadBalancer => ({ type, scheme });
  return [
    ...ingresses.map((ingress) => one("application", ingress)),
    // The APIs always have one.
    one("network", apiAccess ?? {}),
    ...(uiAccess ? [one("application", uiAccess)] : []),
  ];
}
