import type * as pulumi from "@pulumi/pulumi";
import type { ApiAccessArgs } from "../api-access/args";
import type { BastionArgs } from "../bastion/args";
import type { AgentCertificatesArgs } from "../certificate-authority/agents";
import type { CertificateAuthorityArgs } from "../certificate-authority/args";
import type { ClientPoolArgs } from "../client-pool/args";
import type { ConsulClusterArgs } from "../consul-cluster/args";
import type { ContainerRegistryArgs } from "../container-registry/args";
import type { GossipKeyringArgs } from "../gossip-keyring/args";
import type { IngressArgs } from "../ingress/args";
import type { MachineImageArgs } from "../machine-image/args";
import type { ExistingNetwork, NetworkArgs } from "../network/args";
import type { ClusterAclArgs } from "../cluster-acl/args";
import type { ImageRef } from "../node/args";
import type { NomadClusterArgs } from "../nomad-cluster/args";
import type { Tags } from "../security-group";
import type { SharedFileSystemArgs } from "../shared-file-system/args";
import type { UiAccessArgs } from "../ui-access/args";

export { cosErrors } from "./checks";

/** What {@link Cos} knows itself: where a part stands, and the tags of all. */
type Place = "vpcId" | "subnetIds" | "tags";

/** Where a part stands in the network. */
export interface InTier {
  /** Name of the tier of the network whose subnets it uses. A change replaces what cannot move. */
  tier?: string | undefined;
}

/** Nodes that may have an image of their own. */
export interface OwnImage {
  /** The image that these nodes boot from, in place of that of {@link CosArgs.image}. Running nodes keep theirs. @default that one */
  image?: ImageRef | undefined;
}

/** Consul's servers, in the tier `services` unless another is named. */
export interface CosConsulArgs
  extends Omit<ConsulClusterArgs, Place | "image" | "clusterName" | "tls">, InTier, OwnImage {}

/** A pool of clients, in the tier `services` unless another is named. */
export interface CosPoolArgs
  extends Omit<ClientPoolArgs, Place | "image" | "cluster" | "clusterName" | "poolName">, InTier, OwnImage {
  /** Name of the pool: letters, digits and hyphens. A change makes another pool. */
  name: string;
  /** Tags of everything of this pool, beside those of the whole. @default {} */
  tags?: Tags | undefined;
  /**
   * Nomad node pool of the nodes: only jobs that name it run there.
   * @default the name
   */
  nodePool?: string | undefined;
  /** Directory at which the nodes mount the file system of {@link CosArgs.fileSystem}. @default not mounted */
  sharedFileSystemMountPoint?: string | undefined;
}

/** Nomad's servers, in the tier `services` unless another is named, and the pools of its clients. */
export interface CosNomadArgs
  extends
    Omit<
      NomadClusterArgs,
      Place | "image" | "clusterName" | "consul" | "pools" | "poolsAfter" | "tls" | "keyringKmsKeyArn"
    >,
    InTier,
    OwnImage {
  /** The pools, each with a name of its own. @default {@link defaultPools} */
  pools?: CosPoolArgs[] | undefined;
}

/** A load balancer in front of fabio, by default in the tier `public`, an internal one in `services`. */
export interface CosIngressArgs extends Omit<IngressArgs, Place | "pools" | "clientSecurityGroupId">, InTier {
  /** Name of the ingress: letters, digits and hyphens. A change makes another ingress. */
  name: string;
  /** Names of the pools that run fabio. */
  pools: string[];
  /**
   * CIDR blocks whose addresses may use the ingress. @default everybody; for the scheme `internal` the VPC's, which an existing
   * network must tell by its `cidrBlock`
   */
  allowedCidrs?: string[] | undefined;
}

/** The load balancer of the APIs, by default in the tier `public`, an internal one in `services`. */
export interface CosApiAccessArgs extends Omit<ApiAccessArgs, Place | "consul" | "nomad">, InTier {}

/** The load balancer of the UIs, by default in the tier `public`, an internal one in `services`. */
export interface CosUiAccessArgs extends Omit<UiAccessArgs, Place | "consul" | "nomad" | "fabio">, InTier {
  /** Names of the pools whose fabio has its UI there. @default the pools of all ingresses */
  fabioPools?: string[] | undefined;
}

/** The bastion host, by default in the tier `public`. It may log into every node. */
export interface CosBastionArgs
  extends Omit<BastionArgs, "vpcId" | "subnetId" | "tags" | "image" | "targets">, InTier {}

/** The shared file system, by default with its mount targets in the tier `services`. */
export interface CosFileSystemArgs extends Omit<SharedFileSystemArgs, Place | "clientSecurityGroupId">, InTier {}

/** How agents know each other over RPC, and others know their APIs. The name of the load balancer of the APIs is in certificates always. */
export interface CosTlsArgs extends CertificateAuthorityArgs, Pick<AgentCertificatesArgs, "apiNames" | "certificates"> {
  /** For how long the agents' certificates are good, in hours. The first update in the last third makes new ones. @default 8760, a year */
  certificateHours?: number | undefined;
}

