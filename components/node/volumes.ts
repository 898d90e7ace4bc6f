import type { types } from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import type { DiskFormat } from "./mounts";

/** Types of EBS volumes. */
export type VolumeType = "gp3" | "gp2" | "io1" | "io2" | "st1" | "sc1" | "standard";

/** An EBS volume. */
export interface VolumeOptions {
  /** GiB, whole. @default 8 for a root volume; the snapshot's for a data volume made from one */
  sizeGiB?: number | undefined;
  /** @default "gp3" */
  type?: VolumeType | undefined;
  /** Operations per second, provisioned: gp3, io1 and io2. @default 3000 on gp3; required on io1 and io2 */
  iops?: number | undefined;
  /** MiB per second, provisioned: gp3. @default 125 */
  throughput?: number | undefined;
}

/** A volume besides the root's, one for each node. */
export interface DataVolume extends VolumeOptions {
  /** Device name: `/dev/sdf` to `/dev/sdp`, or `/dev/xvdb` to `/dev/xvdz`. */
  device: string;
  /**
   * Snapshot that it is made from; it is encrypted if the snapshot is, or if the account encrypts by default, for EC2 takes no
   * say in it. @default none: blank; `sizeGiB` is then required
   */
  snapshotId?: pulumi.Input<string> | undefined;
  /** Where it is mounted, absolute, before Nomad starts. */
  mountPoint: string;
  /** What it is formatted with if it is blank. @default "ext4" */
  fileSystem?: DiskFormat | undefined;
  /** Whether it goes with its instance. @default true */
  deleteOnTermination?: boolean | undefined;
}

/** Device name of the root volume in Debian's images. */
export const rootDevice = "/dev/xvda";

/**
 * GiB of a root volume of which nothing is said: those of Debian's cloud images. Always said to EC2: it would take the image's
 * size where the image's root device has the name above, but emulators of EC2 refuse a volume without a size.
 */
export const defaultRootSizeGiB = 8;

interface Range {
  from: number;
  to: number;
}

/**
 * What AWS allows: GiB, operations per second, operations per second and GiB, MiB per second. Source: the EC2 API reference,
 * `CreateVolume`, and the EBS user guide, "Amazon EBS volume types" (2025-11; gp3 grew from 16 TiB, 16000 and 1000 in 2025).
 */
const limits: Record<VolumeType, { sizeGiB: Range; iops?: Range; iopsPerGiB?: number; throughput?: Range }> = {
  gp3: {
    sizeGiB: { from: 1, to: 65536 },
    iops: { from: 3000, to: 80000 },
    iopsPerGiB: 500,
    throughput: { from: 125, to: 2000 },
  },
  gp2: { sizeGiB: { from: 1, to: 16384 } },
  io1: { sizeGiB: { from: 4, to: 16384 }, iops: { from: 100, to: 64000 }, iopsPerGiB: 50 },
  io2: { sizeGiB: { from: 4, to: 65536 }, iops: { from: 100, to: 256000 }, iopsPerGiB: 1000 },
  st1: { sizeGiB: { from: 125, to: 16384 } },
  sc1: { sizeGiB: { from: 125, to: 16384 } },
  standard: { sizeGiB: { from: 1, to: 1024 } },
};

/** Operations per second that a gp3 volume has without more being provisioned, and MiB per second it may have per operation. */
const gp3Iops = 3000;
const gp3ThroughputPerIops = 0.25;

function rangeErrors(
  propertyPath: string,
  value: number | undefined,
  range: Range | undefined,
  type: string,
): PropertyError[] {
  if (value === undefined) return [];
  if (!range) return [{ propertyPath, reason: `cannot be set on volumes of type ${type}, got ${value}` }];
  if (Number.isInteger(value) && value >= range.from && value <= range.to) return [];
  const reason = `must be a whole number from ${range.from} to ${range.to} on volumes of type ${type}, got ${value}`;
  return [{ propertyPath, reason }];
}

