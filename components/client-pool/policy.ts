import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { PolicyStatement } from "../node/args";
import type { poolSids } from "../node/policy";
import type { ClientPoolArgs } from "./args";

/** Rights to the objects of a bucket. */
export interface BucketAccess {
  /** Name of the bucket. */
  name: pulumi.Input<string>;
  /** `read` lists and reads objects, `read-write` also writes and deletes them. */
  access: "read" | "read-write";
}

type PoolStatement = PolicyStatement & { sid: (typeof poolSids)[number] };

/** What a pool's nodes may do besides what all nodes may: pull images, and use buckets. Nothing where nothing is asked for. */
export function poolStatements(rights: {
  /** ARNs of ECR repositories. */
  repositories: readonly pulumi.Input<string>[];
  /** Buckets, by ARN. */
  buckets: readonly { arn: pulumi.Output<string>; access: BucketAccess["access"] }[];
}): PoolStatement[] {
  return [...pullStatements(rights.repositories), ...bucketStatements(rights.buckets)];
}

function pullStatements(repositories: readonly pulumi.Input<string>[]): PoolStatement[] {
  if (repositories.length === 0) return [];
  return [
    // The API has no narrower resource. Source: the service authorization reference for Amazon ECR.
    { sid: "RegistryLogin", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    {
      sid: "PullImages",
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [...repositories],
    },
  ];
}

function bucketStatements(
  buckets: readonly { arn: pulumi.Output<string>; access: BucketAccess["access"] }[],
): PoolStatement[] {
  if (buckets.length === 0) return [];
  const objects = ({ arn }: { arn: pulumi.Output<string> }) => arn.apply((bucket) => `${bucket}/*`);
  const written = buckets.filter(({ access }) => access === "read-write");
  const statements: PoolStatement[] = [
    { sid: "ListBuckets", actions: ["s3:ListBucket"], resources: buckets.map(({ arn }) => arn) },
    { sid: "ReadObjects", actions: ["s3:GetObject"], resources: buckets.map(objects) },
  ];
  if (written.length > 0) {
    const actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"];
    statements.push({ sid: "WriteObjects", actions, resources: written.map(objects) });
  }
  return statements;
}

/** DNS suffixes of partitions that differ from AWS's own. */
const dnsSuffixes: Record<string, string> = { "aws-cn": "amazonaws.com.cn" };

const repositoryArn = /^arn:(aws[a-z-]*):ecr:([a-z0-9-]+):(\d{12}):repository\/(.+)$/;

/**
 * Docker's client configuration for pulling from the registries of these repositories: Debian's ECR helper logs in with the
 * node's role. Only these registries are asked so; all others need no login.
 */
export function dockerConfig(repositories: readonly string[]): { credHelpers: Record<string, string> } {
  const hosts = repositories.flatMap((arn) => {
    const [, partition, region, account] = repositoryArn.exec(arn) ?? [];
    if (partition === undefined) return [];
    return [`${account ?? ""}.dkr.ecr.${region ?? ""}.${dnsSuffixes[partition] ?? "amazonaws.com"}`];
  });
  return { credHelpers: Object.fromEntries(hosts.sort().map((host) => [host, "ecr-login"])) };
}

/** What is wrong with the rights that a pool asks for. */
export function rightsErrors({ ecrPull, buckets = [] }: Pick<ClientPoolArgs, "ecrPull" | "buckets">): PropertyError[] {
  const errors: PropertyError[] = [];
  if (Array.isArray(ecrPull)) {
    if (ecrPull.length === 0) {
      errors.push({
        propertyPath: "ecrPull",
        reason: "must name at least one repository; true means all of the account",
      });
    }
    ecrPull.forEach((arn, i) => {
      if (typeof arn !== "string" || repositoryArn.test(arn)) return;
      const reason = `must be the ARN of an ECR repository (arn:aws:ecr:REGION:ACCOUNT:repository/NAME), got "${arn}"`;
      errors.push({ propertyPath: `ecrPull[${i}]`, reason });
    });
  }
  buckets.forEach(({ name, access }, i) => {
    const at = `buckets[${i}]`;
    if (!["read", "read-write"].includes(access)) {
      errors.push({ propertyPath: `${at}.access`, reason: `must be "read" or "read-write", got "${access}"` });
    }
    if (typeof name === "string" && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      errors.push({
        propertyPath: `${at}.name`,
        reason: `must be the name of a bucket, not its ARN or URL, got "${name}"`,
      });
    }
  });
  return errors;
}