/** Who may do what. */
export interface CosAclArgs extends Omit<ClusterAclArgs, "clusterName"> {
  /**
   * What tasks may ask Consul for, by Nomad namespace: names of policies. Tasks of another namespace get no token; services get theirs in each.
   * @default `{ default: ["tasks", "fabio"] }`
   */
  namespaces?: Record<string, string[]> | undefined;
}

/** What keeps others out of the cluster. All of it is on where nothing is said; what is turned off, every update warns of. */
export interface CosSecurityArgs {
  /**
   * Keys that encrypt the gossip of the agents; `false`: none does, and whoever reaches an agent can join the cluster. Turned on or off with a cluster
   * that runs, its new servers cannot join the old ones: docs/security.md has what to do.
   * @default a key each for Consul and Nomad, made for them
   */
  gossip?: { consul?: GossipKeyringArgs | undefined; nomad?: GossipKeyringArgs | undefined } | false | undefined;
  /**
   * Certificates by which agents know each other over RPC, and of the APIs; `false`: there are none, and all of that is in clear. Turned on or off with a cluster that runs, its
   * new servers cannot join the old ones: docs/security.md has what to do.
   * @default an authority of the cluster, and certificates for a year
   */
  tls?: CosTlsArgs | false | undefined;
  /**
   * Tokens without which Consul and Nomad allow nothing but names; `false`: whoever reaches an API may do everything. Not to be turned on or off with a cluster
   * that runs: its new agents and old ones do not go together (docs/security.md).
   * @default tokens that are made for the cluster
   */
  acl?: CosAclArgs | false | undefined;
  /**
   * Whether Nomad's servers keep their keys under the KMS key: those that sign workload identities and encrypt variables. They must reach KMS then when they
   * start; `false`: keys are in clear on their disks, and in snapshots. Not to be turned off with a cluster that runs: new servers could not read its keys.
   * @default true
   */
  keyring?: boolean | undefined;
  /** ARN of a KMS key to encrypt the nodes' secrets and Nomad's keyring with. @default a key that is made for them */
  kmsKeyArn?: pulumi.Input<string> | undefined;
}

/** Arguments of {@link Cos}. */
export interface CosArgs {
  /**
   * Name of the cluster: the tag `cos-cluster` of its nodes. Unique in the account and region; a change is that of another cluster.
   * @default `PROJECT-STACK` of the Pulumi project and stack
   */
  clusterName?: string | undefined;
  /** The network to make. @default {@link NetworkArgs}' own defaults */
  network?: Omit<NetworkArgs, "tags"> | undefined;
  /** A network that is there already, in place of `network`. @default none */
  existingNetwork?: ExistingNetwork | undefined;
  /**
   * The machine image. By ID it is one for all nodes; otherwise it is looked up once for each architecture that the instance
   * types have. @default the newest of this account with the versions that this release pins
   */
  image?: MachineImageArgs | undefined;
  /** Consul's servers. @default 3 */
  consul?: CosConsulArgs | undefined;
  /** Nomad's servers and pools. @default 3 servers and {@link defaultPools} */
  nomad?: CosNomadArgs | undefined;
  /** Load balancers in front of fabio. @default none */
  ingresses?: CosIngressArgs[] | undefined;
  /** The load balancer of the APIs: Pulumi itself registers the jobs through it. */
  apiAccess: CosApiAccessArgs;
  /** The load balancer of the UIs. @default none */
  uiAccess?: CosUiAccessArgs | undefined;
  /** A bastion host. @default none: SSM Session Manager is the way in */
  bastion?: CosBastionArgs | undefined;
  /** A registry for container images. With it, `ecrPull: true` of a pool means its repositories. @default none */
  registry?: Omit<ContainerRegistryArgs, "tags"> | undefined;
  /** A file system that nodes of several pools share. @default none */
  fileSystem?: CosFileSystemArgs | undefined;
  /** What keeps others out. @default all of it, with keys that are made for the cluster */
  security?: CosSecurityArgs | undefined;
  /**
   * While true, servers without data may form a new cluster, although one has formed before: for a restore from a snapshot after
   * the loss of all servers, and not longer. Otherwise such servers join, and never begin an empty cluster of their own.
   * @default false
   */
  restoring?: boolean | undefined;
  /**
   * Whether `up` replaces servers, one at a time, whose image, instance type, configuration or number has changed: see
   * {@link ServerRollout}. Otherwise they keep what they have, and whoever ends them replaces them. Turned on later, it acts with the next change.
   * @default true
   */
  replaceServers?: boolean | undefined;
  /** How long the first `up` waits for the cluster to come up, and later ones for each new server, in seconds. @default 900 */
  readyTimeoutSeconds?: number | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
}
