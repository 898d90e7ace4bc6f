import type { NodeListing } from "../apis/nomad";
import { UsageError } from "./errors";
import type { StackOutputs } from "./outputs";

/** A group of clients that are counted together: those of a pool. */
export interface PoolDemand {
  /** Name of the client pool. */
  name: string;
  /** Nomad node pool. */
  nodePool: string;
  /** Nomad datacenter. @default any */
  datacenter?: string;
  /** Least number of clients. */
  least: number;
}

/** What a cluster should have, as far as its stack says so. */
export interface Expected {
  consulServers: number | undefined;
  nomadServers: number | undefined;
  pools: PoolDemand[];
  /** What is missing among these clients. */
  missingClients(clients: NodeListing[]): string[];
}

/** Names of the Auto Scaling groups of a stack's pools, by pool. */
export function groupsOf({ cluster }: StackOutputs): Record<string, string> {
  const pools = Object.entries(cluster?.nomad.pools ?? {});
  return Object.fromEntries(pools.map(([name, { autoScalingGroupName }]) => [name, autoScalingGroupName]));
}

/** What the cluster of a stack should have. */
export function clusterHas({ cluster }: StackOutputs): Expected {
  const pools = Object.entries(cluster?.nomad.pools ?? {}).map(([name, pool]) => ({
    name,
    nodePool: pool.nodePool,
    datacenter: pool.datacenter,
    least: pool.minSize,
  }));
  return {
    consulServers: cluster?.consul.servers,
    nomadServers: cluster?.nomad.servers,
    pools,
    missingClients: (clients) => missingClients(pools, clients),
  };
}

/**
 * The pools that are meant: one, or all of them. Of a cluster whose pools the stack does not know, a pool is what Nomad calls a
 * node pool.
 *
 * @param name that of the option `--pool`
 * @throws UsageError where there is none of the name
 */
export function chosenPools(outputs: StackOutputs, name: string | undefined): PoolDemand[] {
  const { pools } = clusterHas(outputs);
  if (pools.length === 0) {
    const nodePool = name ?? "default";
    return [{ name: nodePool, nodePool, least: 1 }];
  }
  const chosen = name === undefined ? pools : pools.filter((pool) => pool.name === name);
  if (chosen.length > 0) return chosen;
  throw new UsageError(`--pool ${name ?? ""}: no such pool; there are ${pools.map((pool) => pool.name).join(", ")}.`);
}

/** Which pools have fewer ready clients than they should have, in words. */
export function missingClients(pools: PoolDemand[], clients: NodeListing[]): string[] {
  return shortPools(pools, clients).map(
    ({ pool, ready }) => `pool ${pool.name} has ${ready} of ${pool.least} clients ready`,
  );
}

/** Which pools have fewer ready clients than they should have, and how many. */
export function shortPools(pools: PoolDemand[], clients: NodeListing[]): { pool: PoolDemand; ready: number }[] {
  return pools
    .map((pool) => ({ pool, ready: clients.filter((node) => isIn(pool, node) && isReady(node)).length }))
    .filter(({ pool, ready }) => ready < pool.least);
}

/** Whether a client belongs to a pool. */
export function isIn(pool: Pick<PoolDemand, "nodePool" | "datacenter">, node: NodeListing): boolean {
  return node.NodePool === pool.nodePool && (pool.datacenter === undefined || node.Datacenter === pool.datacenter);
}

/** Whether a client takes tasks. */
export function isReady({ Status, SchedulingEligibility, Drain }: NodeListing): boolean {
  return Status === "ready" && SchedulingEligibility === "eligible" && !Drain;
}
