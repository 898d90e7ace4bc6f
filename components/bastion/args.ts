import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { cidrErrors } from "../load-balancer/cidrs";
import { wholeNumberErrors } from "../load-balancer/numbers";
import { type ImageRef, instanceTypeErrors } from "../node/args";
import type { Tags } from "../security-group";

/** Roles of nodes that a bastion may log in to. */
export const bastionTargets = ["consul-server", "nomad-server", "client"] as const;
/** A role of nodes that a bastion may log in to: `consul-server`, `nomad-server` or `client`. */
export type BastionTarget = (typeof bastionTargets)[number];

/** Arguments of {@link Bastion}. */
export interface BastionArgs {
  /** ID of the VPC. A change replaces everything. */
  vpcId: pulumi.Input<string>;
  /** ID of a public subnet. A change replaces the instance, and with it the address. */
  subnetId: pulumi.Input<string>;
  /**
   * The image. A change replaces the instance. @default the newest Amazon Linux 2023 when the bastion is made, of the instance
   * type's architecture; later images do not replace it
   */
  image?: ImageRef | undefined;
  /** A change stops and starts the instance, which gets another address. @default "t4g.nano" */
  instanceType?: string | undefined;
  /** CIDR blocks whose addresses may come by SSH; required with `keyName`. @default none: SSM Session Manager only */
  allowedCidrs?: string[] | undefined;
  /** Whether `allowedCidrs` may let in all of the internet or a large part of it. @default false */
  allowAnyAddress?: boolean | undefined;
  /** Name of an EC2 key pair for SSH. A change replaces the instance. @default none: SSM Session Manager is the way in */
  keyName?: pulumi.Input<string> | undefined;
  /** User of the image, for `loginCommand`. @default "ec2-user", and "admin" (Debian's) where `image` is given */
  user?: string | undefined;
  /** IDs of the security groups of the nodes that are logged in to from it, by what the nodes are. @default none */
  targets?: Partial<Record<BastionTarget, pulumi.Input<string>>> | undefined;
  /** Size of the root volume in GiB, at least the image's. @default 8 */
  rootVolumeSizeGiB?: number | undefined;
  /** ARN of a KMS key for the root volume. A change replaces the instance. @default the account's key for EBS */
  kmsKeyId?: pulumi.Input<string> | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: BastionTransform | undefined;
}

/** Arguments merged, property by property, over those that {@link Bastion} makes. */
export interface BastionTransform {
  instance?: Partial<aws.ec2.InstanceArgs> | undefined;
  role?: Partial<aws.iam.RoleArgs> | undefined;
  instanceProfile?: Partial<aws.iam.InstanceProfileArgs> | undefined;
}

export const defaultInstanceType = "t4g.nano";

/** What is wrong with the arguments of {@link Bastion}. */
export function bastionErrors(args: BastionArgs): PropertyError[] {
  const { allowedCidrs, keyName, targets = {}, image, instanceType = defaultInstanceType } = args;
  const errors = [
    ...instanceTypeErrors("instanceType", instanceType, image ?? {}),
    // EBS: 1 GiB to 16 TiB, for gp3.
    ...wholeNumberErrors("rootVolumeSizeGiB", args.rootVolumeSizeGiB, { least: 1, most: 16384, unit: "GiB" }),
  ];
  if (allowedCidrs) {
    errors.push(...cidrErrors("allowedCidrs", allowedCidrs, args.allowAnyAddress ? "any" : "narrow"));
  } else if (keyName !== undefined) {
    errors.push({
      propertyPath: "allowedCidrs",
      reason: "must say with keyName who may come by SSH; leave both out to log in by SSM Session Manager only",
    });
  }
  for (const target of Object.keys(targets)) {
    if ((bastionTargets as readonly string[]).includes(target)) continue;
    errors.push({ propertyPath: `targets.${target}`, reason: `must be one of ${bastionTargets.join(", ")}` });
  }
  return errors;
}
