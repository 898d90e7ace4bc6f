import type * as pulumi from "@pulumi/pulumi";
import type { NodeRole } from "./args";
import type { Mount } from "./mounts";
import { type NodeSecret, type SecretFile, secretFiles } from "./parameters";

/** Path of the file that {@link nodeFile} makes the content of. */
export const nodeFilePath = "/etc/cos/node.json";

type Agent = "consul" | "nomad";

/** Agents that a node runs, in the order in which they start. */
const agentsOf: Record<NodeRole, Agent[]> = {
  "consul-server": ["consul"],
  "nomad-server": ["consul", "nomad"],
  client: ["consul", "nomad"],
};

/** What the boot program of the image reads: what the node is, what it mounts, and which agents it starts then. */
export interface NodeFile {
  /** Of the format: raised when an older image could not read it, or could not do what it says. */
  version: 1 | 2 | 3 | 4 | 5 | 6;
  cluster: string;
  role: NodeRole;
  /** Client pool, on clients. */
  pool?: string;
  /** Agents to start, in this order. */
  agents: Agent[];
  /**
   * SSM parameter that exists once the cluster has formed, on servers: a server without data then joins, and never begins a
   * cluster of its own.
   */
  formedParameter?: pulumi.Input<string>;
  /** SSM parameters to write into files before the agents start. */
  secrets: SecretFile[];
  /** Whether tasks may ask the instance's metadata service, and so use the rights of the node's role. */
  tasksReadMetadata: boolean;
  /** What to mount, in this order. */
  mounts: Mount[];
  /** Directories to make where missing, once all is mounted. */
  directories: string[];
  /** How the node comes and goes, on clients: which hooks Auto Scaling waits by, and times in seconds. */
  lifecycle?: { arrivalHook: string; departureHook: string; drainDeadlineSeconds: number; heartbeatSeconds: number };
  /** On servers: for how long agents may be ill until their instances are replaced. */
  health?: { limitSeconds: number };
}

/** Secrets that the image knows: what Consul's servers make the first tokens by, and what they start with; what has Nomad's ACLs on, and the management tokens that it is to know. */
export const firstTokensPath = "/etc/cos/consul-acl.json";
export const initialManagementPath = "/etc/consul.d/initial-management.json";
export const nomadAclPath = "/etc/nomad.d/acl.json";
export const nomadManagementPath = "/etc/cos/nomad-management.json";

/** What a node's file is made of. */
interface NodeFacts {
  clusterName: string;
  role: NodeRole;
  pool?: string | undefined;
  mounts: Mount[];
  directories?: readonly string[] | undefined;
  formedParameter?: pulumi.Input<string> | undefined;
  secrets?: readonly NodeSecret[] | undefined;
  metadataHopLimit?: number | undefined;
  lifecycle?: NodeFile["lifecycle"] | undefined;
  healthLimitSeconds?: number | undefined;
}

/** The content of `/etc/cos/node.json`. */
export function nodeFile(node: NodeFacts): NodeFile {
  return {
    version: formatOf(node),
    cluster: node.clusterName,
    role: node.role,
    ...(node.pool !== undefined && { pool: node.pool }),
    agents: agentsOf[node.role],
    ...(node.formedParameter !== undefined && { formedParameter: node.formedParameter }),
    secrets: secretFiles(node.secrets),
    // With one hop, packets of tasks with a network of their own are dropped on the way; those of others the image drops.
    tasksReadMetadata: node.metadataHopLimit === 2,
    mounts: node.mounts,
    directories: [...(node.directories ?? [])].sort(),
    ...(node.lifecycle && { lifecycle: node.lifecycle }),
    ...(node.healthLimitSeconds !== undefined && { health: { limitSeconds: node.healthLimitSeconds } }),
  };
}

/** The least that can read a node's file: an image that does not know a part of it would leave that part undone, or take it for something else. */
function formatOf({ secrets = [], healthLimitSeconds, lifecycle }: NodeFacts): NodeFile["version"] {
  // An older image makes no tokens, gets none by a login, and has Nomad never read its own again.
  if (secrets.some(({ path }) => path === firstTokensPath || path === nomadAclPath)) return 6;
  // An older image leaves agents with what they have read at first.
  if (secrets.some(({ path }) => path.startsWith("/etc/consul.d/") || path.startsWith("/etc/nomad.d/"))) return 5;
  // What is not the agents' own there is for an older image a sign of a node that has run before.
  if (secrets.some(({ path }) => path.startsWith("/var/lib/"))) return 4;
  if (healthLimitSeconds !== undefined) return 3;
  return lifecycle ? 2 : 1;
}
