import type { NodeRole } from "./args";
import type { Mount } from "./mounts";

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
  /** Of the format: raised when an older image could not read it. */
  version: 1;
  cluster: string;
  role: NodeRole;
  /** Client pool, on clients. */
  pool?: string;
  /** Agents to start, in this order. */
  agents: Agent[];
  /** What to mount, in this order. */
  mounts: Mount[];
  /** Directories to make where missing, once all is mounted. */
  directories: string[];
}

/** The content of `/etc/cos/node.json`. */
export function nodeFile(node: {
  clusterName: string;
  role: NodeRole;
  pool?: string | undefined;
  mounts: Mount[];
  directories?: readonly string[] | undefined;
}): NodeFile {
  return {
    version: 1,
    cluster: node.clusterName,
    role: node.role,
    ...(node.pool !== undefined && { pool: node.pool }),
    agents: agentsOf[node.role],
    mounts: node.mounts,
    directories: [...(node.directories ?? [])].sort(),
  };
}
