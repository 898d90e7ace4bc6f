import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import type { DataVolume } from "./volumes";

/** File systems that blank disks can get. */
export type DiskFormat = "ext4" | "xfs";

/** The instances' own disks, which are empty at every start, together as one file system. */
export interface InstanceStorage {
  /** Where it is mounted, absolute, before Nomad starts. */
  mountPoint: string;
  /** @default "ext4" */
  fileSystem?: DiskFormat | undefined;
}

/** An EFS file system that nodes mount by NFS 4.1, before Nomad starts. */
export interface FileSystemMount {
  /** `fs-…` */
  id: pulumi.Input<string>;
  /** Where it is mounted, absolute. */
  mountPoint: string;
  /** @default false */
  readOnly?: boolean | undefined;
}

/** What a node can mount. */
export interface Mountable {
  /** EBS volumes besides the root's, one each for each node. @default [] */
  dataVolumes?: DataVolume[] | undefined;
  /** Use of the instances' own disks; every instance type must have them. @default none: they stay unused */
  instanceStorage?: InstanceStorage | undefined;
  /** EFS file systems. @default [] */
  fileSystems?: FileSystemMount[] | undefined;
}

/** One thing that the boot program mounts. */
export type Mount =
  | {
      kind: "volume";
      /**
       * Device name of the block-device mapping. On Nitro it is a hint only: the boot program finds the NVMe device by the ID
       * of the volume, which EC2 tells for this name.
       */
      device: string;
      mountPoint: string;
      /** What it is formatted with, if and only if it is blank. */
      fileSystem: DiskFormat;
    }
  | { kind: "instance-storage"; mountPoint: string; fileSystem: DiskFormat }
  | { kind: "efs"; id: pulumi.Input<string>; mountPoint: string; readOnly: boolean };

/** All that a node mounts, in an order in which no mount hides another: by path. */
export function mountsOf({ dataVolumes = [], instanceStorage, fileSystems = [] }: Mountable): Mount[] {
  const mounts: Mount[] = [
    ...dataVolumes.map(({ device, mountPoint, fileSystem }): Mount => {
      return { kind: "volume", device, mountPoint, fileSystem: fileSystem ?? "ext4" };
    }),
    ...fileSystems.map(({ id, mountPoint, readOnly }): Mount => {
      return { kind: "efs", id, mountPoint, readOnly: readOnly ?? false };
    }),
  ];
  if (instanceStorage) {
    const { mountPoint, fileSystem } = instanceStorage;
    mounts.push({ kind: "instance-storage", mountPoint, fileSystem: fileSystem ?? "ext4" });
  }
  return mounts.sort((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
}

/** Directories that a mount would hide from the running system, its agents, or the boot program. */
const systemDirectories = [
  ...["/", "/home", "/media", "/mnt", "/opt", "/opt/cni", "/root", "/snap", "/srv", "/tmp", "/usr/local"],
  ...["/var", "/var/cache", "/var/lib", "/var/lib/cloud", "/var/lib/consul", "/var/lib/dpkg", "/var/lib/systemd"],
  ...["/var/log", "/var/spool", "/var/tmp"],
];

/** Directories under which nothing may be mounted either. */
const systemTrees = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib64",
  "/proc",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var/run",
];

function isSystemPath(path: string): boolean {
  return systemDirectories.includes(path) || systemTrees.some((tree) => path === tree || path.startsWith(`${tree}/`));
}

/** What is wrong with a path of a node, as such. */
export function pathError(propertyPath: string, path: string): PropertyError[] {
  const clean = /^(\/|(\/[A-Za-z0-9._-]+)+)$/.test(path) && !/\/\.\.?(\/|$)/.test(path);
  if (clean) return [];
  const reason =
    "must be an absolute path of letters, digits and ._-, without . or .. parts and without a slash at the end";
  return [{ propertyPath, reason: `${reason}, got "${path}"` }];
}

/** What is wrong with mount points: paths that are none, of the system, or there twice. */
export function mountErrors({ dataVolumes = [], instanceStorage, fileSystems = [] }: Mountable): PropertyError[] {
  const points = [
    ...dataVolumes.map(({ mountPoint }, i) => ({ property: `dataVolumes[${i}].mountPoint`, mountPoint })),
    ...(instanceStorage ? [{ property: "instanceStorage.mountPoint", mountPoint: instanceStorage.mountPoint }] : []),
    ...fileSystems.map(({ mountPoint }, i) => ({ property: `fileSystems[${i}].mountPoint`, mountPoint })),
  ];
  const errors = points.flatMap(({ property, mountPoint }) => {
    if (!isSystemPath(mountPoint)) return pathError(property, mountPoint);
    return [{ propertyPath: property, reason: `"${mountPoint}" belongs to the system; choose another, such as /data` }];
  });
  for (const { value, indexes } of repeated(points.map(({ mountPoint }) => mountPoint))) {
    const [first, ...others] = indexes.map((i) => points[i]?.property ?? "");
    for (const property of others) {
      errors.push({ propertyPath: property, reason: `"${value}" is ${first ?? ""} too` });
    }
  }
  return [...errors, ...formatErrors({ dataVolumes, instanceStorage })];
}

function formatErrors({ dataVolumes = [], instanceStorage }: Mountable): PropertyError[] {
  const formats = [
    ...dataVolumes.map(({ fileSystem }, i) => ({ property: `dataVolumes[${i}].fileSystem`, fileSystem })),
    { property: "instanceStorage.fileSystem", fileSystem: instanceStorage?.fileSystem },
  ];
  return formats
    .filter(({ fileSystem }) => fileSystem !== undefined && !["ext4", "xfs"].includes(fileSystem))
    .map(({ property, fileSystem }) => ({
      propertyPath: property,
      reason: `must be "ext4" or "xfs", got "${fileSystem}"`,
    }));
}
