import type { Plain } from "../../value";
import { arn, ec2Id, hex } from "../cloud";
import { type Behaviour, mapOf, shown, textOf } from "./behaviour";
import { Checks } from "./checks";
import { zoneId } from "./zones";

const LONGEST_BUCKET_POLICY = 20_480;
const CANNED = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "log-delivery-write",
];

const bucket: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .matches("bucket", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "3 to 63 lower-case letters, digits, dots and hyphens")
      .oneOf("acl", CANNED).failures,
  id: ({ bucket: name }) => textOf(name) ?? "",
  outputs: (id, _inputs, { region }) => ({
    arn: `arn:aws:s3:::${id}`,
    bucketDomainName: `${id}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
    bucketRegion: region,
    hostedZoneId: "Z21DNDUVLTQW6Q",
    websiteDomain: "",
    websiteEndpoint: "",
    requestPayer: "BucketOwner",
    objectLockEnabled: false,
  }),
};

/** A part of a bucket, which has the bucket's name for an id. */
function ofBucket(check?: Behaviour["check"]): Behaviour {
  return { id: ({ bucket: name }) => textOf(name) ?? "", ...(check ? { check } : {}) };
}

const lifecycle: Behaviour = {
  ...ofBucket((inputs) => new Checks(inputs).oneOf("rules.status", ["Enabled", "Disabled"]).failures),
  outputs: () => ({ transitionDefaultMinimumObjectSize: "all_storage_classes_128K" }),
};

const encryption = ofBucket(
  (inputs) =>
    new Checks(inputs).oneOf("rules.applyServerSideEncryptionByDefault.sseAlgorithm", [
      "AES256",
      "aws:kms",
      "aws:kms:dsse",
    ]).failures,
);

const repository: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .matches(
        "name",
        /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
        "lower case, such as team/web",
      )
      .oneOf("imageTagMutability", ["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"])
      .oneOf("encryptionConfigurations.encryptionType", ["AES256", "KMS", "KMS_DSSE"]).failures,
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, _inputs, site) => ({
    arn: arn(site, "ecr", `repository/${id}`),
    registryId: site.cloud.accountId,
    repositoryUrl: `${site.cloud.accountId}.dkr.ecr.${site.region}.amazonaws.com/${id}`,
  }),
};

/** A policy of an image repository, which has the repository's name for an id. */
function ofRepository(): Behaviour {
  return {
    check: (inputs) => new Checks(inputs).policy("policy", 30_720).failures,
    id: ({ repository: name }) => textOf(name) ?? "",
    outputs: (_id, _inputs, site) => ({ registryId: site.cloud.accountId }),
  };
}

const fileSystem: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .oneOf("performanceMode", ["generalPurpose", "maxIO"])
      .oneOf("throughputMode", ["bursting", "provisioned", "elastic"]).failures,
  id: () => `fs-0${hex(16)}`,
  outputs: (id, inputs, site, former) => ({
    arn: arn(site, "elasticfilesystem", `file-system/${id}`),
    dnsName: `${id}.efs.${site.region}.amazonaws.com`,
    ownerId: site.cloud.accountId,
    name: mapOf(inputs["tags"])["Name"] ?? "",
    availabilityZoneId: "",
    numberOfMountTargets: 0,
    sizeInBytes: [],
    creationToken: former["creationToken"] ?? `terraform-${hex(26)}`,
    encrypted: false,
    kmsKeyId: "",
    performanceMode: "generalPurpose",
    protection: { replicationOverwrite: "ENABLED" },
  }),
};

const MOUNT_TARGET = "aws:efs/mountTarget:MountTarget";

const mountTarget: Behaviour = {
  allow: ({ fileSystemId, subnetId }, { cloud: { account } }, id) => {
    const zone = (subnet: Plain | undefined) =>
      account.get("aws:ec2/subnet:Subnet", shown(subnet))?.values["availabilityZone"] ?? subnet;
    const others = account
      .all(MOUNT_TARGET)
      .filter((entry) => entry.id !== id && entry.values["fileSystemId"] === fileSystemId);
    if (!others.some(({ values }) => zone(values["subnetId"]) === zone(subnetId))) return;
    throw new Error("MountTargetConflict: mount target already exists in this AZ");
  },
  id: () => `fsmt-0${hex(16)}`,
  outputs: (_id, { fileSystemId, subnetId }, site, former) => {
    const zone = textOf(site.cloud.account.get("aws:ec2/subnet:Subnet", shown(subnetId))?.values["availabilityZone"]);
    const dnsName = `${shown(fileSystemId)}.efs.${site.region}.amazonaws.com`;
    return {
      dnsName,
      availabilityZoneName: zone ?? "",
      availabilityZoneId: zone === undefined ? "" : zoneId(zone),
      fileSystemArn: arn(site, "elasticfilesystem", `file-system/${shown(fileSystemId)}`),
      mountTargetDnsName: `${zone ?? ""}.${dnsName}`,
      networkInterfaceId: former["networkInterfaceId"] ?? ec2Id("eni"),
      ownerId: site.cloud.accountId,
      ipAddress: former["ipAddress"] ?? "10.0.0.5",
      ipAddressType: "IPV4_ONLY",
      ipv6Address: "",
      securityGroups: [],
    };
  },
};

const accessPoint: Behaviour = {
  id: () => `fsap-0${hex(16)}`,
  outputs: (id, { fileSystemId }, site) => ({
    arn: arn(site, "elasticfilesystem", `access-point/${id}`),
    fileSystemArn: arn(site, "elasticfilesystem", `file-system/${shown(fileSystemId)}`),
    ownerId: site.cloud.accountId,
    rootDirectory: { path: "/" },
  }),
};

const backupPolicy: Behaviour = {
  check: (inputs) => new Checks(inputs).oneOf("backupPolicy.status", ["ENABLED", "DISABLED"]).failures,
  id: ({ fileSystemId }) => textOf(fileSystemId) ?? "",
};

export const storageBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketPolicy:BucketPolicy": ofBucket(
    (inputs) => new Checks(inputs).policy("policy", LONGEST_BUCKET_POLICY).failures,
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ofBucket(),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:ecr/repository:Repository": repository,
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": ofRepository(),
  "aws:ecr/repositoryPolicy:RepositoryPolicy": ofRepository(),
  "aws:efs/fileSystem:FileSystem": fileSystem,
  [MOUNT_TARGET]: mountTarget,
  "aws:efs/accessPoint:AccessPoint": accessPoint,
  "aws:efs/backupPolicy:BackupPolicy": backupPolicy,
};
