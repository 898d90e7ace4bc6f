import type * as pulumi from "@pulumi/pulumi";

/** Types of EBS volumes. */
export type VolumeType = "gp3" | "gp2" | "io1" | "io2" | "st1" | "sc1" | "standard";

/** An EBS volume. */
export interface VolumeOptions {
  /** GiB, whole. @default the size of the snapshot that it is made from */
  sizeGiB?: number | undefined;
  /** @default "gp3" */
  type?: VolumeType | undefined;
  /** Operations per second, provisioned: gp3, io1 and io2. @default what the type has: 3000 for gp3; required for io1 and io2 */
  iops?: number | undefined;
  /** MiB per second, provisioned: gp3. @default 125 */
  throughput?: number | undefined;
}

/** A volume besides the root's, one for each node. */
export interface DataVolume extends VolumeOptions {
  /** Device name: `/dev/sdf` to `/dev/sdp`, or `/dev/xvdb` to `/dev/xvdz`. */
  device: string;
  /** Snapshot that it is made from; it is encrypted as the snapshot is. @default none: blank, `sizeGiB` required */
  snapshotId?: pulumi.Input<string> | undefined;
  /** Where it is mounted, absolute, before Nomad starts. */
  mountPoint: string;
  /** File system that it gets when it is blank. @default "ext4" */
  fileSystem?: "ext4" | "xfs" | undefined;
  /** Whether it goes with its instance. @default true */
  deleteOnTermination?: boolean | undefined;
}
