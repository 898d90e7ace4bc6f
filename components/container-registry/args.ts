import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import type { Tags } from "../security-group";

/** Arguments of {@link ContainerRegistry}. */
export interface ContainerRegistryArgs {
  /**
   * Names of the repositories, with slashes where you like (`shop/api`). They are their real names in ECR, the one exception from
   * "no physical names" in this library: images are pushed and job files name them from outside Pulumi, by a URL that has the
   * name in it and must not change with a resource's suffix. A name taken out is a repository deleted, if it is empty.
   */
  repositories: string[];
  /**
   * Put before every repository's name, for several stacks in one account and region: `dev/`. A change replaces the repositories.
   * @default ""
   */
  prefix?: string | undefined;
  /** A tag that was pushed stays what it is, so that a job's image cannot change under it. A change is made in place. @default true */
  immutableTags?: boolean | undefined;
  /** Scans images for known vulnerabilities when they are pushed. @default true */
  scanOnPush?: boolean | undefined;
  /** ARN of a KMS key. A change replaces the repositories, which ECR refuses while they have images. @default ECR's own key (AES256) */
  kmsKeyId?: pulumi.Input<string> | undefined;
  /** Days after which images without a tag expire; false for never. Parts of tagged multi-platform images stay. @default 14 */
  untaggedExpireAfterDays?: number | false | undefined;
  /** Number of images that a repository keeps, the newest; older ones expire even if a job still runs them. @default no limit */
  keepImages?: number | undefined;
  /** Deletes repositories with the images in them, rather than failing. @default false */
  forceDelete?: boolean | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes, property by property. */
  transform?: ContainerRegistryTransform | undefined;
}

/** Arguments of the registry's resources. */
export interface ContainerRegistryTransform {
  repository?: Partial<aws.ecr.RepositoryArgs> | undefined;
  lifecyclePolicy?: Partial<aws.ecr.LifecyclePolicyArgs> | undefined;
}

/** ECR's names: lower-case words, joined by one of `._-` or in namespaces. Source: the ECR API, `CreateRepository`. */
const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** All that is wrong with a registry's plain arguments. */
export function containerRegistryErrors(args: ContainerRegistryArgs): PropertyError[] {
  const { repositories, prefix = "", untaggedExpireAfterDays: untagged, keepImages } = args;
  const errors: PropertyError[] = [];
  const error = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });
  if (repositories.length === 0) error("repositories", "must have at least one name, got an empty list");
  repositories.forEach((repository, i) => {
    const name = prefix + repository;
    if (!namePattern.test(name) || name.length < 2 || name.length > 256) {
      const allowed = "2 to 256 lower-case letters and digits, with single . _ - or / between them";
      error(`repositories[${i}]`, `must be ${allowed}, got "${name}"`);
    }
  });
  for (const { value, indexes } of repeated(repositories)) {
    error("repositories", `names "${value}" ${indexes.length} times`);
  }
  if (untagged !== undefined && untagged !== false && !isCount(untagged)) {
    error("untaggedExpireAfterDays", `must be false or a whole number of at least 1, got ${untagged}`);
  }
  if (keepImages !== undefined && !isCount(keepImages)) {
    error("keepImages", `must be a whole number of at least 1, got ${keepImages}`);
  }
  return errors;
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
