import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated, under } from "../checks";
import { type ClientPoolArgs, clientPoolErrors } from "../client-pool/args";
import { nameErrors, serverErrors, type ServerOptions } from "../cluster-settings/servers";
import type { ConsulClusterRef } from "../consul-cluster/ref";
import { cidrErrors } from "../load-balancer/cidrs";
import type { ImageRef } from "../node/args";
import { kmsKeyErrors } from "../node/parameters";
import { tlsFileErrors } from "../node/tls-files";
import { type SchedulerArgs, schedulerErrors } from "./scheduler";

export type { SchedulerArgs, SchedulerSettings } from "./scheduler";

/** Arguments of {@link NomadCluster}. What it shares with every group of nodes is said of its servers. */
export interface NomadClusterArgs extends ServerOptions {
  /** The Consul cluster that its servers and clients join, and register services with. */
  consul: ConsulClusterRef;
  /**
   * Nomad region: letters, digits and `.-_`. It cannot be changed: agents with another one are another cluster.
   * @default the AWS region
   */
  region?: pulumi.Input<string> | undefined;
  /**
   * Whether agents know each other over RPC by certificates, and their APIs are by TLS, which certificates `secrets` of servers and pools must bring: see `agentCertificates`. Turned on or off with a
   * cluster that runs, its new servers cannot join the old ones.
   * @default false: RPC and the API are in clear
   */
  tls?: boolean | undefined;
  /**
   * ARN of a KMS key under which servers keep the keys that sign workload identities and encrypt variables. They can be read with it alone: keys
   * and variables in a snapshot are lost without it. Where a cluster gets one later, the next rotation of keys uses it. Servers must reach KMS when they start.
   * @default none: keys are in clear in the servers' data directories
   */
  keyringKmsKeyArn?: pulumi.Input<string> | undefined;
  /** Region whose namespaces and ACLs are replicated to all regions; needs `peerCidrs`. @default none */
  authoritativeRegion?: pulumi.Input<string> | undefined;
  /** CIDR blocks of other regions' servers, which routes must lead to. @default none: this region stands alone */
  peerCidrs?: string[] | undefined;
  /** Pools of clients, by their names. @default none: pools can be made apart, as `ClientPool` */
  pools?: NomadPoolArgs[] | undefined;
  /**
   * What comes before the pools and before every change of them: replacements of servers, than which clients are not to be newer.
   * @default nothing
   */
  poolsAfter?: Promise<pulumi.Resource[]> | undefined;
  /** How nodes are chosen for tasks. @default binpack, preemption by system jobs */
  scheduler?: SchedulerArgs | undefined;
}

/**
 * A pool of a {@link NomadCluster}: a `ClientPool` with what the cluster knows left out. The cluster's tags are its pools' too,
 * and so is its key of volumes where a pool has none.
 */
export interface NomadPoolArgs extends Omit<
  ClientPoolArgs,
  "vpcId" | "subnetIds" | "image" | "cluster" | "clusterName"
> {
  /**
   * Name of the pool, unique in the cluster: part of the names of its resources, and its `poolName` where that is not given.
   * A change replaces the pool.
   */
  name: string;
  /** IDs of the subnets that its nodes start in. @default those of the servers */
  subnetIds?: pulumi.Input<string>[] | undefined;
  /** The machine image that its nodes boot from. @default that of the servers */
  image?: ImageRef | undefined;
}

/** What is wrong with the arguments of {@link NomadCluster}. */
export function nomadClusterErrors(args: NomadClusterArgs): PropertyError[] {
  const { pools = [], peerCidrs } = args;
  return [
    ...serverErrors(args),
    ...tlsFileErrors(args.secrets, tlsOf(args)),
    ...nameErrors("region", args.region),
    ...nameErrors("authoritativeRegion", args.authoritativeRegion),
    ...kmsKeyErrors("keyringKmsKeyArn", args.keyringKmsKeyArn),
    ...peerErrors(args),
    ...(peerCidrs === undefined ? [] : cidrErrors("peerCidrs", peerCidrs, "narrow")),
    ...under("scheduler", schedulerErrors(args.scheduler)),
    ...pools.flatMap((pool, i) => under(`pools[${i}]`, poolErrors(args, pool))),
    ...repeated(pools.map(({ name }) => name)).map(({ value, indexes }) => ({
      propertyPath: `pools[${indexes.at(-1)}].name`,
      reason: `"${value}" is already the name of pools[${indexes[0]}]`,
    })),
  ];
}

/** Which agents of the cluster's nodes have certificates. */
const tlsOf = ({ tls, consul }: Pick<NomadClusterArgs, "tls" | "consul">) => ({ nomad: tls, consul: consul.tls });

function peerErrors({ authoritativeRegion, peerCidrs }: NomadClusterArgs): PropertyError[] {
  if (authoritativeRegion === undefined || peerCidrs !== undefined) return [];
  return [{ propertyPath: "peerCidrs", reason: "must be given with authoritativeRegion: the other regions' servers" }];
}

function poolErrors(args: NomadClusterArgs, pool: NomadPoolArgs): PropertyError[] {
  // The name is checked as what it is here, not once more as what the pool is told.
  const { poolName } = pool;
  return [
    ...nameErrors("name", pool.name, "pool"),
    ...clientPoolErrors({ ...clientPoolArgs(args, pool), poolName }),
    ...tlsFileErrors(pool.secrets, tlsOf(args)),
  ];
}

/** The arguments of a pool's `ClientPool`, but for the cluster, which its checks do not need. */
export function clientPoolArgs(
  { vpcId, subnetIds, image, kmsKeyId, tags }: NomadClusterArgs,
  pool: NomadPoolArgs,
): Omit<ClientPoolArgs, "cluster"> {
  return {
    kmsKeyId,
    ...pool,
    poolName: pool.poolName ?? pool.name,
    vpcId,
    subnetIds: pool.subnetIds ?? subnetIds,
    image: pool.image ?? image,
    tags: { ...tags, ...pool.tags },
  };
}
