import type { Facts } from "../schema";

const encryption: Facts = { replaces: "bucket expectedBucketOwner" };

/** Buckets, file systems, images of containers, keys and parameters. */
export const storageFacts: Readonly<Record<string, Facts>> = {
  "aws:s3/bucket:Bucket": {
    replaces: "bucket bucketNamespace bucketPrefix objectLockEnabled",
    computed:
      "accelerationStatus acl bucketNamespace bucketPrefix corsRules grants lifecycleRules logging " +
      "objectLockConfiguration objectLockEnabled policy replicationConfiguration requestPayer " +
      "serverSideEncryptionConfiguration versioning website",
    defaults: { forceDestroy: false },
    autoName: { property: "bucket", maxLength: 63, lowerCase: true },
  },
  "aws:s3/bucketPolicy:BucketPolicy": { replaces: "bucket" },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { replaces: "bucket" },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    ...encryption,
    computed: "transitionDefaultMinimumObjectSize",
  },
  "aws:ecr/repository:Repository": {
    replaces: "encryptionConfigurations name",
    defaults: { imageTagMutability: "MUTABLE" },
    autoName: { maxLength: 256, lowerCase: true },
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": { replaces: "policy repository" },
  "aws:ecr/repositoryPolicy:RepositoryPolicy": { replaces: "repository" },
  "aws:efs/fileSystem:FileSystem": {
    replaces: "availabilityZoneName creationToken encrypted kmsKeyId performanceMode",
    computed: "creationToken encrypted kmsKeyId performanceMode protection",
    defaults: { throughputMode: "bursting" },
  },
  "aws:efs/mountTarget:MountTarget": {
    replaces: "fileSystemId ipAddress ipAddressType ipv6Address subnetId",
    computed: "ipAddress ipAddressType ipv6Address securityGroups",
  },
  "aws:efs/accessPoint:AccessPoint": {
    replaces: "fileSystemId posixUser rootDirectory",
    computed: "rootDirectory",
  },
  "aws:efs/backupPolicy:BackupPolicy": { replaces: "fileSystemId" },
  "aws:ssm/parameter:Parameter": {
    replaces: "dataType name",
    computed: "arn dataType insecureValue keyId tier value",
    secret: "value valueWo",
    writeOnly: "valueWo",
  },
  "aws:kms/key:Key": {
    replaces: "customKeyStoreId customerMasterKeySpec keyUsage multiRegion xksKeyId",
    computed: "description multiRegion policy rotationPeriodInDays",
    defaults: {
      bypassPolicyLockoutSafetyCheck: false,
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      enableKeyRotation: false,
      isEnabled: true,
      keyUsage: "ENCRYPT_DECRYPT",
    },
  },
  "aws:kms/alias:Alias": {
    replaces: "name namePrefix",
    computed: "namePrefix",
    autoName: { prefix: "alias/", maxLength: 256 },
  },
};
