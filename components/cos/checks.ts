import { apiAccessErrors } from "../api-access/args";
import { bastionErrors } from "../bastion/args";
import { type PropertyError, repeated, under } from "../checks";
import { nameErrors } from "../cluster-settings/servers";
import { certificateAuthorityErrors, hoursErrors } from "../certificate-authority/args";
import { clusterAclErrors } from "../cluster-acl/args";
import { namespaceErrors } from "../consul-acl/args";
import { consulPolicies } from "../consul-acl/policies";
import { consulClusterErrors } from "../consul-cluster/args";
import { containerRegistryErrors } from "../container-registry/args";
import { gossipKeyringErrors } from "../gossip-keyring/args";
import { ingressErrors } from "../ingress/args";
import { machineImageErrors } from "../machine-image/args";
import { existingNetworkErrors, networkErrors } from "../network/args";
import { resolveNetwork } from "../network/defaults";
import { nodeSecretsErrors } from "../node-secrets/args";
import { nomadClusterErrors } from "../nomad-cluster/args";
import { sharedFileSystemErrors } from "../shared-file-system/args";
import { uiAccessErrors } from "../ui-access/args";
import { without } from "../without";
import type { CosAclArgs, CosArgs } from "./args";
import {
  consulArgs,
  defaultTiers,
  ingressArgs,
  nomadArgs,
  outerTier,
  poolsOf,
  type Surroundings,
  uiArgs,
} from "./parts";

/** What is wrong with the arguments of {@link Cos}: all that is wrong with any of its parts, under the names it has there. */
export function cosErrors(args: CosArgs): PropertyError[] {
  const place = placeholders(args);
  const { vpcId } = place;
  const at = (tier: string) => ({ vpcId, subnetIds: place.subnetIds(tier) });
  const consulRef = {
    datacenter: "placeholder",
    joinTag: { key: "key", value: "value" },
    securityGroupId: "sg-placeholder",
  };
  const servers = groupRef;
  const { apiAccess, uiAccess, bastion, registry, fileSystem, network, existingNetwork, image } = args;
  return renamed(args, [
    ...nameErrors("clusterName", args.clusterName),
    ...exclusive(args),
    ...(network ? under("network", networkErrors(network)) : []),
    ...(existingNetwork ? under("existingNetwork", existingNetworkErrors(existingNetwork)) : []),
    ...(image ? under("image", machineImageErrors(image)) : []),
    ...tierErrors(args),
    ...under("consul", consulClusterErrors(consulArgs(args, place))),
    ...under("nomad", nomadClusterErrors(nomadArgs(args, place, consulRef))),
    ...ingressesErrors(args, place),
    ...under(
      "apiAccess",
      apiAccessErrors({ ...apiAccess, ...at(outerTier(apiAccess)), consul: servers, nomad: servers }),
    ),
    ...(uiAccess
      ? under(
          "uiAccess",
          uiAccessErrors({
            ...uiArgs(args, uiAccess, poolRef),
            ...at(outerTier(uiAccess)),
            consul: servers,
            nomad: servers,
          }),
        )
      : []),
    ...(bastion ? under("bastion", bastionErrors({ ...bastion, vpcId, subnetId: "subnet-placeholder" })) : []),
    ...(registry ? under("registry", containerRegistryErrors(registry)) : []),
    ...(fileSystem
      ? under(
          "fileSystem",
          sharedFileSystemErrors({
            ...fileSystem,
            ...at(fileSystem.tier ?? defaultTiers.nodes),
          }),
        )
      : []),
    ...mountErrors(args),
    ...under("security", securityErrors(args)),
    ...timeoutErrors(args),
  ]);
}

/** What stands for a group of nodes that is not made yet. */
const groupRef = { autoScalingGroupName: "placeholder", securityGroupId: "sg-placeholder" };
const poolRef = () => groupRef;

