import { randomBytes } from "node:crypto";
import type { InputsOf, Properties } from "../schema";
import type { PlainMap } from "../value";
import { type Account, DirectoryAccount, MemoryAccount } from "./account";
import { type Image, imagesOf } from "./images";

export const ACCOUNT_ID = "123456789012";

/** Directory that holds the account, so that it outlives the plugin; by default it does not. */
export const ACCOUNT_VARIABLE = "COS_STAND_IN_AWS_ACCOUNT";
/** The name that every load balancer has, such as an address on loopback; by default each has its own. */
export const ADDRESS_VARIABLE = "COS_STAND_IN_AWS_ADDRESS";
/** The machine images that there are, a JSON list of {@link Image}; by default none. */
export const IMAGES_VARIABLE = "COS_STAND_IN_AWS_IMAGES";

const accepted = { type: "any" } as const;
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const tags = { type: { map: "string" } } as const;

/** The provider's inputs. Those about credentials and endpoints are taken and mean nothing: no request is sent. */
export const configSchema = {
  region: text,
  defaultTags: { type: { object: { tags } } },
  accessKey: { ...text, secret: true },
  secretKey: { ...text, secret: true },
  token: { ...text, secret: true },
  profile: text,
  sharedConfigFiles: accepted,
  sharedCredentialsFiles: accepted,
  assumeRoles: accepted,
  assumeRoleWithWebIdentity: accepted,
  allowedAccountIds: { type: { list: "string" } },
  forbiddenAccountIds: { type: { list: "string" } },
  customCaBundle: text,
  ec2MetadataServiceEndpoint: text,
  ec2MetadataServiceEndpointMode: text,
  endpoints: accepted,
  httpProxy: text,
  httpsProxy: text,
  noProxy: text,
  ignoreTags: { ...accepted, unimplemented: true },
  insecure: flag,
  maxRetries: { type: "integer" },
  retryMode: text,
  s3UsePathStyle: flag,
  s3UsEast1RegionalEndpoint: text,
  skipCredentialsValidation: flag,
  skipMetadataApiCheck: flag,
  skipRegionValidation: flag,
  skipRequestingAccountId: flag,
  stsRegion: text,
  tagPolicyCompliance: text,
  tokenBucketRateLimiterCapacity: { type: "integer" },
  useDualstackEndpoint: flag,
  useFipsEndpoint: flag,
  userAgents: accepted,
} as const satisfies Properties;

/** The pretended AWS, as one provider sees it. */
export interface Cloud {
  region: string;
  accountId: string;
  account: Account;
  /** What every resource with tags gets. */
  defaultTags: Record<string, string>;
  /** The name of every load balancer; by default each has its own. */
  loadBalancerAddress: string | undefined;
  images: Image[];
}

/**
 * The cloud of a provider's inputs, and of the environment.
 *
 * @throws Error when there is no region, another account is demanded, or the list of images is none
 */
export function cloudOf(config: InputsOf<typeof configSchema>, env: NodeJS.ProcessEnv): Cloud {
  const region = config.region ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "");
  if (region === "") {
    throw new Error(
      'missing required configuration key "aws:region": The region where AWS operations will take place. Examples are ' +
        "us-east-1, us-west-2, etc.\nSet a value using the command `pulumi config set aws:region <value>`.",
    );
  }
  if (config.skipRegionValidation !== true && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new Error(`invalid AWS Region: ${region}`);
  }
  refuseOtherAccounts(config.allowedAccountIds, config.forbiddenAccountIds);
  const directory = env[ACCOUNT_VARIABLE] ?? "";
  return {
    region,
    accountId: ACCOUNT_ID,
    account: directory === "" ? new MemoryAccount() : new DirectoryAccount(directory),
    defaultTags: config.defaultTags?.tags ?? {},
    loadBalancerAddress: env[ADDRESS_VARIABLE] || undefined,
    images: imagesOf(env[IMAGES_VARIABLE] ?? "", IMAGES_VARIABLE),
  };
}

function refuseOtherAccounts(allowed: string[] | undefined, forbidden: string[] | undefined): void {
  const isAllowed = allowed === undefined || allowed.length === 0 || allowed.includes(ACCOUNT_ID);
  if (!isAllowed || forbidden?.includes(ACCOUNT_ID) === true)
    throw new Error(`AWS account ID not allowed: ${ACCOUNT_ID}`);
}

/** Where an operation happens. */
export interface Site {
  cloud: Cloud;
  /** The resource's own region, or the provider's. */
  region: string;
}

export function siteOf(cloud: Cloud, inputs: PlainMap): Site {
  return { cloud, region: typeof inputs["region"] === "string" ? inputs["region"] : cloud.region };
}

/** A regional ARN, e.g. `arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0a1b…`. */
export function arn(site: Site, service: string, resource: string): string {
  return `arn:${partitionOf(site.region)}:${service}:${site.region}:${site.cloud.accountId}:${resource}`;
}

/** The ARN of a service that knows no regions, e.g. IAM. */
export function globalArn(site: Site, service: string, resource: string): string {
  return `arn:${partitionOf(site.region)}:${service}::${site.cloud.accountId}:${resource}`;
}

export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** An id as EC2 makes them, e.g. `vpc-0a1b2c3d4e5f67890`. */
export function ec2Id(prefix: string): string {
  return `${prefix}-0${hex(16)}`;
}

/** That many random hexadecimal digits. */
export function hex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
}
