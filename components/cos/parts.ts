import type * as pulumi from "@pulumi/pulumi";
import type { ClientPoolRef } from "../client-pool/ref";
import { serverInstanceType } from "../cluster-settings/servers";
import type { ConsulClusterArgs } from "../consul-cluster/args";
import type { ConsulClusterRef } from "../consul-cluster/ref";
import type { IngressArgs } from "../ingress/args";
import { type Architecture, architectureOf } from "../instance-type";
import type { ImageRef } from "../node/args";
import type { NomadClusterArgs, NomadPoolArgs } from "../nomad-cluster/args";
import { without } from "../without";
import type { CosArgs, CosIngressArgs, CosPoolArgs, InTier } from "./args";
import { defaultPools } from "./pools";

/** What the parts are made in: the network and the image, real ones or, for the checks, stand-ins. */
export interface Surroundings {
  clusterName: string;
  vpcId: pulumi.Input<string>;
  /** The subnets of a tier; none where there is no such tier. */
  subnetIds(tier: string): pulumi.Input<string>[];
  /** The image for an architecture. */
  image(architecture: Architecture): ImageRef;
  /** The security group of the VPC's interface endpoints. */
  endpointSecurityGroupId?: pulumi.Input<string> | undefined;
  /** The shared file system. */
  fileSystemId?: pulumi.Input<string> | undefined;
}

/** The tiers of parts that name none. */
export const defaultTiers = { nodes: "services", outside: "public" };

/** The tier of a load balancer or host: by its scheme, unless it names one. */
export function outerTier({ tier, scheme }: InTier & { scheme?: string | undefined }): string {
  return tier ?? (scheme === "internal" ? defaultTiers.nodes : defaultTiers.outside);
}

/** The client pools. */
export const poolsOf = (args: CosArgs): readonly CosPoolArgs[] => args.nomad?.pools ?? defaultPools;

/** The pools that run fabio, each once. */
export const ingressPools = (args: CosArgs): string[] => [
  ...new Set((args.ingresses ?? []).flatMap(({ pools }) => pools)),
];

/** The arguments of the Consul cluster. */
export function consulArgs(args: CosArgs, place: Surroundings): ConsulClusterArgs {
  const { tier, ...consul } = args.consul ?? {};
  return {
    ...consul,
    vpcId: place.vpcId,
    subnetIds: place.subnetIds(tier ?? defaultTiers.nodes),
    image: place.image(architectureFor([consul.instanceType], args)),
    clusterName: place.clusterName,
    endpointSecurityGroupId: consul.endpointSecurityGroupId ?? place.endpointSecurityGroupId,
    tags: args.tags,
  };
}

/** The arguments of the Nomad cluster with its pools. */
export function nomadArgs(args: CosArgs, place: Surroundings, consul: ConsulClusterRef): NomadClusterArgs {
  const { tier, ...nomad } = without(args.nomad ?? {}, "pools");
  return {
    ...nomad,
    vpcId: place.vpcId,
    subnetIds: place.subnetIds(tier ?? defaultTiers.nodes),
    image: place.image(architectureFor([nomad.instanceType], args)),
    clusterName: place.clusterName,
    endpointSecurityGroupId: nomad.endpointSecurityGroupId ?? place.endpointSecurityGroupId,
    consul,
    pools: poolsOf(args).map((pool) => poolArgs(args, pool, place)),
    tags: args.tags,
  };
}

function poolArgs(args: CosArgs, pool: CosPoolArgs, place: Surroundings): NomadPoolArgs {
  const { tier, sharedFileSystemMountPoint, ...own } = pool;
  const { fileSystemId } = place;
  const shared =
    sharedFileSystemMountPoint !== undefined && fileSystemId !== undefined
      ? [{ id: fileSystemId, mountPoint: sharedFileSystemMountPoint }]
      : [];
  return {
    ...own,
    nodePool: own.nodePool ?? own.name,
    fileSystems: [...(own.fileSystems ?? []), ...shared],
    subnetIds: place.subnetIds(tier ?? defaultTiers.nodes),
    image: place.image(architectureFor(pool.instanceTypes, args)),
  };
}

/** The arguments of an ingress, but for its place. The rules towards the services are made once for all ingresses. */
export function ingressArgs(
  ingress: CosIngressArgs,
  poolOf: (name: string) => ClientPoolRef,
): Omit<IngressArgs, "vpcId" | "subnetIds"> {
  const { pools, ...own } = without(ingress, "tier", "name");
  return { ...own, pools: Object.fromEntries(pools.map((name) => [name, poolOf(name)])) };
}

/** The architecture that a group of nodes has by its first instance type; where it has none, that of the image. */
function architectureFor([type]: (string | undefined)[], { image }: CosArgs): Architecture {
  const fallback = image?.architecture ?? "arm64";
  return architectureOf(type ?? serverInstanceType({ image: { id: "", architecture: fallback } })) ?? fallback;
}
