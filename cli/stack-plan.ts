import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { defaultServers, serverInstanceType } from "../components/cluster-settings/servers";
import type { CosArgs } from "../components/cos/args";
import { defaultPools } from "../components/cos/pools";
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
  spot: boolean;
  /** None where the image says it all. */
  rootVolume: VolumeOptions | undefined;
  dataVolumes: DataVolume[];
}

/** A load balancer, and the addresses that are let in. */
export interface PlannedLoadBalancer {
  /** Path of its configuration. */
  path: string;
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
  groups: InstanceGroup[];
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
  return planOf(file, args as Partial<CosArgs>, typeof region === "string" ? region : undefined);
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
    return { name, instanceTypes, count, most: count, spot: false, rootVolume: options.rootVolume, dataVolumes: [] };
  };
  const pools = (args.nomad?.pools ?? defaultPools).map((pool): InstanceGroup => {
    const { minSize = 1, maxSize = minSize, desiredSize = minSize } = pool;
    return {
      name: `pool ${pool.name}`,
      instanceTypes: pool.instanceTypes,
      count: desiredSize,
      most: Math.max(maxSize, desiredSize),
      spot: pool.spot !== undefined && pool.spot.share !== 0,
      rootVolume: pool.rootVolume,
      dataVolumes: pool.dataVolumes ?? [],
    };
  });
  return [servers("Consul servers", args.consul ?? {}), servers("Nomad servers", args.nomad ?? {}), ...pools];
}

function loadBalancersOf({ ingresses = [], apiAccess, uiAccess }: Partial<CosArgs>): PlannedLoadBalancer[] {
  const one = (
    path: string,
    type: PlannedLoadBalancer["type"],
    { scheme = "public" }: { scheme?: "public" | "internal" | undefined },
  ): PlannedLoadBalancer => ({ path, type, scheme });
  return [
    ...ingresses.map((ingress, i) => one(`ingresses[${i}]`, "application", ingress)),
    // The APIs always have one.
    one("apiAccess", "network", apiAccess ?? {}),
    ...(uiAccess ? [one("uiAccess", "application", uiAccess)] : []),
  ];
}