/** What is wrong with a volume. */
export function volumeErrors(property: string, volume: VolumeOptions): PropertyError[] {
  const { type = "gp3", sizeGiB, iops, throughput } = volume;
  if (!Object.hasOwn(limits, type)) {
    const allowed = Object.keys(limits).join(", ");
    return [{ propertyPath: `${property}.type`, reason: `must be one of ${allowed}, got "${type}"` }];
  }
  const limit = limits[type];
  const errors = [
    ...rangeErrors(`${property}.sizeGiB`, sizeGiB, limit.sizeGiB, type),
    ...rangeErrors(`${property}.iops`, iops, limit.iops, type),
    ...rangeErrors(`${property}.throughput`, throughput, limit.throughput, type),
  ];
  if (iops === undefined && (type === "io1" || type === "io2")) {
    errors.push({ propertyPath: `${property}.iops`, reason: `is required on volumes of type ${type}` });
  }
  if (errors.length > 0) return errors;
  if (iops !== undefined && sizeGiB !== undefined && limit.iopsPerGiB !== undefined) {
    // gp3 has its 3000 at any size.
    const most = Math.max(limit.iopsPerGiB * sizeGiB, type === "gp3" ? gp3Iops : 0);
    if (iops > most) {
      const reason = `must be at most ${most} on ${sizeGiB} GiB of type ${type} (${limit.iopsPerGiB} a GiB), got ${iops}`;
      errors.push({ propertyPath: `${property}.iops`, reason });
    }
  }
  const most = gp3ThroughputPerIops * (iops ?? gp3Iops);
  if (throughput !== undefined && throughput > most) {
    const reason = `must be at most ${most} with ${iops ?? gp3Iops} iops (${gp3ThroughputPerIops} each), got ${throughput}`;
    errors.push({ propertyPath: `${property}.throughput`, reason });
  }
  return errors;
}

/** What is wrong with the volumes of a group of nodes, but for their mount points. */
export function volumesErrors(root: VolumeOptions | undefined, dataVolumes: readonly DataVolume[]): PropertyError[] {
  const errors = root ? volumeErrors("rootVolume", { ...root, sizeGiB: root.sizeGiB ?? defaultRootSizeGiB }) : [];
  if (root?.type === "st1" || root?.type === "sc1") {
    errors.push({ propertyPath: "rootVolume.type", reason: `no system boots from a volume of type ${root.type}` });
  }
  dataVolumes.forEach((volume, i) => {
    const property = `dataVolumes[${i}]`;
    errors.push(...volumeErrors(property, volume), ...deviceErrors(`${property}.device`, volume.device));
    if (volume.sizeGiB === undefined && volume.snapshotId === undefined) {
      errors.push({ propertyPath: `${property}.sizeGiB`, reason: "is required where there is no snapshotId" });
    }
  });
  for (const { value, indexes } of repeated(dataVolumes.map(({ device }) => canonical(device)))) {
    for (const i of indexes.slice(1)) {
      const reason = `names the same device as dataVolumes[${indexes[0] ?? 0}].device (${value}), got "${dataVolumes[i]?.device ?? ""}"`;
      errors.push({ propertyPath: `dataVolumes[${i}].device`, reason });
    }
  }
  return errors;
}

/** Xen shows `/dev/sdf` as `/dev/xvdf`: they are one. */
function canonical(device: string): string {
  return device.replace(/^\/dev\/sd/, "/dev/xvd");
}

function deviceErrors(propertyPath: string, device: string): PropertyError[] {
  if (canonical(device) === rootDevice || /^\/dev\/(sd|xvd)a\d*$/.test(device)) {
    return [{ propertyPath, reason: `"${device}" is the device of the root volume` }];
  }
  if (/^\/dev\/(sd[f-p]|xvd[b-z])$/.test(device)) return [];
  return [{ propertyPath, reason: `must be /dev/sdf to /dev/sdp or /dev/xvdb to /dev/xvdz, got "${device}"` }];
}

/** The volumes of a launch template, the root's first. */
export function blockDeviceMappings(
  root: VolumeOptions | undefined,
  dataVolumes: readonly DataVolume[],
  kmsKeyId: pulumi.Input<string> | undefined,
  rootDeviceOfImage: string = rootDevice,
): types.input.ec2.LaunchTemplateBlockDeviceMapping[] {
  const encryption = { encrypted: "true", ...(kmsKeyId !== undefined && { kmsKeyId }) };
  return [
    {
      deviceName: rootDeviceOfImage,
      ebs: {
        ...volumeSettings({ ...root, sizeGiB: root?.sizeGiB ?? defaultRootSizeGiB }),
        ...encryption,
        deleteOnTermination: "true",
      },
    },
    ...dataVolumes.map((volume) => ({
      deviceName: volume.device,
      ebs: {
        ...volumeSettings(volume),
        // EC2 refuses a say in the encryption of what is made from a snapshot.
        ...(volume.snapshotId === undefined ? encryption : { snapshotId: volume.snapshotId }),
        deleteOnTermination: String(volume.deleteOnTermination ?? true),
      },
    })),
  ];
}

function volumeSettings({ sizeGiB, type, iops, throughput }: VolumeOptions) {
  return {
    ...(sizeGiB !== undefined && { volumeSize: sizeGiB }),
    volumeType: type ?? "gp3",
    ...(iops !== undefined && { iops }),
    ...(throughput !== undefined && { throughput }),
  };
}
