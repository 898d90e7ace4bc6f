import type { PropertyError } from "../checks";
import type { Architecture } from "../instance-type";
import { optionalPrograms } from "./programs";

/** Debian's releases that an image can have: 13 and 12. */
export const debianSuites = ["trixie", "bookworm"] as const;
/** A release of Debian: `trixie`, which is 13, or `bookworm`, 12. */
export type DebianSuite = (typeof debianSuites)[number];

/** How an image is baked. All but where it is baked are inputs of it: with others, another image is baked. */
export interface ImageBakeArgs {
  /** Debian 13 (`trixie`) or 12 (`bookworm`). @default "trixie" */
  suite?: DebianSuite | undefined;
  /** Installs a Java runtime, which the driver `java` needs. @default false */
  java?: boolean | undefined;
  /** Size of the root volume, in GiB, at least 4. Nodes cannot have a smaller one. @default 8, as nodes have unless they say otherwise */
  rootVolumeGiB?: number | undefined;
  /**
   * KMS key that encrypts the image: ID, ARN or alias.
   * @default the account's key for EBS, with which an image cannot be shared
   */
  kmsKeyId?: string | undefined;
  /** Further regions to copy the image to. @default [] */
  copyToRegions?: string[] | undefined;
  /** KMS keys of the copies, by region. @default the account's key for EBS in each */
  regionKmsKeyIds?: Record<string, string> | undefined;
  /** IDs of accounts that may start instances of the image. The policy of `kmsKeyId` must let them use it. @default [] */
  shareWithAccounts?: string[] | undefined;
  /** Further tags of the image and its snapshot. @default {} */
  tags?: Record<string, string> | undefined;
  /** Programs to leave out that an image would have, such as `amazon-ssm-agent`. @default [] */
  without?: string[] | undefined;
  /** Subnet to bake in, with a way to Debian's mirror and to the vendors. @default one of the default VPC */
  subnetId?: string | undefined;
  /** Whether the instance that is baked has a public address; without one, Packer has to reach its private one. @default true */
  publicAddress?: boolean | undefined;
  /** Addresses that may log into that instance. @default that of the machine that bakes, as AWS sees it */
  sshCidrs?: string[] | undefined;
}

/** An image to bake. */
export interface ImageBake extends ImageBakeArgs {
  architecture: Architecture;
  /** AWS region. */
  region: string;
}

const accountId = /^\d{12}$/;
const regionName = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** All that is wrong with how an image is to be baked. */
export function bakeErrors(args: ImageBakeArgs): PropertyError[] {
  const { suite, rootVolumeGiB, kmsKeyId, copyToRegions = [], regionKmsKeyIds = {}, shareWithAccounts = [] } = args;
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (suite !== undefined && !debianSuites.includes(suite)) {
    error("suite", `must be trixie (Debian 13) or bookworm (Debian 12), got "${suite as string}"`);
  }
  if (rootVolumeGiB !== undefined && (!Number.isInteger(rootVolumeGiB) || rootVolumeGiB < 4)) {
    error("rootVolumeGiB", `must be a whole number of at least 4, got ${rootVolumeGiB}`);
  }
  (args.without ?? []).forEach((program, i) => {
    if (!optionalPrograms.some((name) => name === program)) {
      error(`without[${i}]`, `must be one of ${optionalPrograms.join(", ")}, got "${program}"`);
    }
  });
  copyToRegions.forEach((region, i) => {
    if (!regionName.test(region))
      error(`copyToRegions[${i}]`, `must be a region such as eu-central-1, got "${region}"`);
  });
  for (const region of Object.keys(regionKmsKeyIds)) {
    if (copyToRegions.includes(region)) continue;
    error(`regionKmsKeyIds["${region}"]`, "is of a region that the image is not copied to: add it to copyToRegions");
  }
  shareWithAccounts.forEach((account, i) => {
    if (!accountId.test(account)) error(`shareWithAccounts[${i}]`, `must be an ID of 12 digits, got "${account}"`);
  });
  if (shareWithAccounts.length > 0 && kmsKeyId === undefined) {
    error(
      "kmsKeyId",
      "is needed to share the image: AWS does not let other accounts use the account's default key for EBS",
    );
  }
  if (shareWithAccounts.length > 0) {
    for (const region of copyToRegions.filter((each) => regionKmsKeyIds[each] === undefined)) {
      error(`regionKmsKeyIds["${region}"]`, "is needed, as the image is shared: its copy cannot have the default key");
    }
  }
  return errors;
}
