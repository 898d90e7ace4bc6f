import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../refuse";
import { type ContainerRegistryArgs, containerRegistryErrors } from "./args";
import { lifecyclePolicy } from "./lifecycle-policy";

export { ContainerRegistryArgs, containerRegistryErrors, ContainerRegistryTransform } from "./args";

/** Repositories for the images of a cluster's jobs, in ECR. Nodes pull from them by the rights of their pool (`ecrPull`). */
export class ContainerRegistry extends pulumi.ComponentResource {
  /** URLs of the repositories, without a tag, by the names given: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
  readonly urls: Record<string, pulumi.Output<string>>;
  /** ARNs of the repositories by the names given, for policies. */
  readonly arns: Record<string, pulumi.Output<string>>;

  /** @throws pulumi.InputPropertiesError for arguments that are wrong */
  constructor(name: string, args: ContainerRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ContainerRegistry", containerRegistryErrors(args));
    super("cos:index:ContainerRegistry", name, {}, opts);

    const repositories = args.repositories.map((key) => [key, this.repository(`${name}-${key}`, key, args)] as const);
    this.urls = Object.fromEntries(repositories.map(([key, { repositoryUrl }]) => [key, repositoryUrl]));
    this.arns = Object.fromEntries(repositories.map(([key, { arn }]) => [key, arn]));
    this.registerOutputs({ urls: this.urls, arns: this.arns });
  }

  private repository(name: string, key: string, args: ContainerRegistryArgs): aws.ecr.Repository {
    const { transform = {}, kmsKeyId } = args;
    const repository = new aws.ecr.Repository(
      name,
      {
        name: `${args.prefix ?? ""}${key}`,
        imageTagMutability: (args.immutableTags ?? true) ? "IMMUTABLE" : "MUTABLE",
        imageScanningConfiguration: { scanOnPush: args.scanOnPush ?? true },
        encryptionConfigurations: [
          kmsKeyId === undefined ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey: kmsKeyId },
        ],
        forceDelete: args.forceDelete ?? false,
        tags: { ...args.tags, Name: name },
        ...transform.repository,
      },
      { parent: this },
    );
    const policy = lifecyclePolicy(args.untaggedExpireAfterDays ?? 14, args.keepImages);
    if (policy) {
      new aws.ecr.LifecyclePolicy(
        `${name}-lifecycle`,
        { repository: repository.name, policy: JSON.stringify(policy), ...transform.lifecyclePolicy },
        { parent: this },
      );
    }
    return repository;
  }
}
