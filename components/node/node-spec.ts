import type { NodeRole } from "./args";

/** An EBS volume to mount. */
export interface NodeVolume {
  /**
   * Device name of the block-device mapping (`/dev/sdf`). On Nitro it is a hint only: the boot program finds the NVMe device by
   * the volume's ID, which EC2 tells it for this name.
   */
  device: string;
  /** Where it is mounted, absolute. */
  mountPoint: string;
  /** File system it is formatted with, if and only if it is blank. */
  fileSystem: "ext4" | "xfs";
}

/** The instance's own disks, empty at every start, as one file system. */
export interface NodeInstanceStorage {
  mountPoint: string;
  fileSystem: "ext4" | "xfs";
}

/** An EFS file system to mount by NFS 4.1. */
export interface NodeFileSystem {
  /** `fs-…` */
  id: string;
  mountPoint: string;
  readOnly: boolean;
}

/** What the boot program does before it starts the agents. */
export interface NodeSpec {
  /** Volumes, mounted in this order. @default [] */
  volumes?: NodeVolume[];
  /** @default none: instance stores stay unused */
  instanceStorage?: NodeInstanceStorage;
  /** @default [] */
  fileSystems?: NodeFileSystem[];
  /** Directories to make where missing, after all is mounted: paths of host volumes. @default [] */
  directories?: string[];
}

/** Agents that a node runs, in the order in which they start. */
const agentsOf: Record<NodeRole, ("consul" | "nomad")[]> = {
  "consul-server": ["consul"],
  "nomad-server": ["consul", "nomad"],
  client: ["consul", "nomad"],
};

/** Path of the file that {@link nodeFile} makes the content of. */
export const nodeFilePath = "/etc/cos/node.json";

/** What the boot program of the image reads. */
export interface NodeFile extends Required<Omit<NodeSpec, "instanceStorage">> {
  /** Of the format. Raised when an older image could not read it. */
  version: 1;
  cluster: string;
  role: NodeRole;
  pool?: string;
  agents: ("consul" | "nomad")[];
  instanceStorage?: NodeInstanceStorage;
}

/** The content of `/etc/cos/node.json`. */
export function nodeFile(
  of: { clusterName: string; role: NodeRole; pool?: string | undefined },
  spec: NodeSpec,
): NodeFile {
  return {
    version: 1,
    cluster: of.clusterName,
    role: of.role,
    ...(of.pool !== undefined && { pool: of.pool }),
    agents: agentsOf[of.role],
    volumes: spec.volumes ?? [],
    ...(spec.instanceStorage && { instanceStorage: spec.instanceStorage }),
    fileSystems: spec.fileSystems ?? [],
    directories: spec.directories ?? [],
  };
}
