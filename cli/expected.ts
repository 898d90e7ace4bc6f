import type { NodeListing } from "../apis/nomad";
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

/** Which pools have fewer ready clients than they should have, in words. */
export function missingClients(pools: PoolDemand[], clients: NodeListing[]): string[] {
  return pools.flatMap((pool) => {
    const ready = clients.filter((node) => isIn(pool, node) && isReady(node)).length;
    return ready < pool.least ? [`pool ${pool.name} has ${ready} of ${pool.least} clients ready`] : [];
  });
}

/** Whether a client belongs to a pool. */
export function isIn(pool: Pick<PoolDemand, "nodePool" | "datacenter">, node: NodeListing): boolean {
  return node.NodePool === pool.nodePool && (pool.datacenter === undefined || node.Datacenter === pool.datacenter);
}

/** Whether a client takes tasks. */
export function isReady({ Status, SchedulingEligibility, Drain }: NodeListing): boolean {
  return Status === "ready" && SchedulingEligibility === "eligible" && !Drain;
}
