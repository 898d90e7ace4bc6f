import type * as pulumi from "@pulumi/pulumi";
import type { ClientPoolRef } from "../client-pool/ref";
import { serverInstanceType } from "../cluster-settings/servers";
import type { ConsulClusterArgs } from "../consul-cluster/args";
import type { ConsulClusterRef } from "../consul-cluster/ref";
import type { IngressArgs } from "../ingress/args";
import { type Architecture, architectureOf } from "../instance-type";
import { resolveNetwork } from "../network/defaults";
import type { ImageRef, NodeRole, NodeSecret } from "../node/args";
import type { NomadClusterArgs, NomadPoolArgs } from "../nomad-cluster/args";
import type { UiAccessArgs } from "../ui-access/args";
import { without } from "../without";
import type { CosArgs, CosIngressArgs, CosPoolArgs, CosUiAccessArgs, InTier } from "./args";
import { defaultPools } from "./pools";

/** What the parts are made in: the network and the image, real ones or, for the checks, stand-ins. */
export interface Surroundings {
  clusterName: string;
  vpcId: pulumi.Input<string>;
  /** The subnets of a tier; none where there is no such tier. */
  subnetIds(tier: string): pulumi.Input<string>[];
  /** The image for an architecture. */
  image(architecture: Architecture): ImageRef;
  /** What nodes of a role need to be let in by the others. */
  secrets(role: NodeRole): NodeSecret[];
  /** Whether agents know each other by certificates, which those secrets bring. */
  tls: boolean;
  /** The KMS key of Nomad's keyring. */
  keyringKmsKeyArn?: pulumi.Input<string> | undefined;
  /** The security group of the VPC's interface endpoints. */
  endpointSecurityGroupId?: pulumi.Input<string> | undefined;
  /** ARNs of the registry's repositories. */
  repositoryArns?: pulumi.Input<string>[] | undefined;
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
    image: consul.image ?? place.image(architectureFor([consul.instanceType], args)),
    secrets: [...(consul.secrets ?? []), ...place.secrets("consul-server")],
    tls: place.tls,
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
    image: nomad.image ?? place.image(architectureFor([nomad.instanceType], args)),
    secrets: [...(nomad.secrets ?? []), ...place.secrets("nomad-server")],
    tls: place.tls,
    keyringKmsKeyArn: place.keyringKmsKeyArn,
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
    ecrPull: own.ecrPull === true ? (place.repositoryArns ?? true) : own.ecrPull,
    fileSystems: [...(own.fileSystems ?? []), ...shared],
    secrets: [...(own.secrets ?? []), ...place.secrets("client")],
    subnetIds: place.subnetIds(tier ?? defaultTiers.nodes),
    image: own.image ?? place.image(architectureFor(pool.instanceTypes, args)),
  };
}

/** The arguments of an ingress, but for its place. The rules towards the services are made once for all ingresses. */
export function ingressArgs(
  args: CosArgs,
  ingress: CosIngressArgs,
  poolOf: PoolOf,
): Omit<IngressArgs, "vpcId" | "subnetIds"> {
  const own = without(ingress, "tier", "name");
  const allowedCidrs = own.allowedCidrs ?? (own.scheme === "internal" ? vpcCidrs(args) : undefined);
  return { ...own, allowedCidrs, pools: named(own.pools, poolOf) };
}

/** The arguments of the load balancer of the UIs, but for its place and the servers. */
export function uiArgs(
  args: CosArgs,
  uiAccess: CosUiAccessArgs,
  poolOf: PoolOf,
): Omit<UiAccessArgs, "vpcId" | "subnetIds" | "consul" | "nomad"> {
  const { fabioPools = ingressPools(args), ...own } = without(uiAccess, "tier");
  return { ...own, ...(fabioPools.length > 0 && { fabio: { pools: named(fabioPools, poolOf) } }) };
}

type PoolOf = (name: string) => ClientPoolRef;

const named = (pools: readonly string[], poolOf: PoolOf): Record<string, ClientPoolRef> =>
  Object.fromEntries(pools.map((name) => [name, poolOf(name)]));

/** The VPC's addresses, where they are known. */
function vpcCidrs({ network, existingNetwork }: CosArgs): string[] | undefined {
  const cidrBlock = existingNetwork ? existingNetwork.cidrBlock : resolveNetwork(network ?? {}).cidrBlock;
  return cidrBlock === undefined ? undefined : [cidrBlock];
}

/** The architecture that a group of nodes has by its first instance type; where it has none, that of the image. */
function architectureFor([type]: (string | undefined)[], { image }: CosArgs): Architecture {
  const fallback = image?.architecture ?? "arm64";
  return architectureOf(type ?? serverInstanceType({ image: { id: "", architecture: fallback } })) ?? fallback;
}
