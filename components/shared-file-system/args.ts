import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { Tags } from "../security-group";

/** Days without access after which EFS moves a file. Source: the EFS API, `LifecyclePolicy`. */
export const idleDays = [1, 7, 14, 30, 60, 90, 180, 270, 365] as const;
/** A number of days that EFS knows: 1, 7, 14, 30, 60, 90, 180, 270 or 365. */
export type IdleDays = (typeof idleDays)[number];

/** Arguments of {@link SharedFileSystem}. */
export interface SharedFileSystemArgs {
  /** ID of the VPC. A change replaces the security group and, with the subnets, the mount targets; the file system stays. */
  vpcId: pulumi.Input<string>;
  /** IDs of the subnets to mount from: one in each availability zone, as EFS allows no more. A change replaces the mount target. */
  subnetIds: pulumi.Input<string>[];
  /**
   * ID of the security group of the nodes that mount it.
   * @default none: nobody is let in before rules of your own name `securityGroupId`, where the nodes are made after it
   */
  clientSecurityGroupId?: pulumi.Input<string> | undefined;
  /** ARN of a KMS key. A change replaces the file system, which loses its files. @default the account's key for EFS */
  kmsKeyId?: pulumi.Input<string> | undefined;
  /** `elastic` bills what is read and written; `bursting` gives throughput by size. A change is made in place. @default "elastic" */
  throughput?: "elastic" | "bursting" | undefined;
  /** What files cost that nobody reads. @default cheaper after 30 days, back when read */
  lifecycle?: FileLifecycle | undefined;
  /** Backs the file system up daily for 35 days, by AWS Backup's own plan. A change is made in place. @default true */
  backup?: boolean | undefined;
  /** Keeps the engine from deleting the file system; turn it off and update before you destroy the stack. @default as the parent */
  protect?: boolean | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes, property by property. */
  transform?: SharedFileSystemTransform | undefined;
}

/** When files go to cheaper storage. */
export interface FileLifecycle {
  /** Days without access after which a file goes to Infrequent Access; false for never. @default 30 */
  infrequentAccessAfterDays?: IdleDays | false | undefined;
  /** Days after which it goes to Archive; only with elastic throughput, and later than Infrequent Access. @default false: never */
  archiveAfterDays?: IdleDays | false | undefined;
  /** Takes a file back to standard storage when it is read. @default true */
  backOnAccess?: boolean | undefined;
}

/** Arguments of the file system's resources. */
export interface SharedFileSystemTransform {
  fileSystem?: Partial<aws.efs.FileSystemArgs> | undefined;
  mountTarget?: Partial<aws.efs.MountTargetArgs> | undefined;
}

/** All that is wrong with a file system's plain arguments. */
export function sharedFileSystemErrors(args: SharedFileSystemArgs): PropertyError[] {
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (args.subnetIds.length === 0) error("subnetIds", "must have at least one subnet, got an empty list");
  const { throughput, lifecycle = {} } = args;
  if (throughput !== undefined && !["elastic", "bursting"].includes(throughput)) {
    error("throughput", `must be elastic or bursting, got "${throughput}"`);
  }
  const { infrequentAccessAfterDays: infrequent = 30, archiveAfterDays: archive = false } = lifecycle;
  for (const property of ["infrequentAccessAfterDays", "archiveAfterDays"] as const) {
    const days = lifecycle[property];
    if (days !== undefined && days !== false && !idleDays.includes(days)) {
      error(`lifecycle.${property}`, `must be false or one of ${idleDays.join(", ")}, got ${String(days)}`);
    }
  }
  if (archive !== false) {
    if (throughput === "bursting") {
      error("lifecycle.archiveAfterDays", "needs elastic throughput, and throughput is bursting");
    }
    if (infrequent !== false && archive <= infrequent) {
      const reason = `must be more than infrequentAccessAfterDays, ${infrequent}, got ${archive}`;
      error("lifecycle.archiveAfterDays", reason);
    }
  }
  return errors;
}
