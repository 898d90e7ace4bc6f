import * as pulumi from "@pulumi/pulumi";
import { agentCertificates, CertificateAuthority } from "../certificate-authority";
import { ClusterAcl } from "../cluster-acl";
import { GossipKeyring, gossipKeyringFiles } from "../gossip-keyring";
import type { NodeRole, NodeSecret } from "../node/args";
import { NodeSecrets } from "../node-secrets";
import type { SecretContents } from "../node-secrets/args";
import { without } from "../without";
import type { CosArgs, CosSecurityArgs, CosTlsArgs } from "./args";

/** Whose security it is. */
interface Cluster {
  clusterName: string;
  /** DNS name of the load balancer of the APIs. */
  apiName: pulumi.Output<string>;
  /** AWS region, which the Consul datacenter and the Nomad region are called by where nothing else is said. */
  awsRegion: pulumi.Output<string>;
}

/** What keeps others out of a cluster. */
export interface Security {
  /** The keys of gossip, where it is encrypted. */
  gossipKeys: Record<"consul" | "nomad", pulumi.Output<string[]>> | undefined;
  /** The certificates of the authorities that agents and APIs have theirs by, PEM; none where there is no TLS. */
  caPem: pulumi.Output<string> | undefined;
  /** Who may do what, where not everybody may do everything. */
  acl: ClusterAcl | undefined;
  /** What nodes of a role get of it. */
  secrets(role: NodeRole): NodeSecret[];
  /** The KMS key of Nomad's keyring, where it has one. */
  keyringKmsKeyArn: pulumi.Input<string> | undefined;
  /** Versions of all that nodes get, where they get something. */
  versions: pulumi.Output<Record<string, number>> | undefined;
}

/** What a part of it gives nodes of each role. */
type Part = Partial<Record<NodeRole, SecretContents>>;

/** Makes what keeps others out of a {@link Cos}, and warns of what does not. */
export function secure(name: string, args: CosArgs, cluster: Cluster, parent: pulumi.Resource): Security {
  const { security: { gossip = {}, tls = {}, acl = {}, keyring = true, kmsKeyArn } = {}, tags } = args;
  const keyrings = gossip === false ? undefined : keyringsOf(name, gossip, parent);
  const authority = tls === false ? undefined : authorityOf(name, tls, cluster, parent);
  const { clusterName } = cluster;
  const rights =
    acl === false
      ? undefined
      : new ClusterAcl(`${name}-acl`, { clusterName, ...without(acl, "namespaces") }, { parent });
  const parts: Part[] = [
    keyrings ? gossipKeyringFiles({ ...keyrings, federated: args.consul?.federation !== undefined }) : {},
    tls === false || !authority ? {} : certificatesOf(authority, args, tls, cluster),
    rights?.files ?? {},
  ];
  warnOf({ gossip, tls, acl, keyring }, parent);
  const common = {
    gossipKeys: keyrings && { consul: keyrings.consul.keys, nomad: keyrings.nomad.keys },
    caPem: authority?.certificates,
    acl: rights,
  };
  const hasSecrets = gossip !== false || tls !== false || acl !== false;
  if (!hasSecrets && !keyring) {
    return { ...common, keyringKmsKeyArn: undefined, secrets: () => [], versions: undefined };
  }
  const roles: NodeRole[] = ["consul-server", "nomad-server", "client"];
  const secrets = new NodeSecrets(
    `${name}-secrets`,
    {
      clusterName,
      secrets: Object.fromEntries(roles.map((role) => [role, Object.assign({}, ...parts.map((part) => part[role]))])),
      kmsKeyArn,
      tags,
    },
    { parent },
  );
  return {
    ...common,
    keyringKmsKeyArn: keyring ? secrets.kmsKeyArn : undefined,
    secrets: (role) => secrets.of(role),
    versions: hasSecrets ? secrets.versions : undefined,
  };
}

function keyringsOf(
  name: string,
  gossip: Exclude<CosSecurityArgs["gossip"], false | undefined>,
  parent: pulumi.Resource,
) {
  const keyring = (product: "consul" | "nomad") =>
    new GossipKeyring(`${name}-gossip-${product}`, gossip[product] ?? {}, { parent });
  return { consul: keyring("consul"), nomad: keyring("nomad") };
}

function authorityOf(name: string, tls: CosTlsArgs, { clusterName }: Cluster, parent: pulumi.Resource) {
  const own = without(tls, "apiNames", "certificates", "certificateHours");
  return new CertificateAuthority(`${name}-authority`, { commonName: clusterName, ...own }, { parent });
}

function certificatesOf(
  authority: CertificateAuthority,
  { consul, nomad }: CosArgs,
  { apiNames = [], certificates, certificateHours }: CosTlsArgs,
  { apiName, awsRegion }: Cluster,
): Part {
  return agentCertificates(authority, {
    datacenter: consul?.datacenter ?? awsRegion,
    region: nomad?.region ?? awsRegion,
    apiNames: [apiName, ...apiNames],
    certificates,
    validityHours: certificateHours,
  });
}

/** What is not there where it is turned off. */
const risks = {
  gossip: "gossip is not encrypted: whoever reaches an agent can join the cluster, and make itself a server of it",
  tls: "agents and APIs talk in clear: whoever is on their way reads and changes what they say, and poses as a server",
  acl: "there are no ACLs: whoever reaches an API of Consul or Nomad may do everything, and run what he likes as root",
  keyring:
    "Nomad's keys are in clear on its servers' disks and in snapshots: whoever has those signs workload identities and reads variables",
};

function warnOf(security: Record<keyof typeof risks, object | boolean>, parent: pulumi.Resource): void {
  for (const key of ["gossip", "tls", "acl", "keyring"] as const) {
    if (security[key] === false) void pulumi.log.warn(`security.${key} is false: ${risks[key]}`, parent);
  }
}