/** Plain values in the place of what is not made yet, so that the parts' own checks can run. */
function placeholders(args: CosArgs): Surroundings {
  const { zones } = resolveNetwork(args.network ?? {});
  const subnets = Array.from({ length: Math.max(0, Math.floor(zones)) }, (_, i) => `subnet-placeholder-${i}`);
  const { existingNetwork } = args;
  const known = tierNames(args);
  // Unknown tiers and wrong IDs are errors of their own, which must not bring others with them.
  const right = existingNetwork && existingNetworkErrors(existingNetwork).length === 0 ? existingNetwork : undefined;
  return {
    clusterName: args.clusterName ?? "placeholder",
    vpcId: "vpc-placeholder",
    subnetIds: (tier) => (right && known.includes(tier) ? (right.subnetIds[tier] ?? []) : subnets),
    fileSystemId: args.fileSystem && "fs-placeholder",
    secrets: () => [],
    tls: false,
    image: (architecture) => ({
      id: "ami-placeholder",
      architecture: args.image?.id === undefined ? architecture : (args.image.architecture ?? "arm64"),
    }),
  };
}

function tierNames({ network, existingNetwork }: CosArgs): string[] {
  if (existingNetwork) return Object.keys(existingNetwork.subnetIds);
  return resolveNetwork(network ?? {}).tiers.map(({ name }) => name);
}

function exclusive({ network, existingNetwork }: CosArgs): PropertyError[] {
  if (!network || !existingNetwork) return [];
  return [
    { propertyPath: "existingNetwork", reason: "must not be given together with network: one of them is the network" },
  ];
}

function tierErrors(args: CosArgs): PropertyError[] {
  const known = tierNames(args);
  const { nodes } = defaultTiers;
  const used: [path: string, tier: string][] = [
    ["consul.tier", args.consul?.tier ?? nodes],
    ["nomad.tier", args.nomad?.tier ?? nodes],
    ...poolsOf(args).map(({ tier }, i): [string, string] => [`nomad.pools[${i}].tier`, tier ?? nodes]),
    ...(args.ingresses ?? []).map((ingress, i): [string, string] => [`ingresses[${i}].tier`, outerTier(ingress)]),
    ["apiAccess.tier", outerTier(args.apiAccess)],
    ...(args.uiAccess ? [["uiAccess.tier", outerTier(args.uiAccess)] as [string, string]] : []),
    ...(args.bastion ? [["bastion.tier", outerTier(args.bastion)] as [string, string]] : []),
    ...(args.fileSystem ? [["fileSystem.tier", args.fileSystem.tier ?? nodes] as [string, string]] : []),
  ];
  return used
    .filter(([, tier]) => !known.includes(tier))
    .map(([propertyPath, tier]) => ({
      propertyPath,
      reason: `there is no tier "${tier}" in the network; there are: ${known.join(", ")}`,
    }));
}

function ingressesErrors(args: CosArgs, place: Surroundings): PropertyError[] {
  const ingresses = args.ingresses ?? [];
  const known = poolsOf(args).map(({ name }) => name);
  const unknown = (propertyPath: string, name: string): PropertyError[] =>
    known.includes(name)
      ? []
      : [{ propertyPath, reason: `there is no pool "${name}"; there are: ${known.join(", ") || "none"}` }];
  return [
    ...ingresses.flatMap((ingress, i) =>
      under(`ingresses[${i}]`, [
        ...nameErrors("name", ingress.name),
        ...ingress.pools.flatMap((name, j) => unknown(`pools[${j}]`, name)),
        ...ingressErrors({
          ...ingressArgs(args, ingress, poolRef),
          vpcId: place.vpcId,
          subnetIds: place.subnetIds(outerTier(ingress)),
        }),
      ]),
    ),
    ...repeated(ingresses.map(({ name }) => name)).map(({ value, indexes }) => ({
      propertyPath: `ingresses[${indexes.at(-1)}].name`,
      reason: `"${value}" is already the name of ingresses[${indexes[0]}]`,
    })),
    ...(args.uiAccess?.fabioPools ?? []).flatMap((name, i) => unknown(`uiAccess.fabioPools[${i}]`, name)),
  ];
}

