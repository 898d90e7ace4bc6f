import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { Architecture } from "../instance-type";
import { bakeErrors, type ImageBakeArgs } from "./bake";
import type { ImageVersions } from "./versions";

/**
 * Arguments of {@link MachineImage}: the image's `id`, or what to find the newest one by. A change that leads to another image
 * makes a new launch template; running nodes keep theirs.
 */
export interface MachineImageArgs {
  /** ID of the AMI. @default looked up */
  id?: pulumi.Input<string> | undefined;
  /** Architecture of the image: the nodes' instance types must have the same. It is not checked against an `id`. @default "arm64" */
  architecture?: Architecture | undefined;
  /** Device name of the image's root volume. @default "/dev/xvda", as Debian's images have it */
  rootDevice?: string | undefined;
  /**
   * Takes the newest image of an owner by its name, whatever its versions. Every new image that fits is taken by the next update,
   * so trust the owner.
   */
  newest?: NewestImage | undefined;
  /**
   * Versions that the image was baked with, where they are not those that this release of pulumi-cos pins.
   * @default those of `versions.json`
   */
  version?: Partial<ImageVersions> | undefined;
  /**
   * Bakes the image as part of the update, with `npx pulumi-cos image build`: in minutes, and only where there is none yet that
   * was made of the same. The machine that runs Pulumi needs the AWS CLI and a way to the instance by SSH. @default false
   */
  bake?: boolean | ImageBakeArgs | undefined;
  /** Owner of the image where it is found by version: an account's ID, for images shared by the account that bakes them. @default "self", this account */
  owner?: string | undefined;
  /** Tags that the image must have besides those of its versions. @default {} */
  tags?: Record<string, string> | undefined;
}

/** Which of an owner's images. */
export interface NewestImage {
  /** ID of the account, `self`, or an alias of AWS such as `amazon`. */
  owner: string;
  /** Name of the image; `*` stands for any characters, `?` for one. */
  namePattern: string;
}

const ownerPattern = /^(\d{12}|self|amazon|aws-marketplace|aws-backup-vault)$/;

/** All that is wrong with an image's plain arguments. */
export function machineImageErrors(args: MachineImageArgs): PropertyError[] {
  const { id, architecture, rootDevice, newest, bake, version, owner, tags } = args;
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (typeof id === "string" && !/^ami-[0-9a-f]{8,17}$/.test(id)) {
    error("id", `must be the ID of an AMI such as ami-0123456789abcdef0, got "${id}"`);
  }
  if (architecture !== undefined && !["arm64", "x86_64"].includes(architecture)) {
    error("architecture", `must be arm64 or x86_64, got "${architecture}"`);
  }
  if (rootDevice !== undefined && !/^\/dev\/[a-z]+\d*$/.test(rootDevice)) {
    error("rootDevice", `must be a device name such as /dev/xvda or /dev/sda1, got "${rootDevice}"`);
  }
  if (newest) {
    if (id !== undefined) error("newest", "is another way to choose the image than id: leave one of them out");
    if (!ownerPattern.test(newest.owner)) error("newest.owner", ownerReason(newest.owner));
    if (!/[^*?\s]/.test(newest.namePattern)) {
      error("newest.namePattern", `must name the images, it would match any name: "${newest.namePattern}"`);
    }
  }
  if (bake) {
    if (id !== undefined) error("bake", "makes an image, and id says which it is: leave one of them out");
    if (newest) error("bake", "makes an image, and newest looks for one: leave one of them out");
    if (typeof bake === "object") {
      errors.push(
        ...bakeErrors(bake).map(({ propertyPath, reason }) => ({ propertyPath: `bake.${propertyPath}`, reason })),
      );
    }
  }
  const other = id !== undefined ? "id" : newest ? "newest" : bake ? "bake" : undefined;
  for (const [property, value] of Object.entries({ version, owner, tags })) {
    if (value === undefined || other === undefined) continue;
    error(property, `finds an image by its versions, and ${other} says which it is: leave one of them out`);
  }
  if (owner !== undefined && !ownerPattern.test(owner)) error("owner", ownerReason(owner));
  for (const [program, value] of Object.entries(version ?? {})) {
    if (!/^\d+\.\d+\.\d+/.test(value)) error(`version.${program}`, `must be a version such as 1.2.3, got "${value}"`);
  }
  return errors;
}

const ownerReason = (owner: string): string =>
  `must be the 12 digits of an account's ID, self, amazon, aws-marketplace or aws-backup-vault, got "${owner}"`;