function mountErrors(args: CosArgs): PropertyError[] {
  if (args.fileSystem) return [];
  return poolsOf(args).flatMap(({ sharedFileSystemMountPoint }, i) =>
    sharedFileSystemMountPoint === undefined
      ? []
      : [
          {
            propertyPath: `nomad.pools[${i}].sharedFileSystemMountPoint`,
            reason: `needs fileSystem: there is no file system to mount at "${sharedFileSystemMountPoint}"`,
          },
        ],
  );
}

function securityErrors({ security: { gossip, tls, acl, kmsKeyArn } = {}, consul, nomad }: CosArgs): PropertyError[] {
  const federated = consul?.federation !== undefined || nomad?.authoritativeRegion !== undefined;
  const reason = "must be false for a cluster that is federated with others: tokens of one are not those of another";
  return [
    ...nodeSecretsErrors({ clusterName: "placeholder", secrets: {}, kmsKeyArn }),
    ...(gossip
      ? under("gossip", [
          ...under("consul", gossipKeyringErrors(gossip.consul ?? {})),
          ...under("nomad", gossipKeyringErrors(gossip.nomad ?? {})),
        ])
      : []),
    ...(tls
      ? under("tls", [
          ...certificateAuthorityErrors(tls),
          ...nameErrors("certificates", tls.certificates),
          ...hoursErrors("certificateHours", tls.certificateHours),
        ])
      : []),
    ...(acl === false ? [] : under("acl", aclErrors(acl ?? {}))),
    ...(acl !== false && federated ? [{ propertyPath: "acl", reason }] : []),
  ];
}

function aclErrors(acl: CosAclArgs): PropertyError[] {
  const { namespaces = {} } = acl;
  const known = Object.keys(consulPolicies("placeholder"));
  return [
    ...clusterAclErrors({ clusterName: "placeholder", ...without(acl, "namespaces") }),
    ...under("namespaces", namespaceErrors(namespaces, known)),
  ];
}

function timeoutErrors({ readyTimeoutSeconds: seconds }: CosArgs): PropertyError[] {
  if (seconds === undefined || seconds > 0) return [];
  return [{ propertyPath: "readyTimeoutSeconds", reason: `must be more than 0, got ${seconds}` }];
}

/** The parts speak of `subnetIds` and of all `fileSystems`, where here there are tiers and the shared one. */
function renamed(args: CosArgs, errors: PropertyError[]): PropertyError[] {
  const pools = poolsOf(args);
  const ofAll = Object.keys(args.tags ?? {}).map((key) => `.tags["${key}"]`);
  const all = errors.map(({ propertyPath, reason }) => ({
    propertyPath: propertyPath
      // The tags of the whole are those of each part.
      .replace(/^(consul|nomad|nomad\.pools\[\d+\])(\.tags\[.*)$/, (path, _part, tag: string) =>
        ofAll.includes(tag) ? tag.slice(1) : path,
      )
      .replace(/^(?!existingNetwork)(.*)\.subnetIds(\[\d+\])?$/, "$1.tier")
      .replace(/^(nomad\.pools\[(\d+)\])\.fileSystems\[(\d+)\]\.mountPoint$/, (path, pool, i, at) =>
        // The shared one comes after the pool's own.
        Number(at) === (pools[Number(i)]?.fileSystems ?? []).length ? `${pool}.sharedFileSystemMountPoint` : path,
      ),
    reason,
  }));
  const seen = new Set<string>();
  return all.filter(({ propertyPath, reason }) => {
    const text = `${propertyPath}: ${reason}`;
    return !seen.has(text) && seen.add(text);
  });
}
