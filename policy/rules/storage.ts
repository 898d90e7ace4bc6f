import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { type Inputs, map, maps } from "../../components/inputs";
import { resourceRule } from "../rule";

const isTrue = (value: unknown) => value === true || value === "true";

/** Volumes and file systems are encrypted. */
export const encryptedVolumes = resourceRule(
  "encrypted-volumes",
  "Volumes, of launch templates and instances too, and file systems are encrypted.",
  [
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/instance:Instance",
    "aws:ebs/volume:Volume",
    "aws:efs/fileSystem:FileSystem",
  ],
  (inputs, type) => {
    if (type.endsWith(":Volume") || type.endsWith(":FileSystem")) {
      return isTrue(inputs["encrypted"]) ? [] : ["It is not encrypted: set encrypted to true."];
    }
    return volumesOf(inputs, type)
      .filter(([, volume]) => !isTrue(volume["encrypted"]))
      .map(([name]) => `The volume ${name} is not encrypted: set encrypted to true.`);
  },
);

function volumesOf(inputs: Inputs, type: string): [string, Inputs][] {
  if (type.endsWith(":LaunchTemplate")) {
    return maps(inputs["blockDeviceMappings"])
      .filter(({ ebs }) => ebs !== undefined)
      .map(({ deviceName, ebs }) => [String(deviceName), map(ebs)]);
  }
  const others = maps(inputs["ebsBlockDevices"]).map((volume): [string, Inputs] => [
    String(volume["deviceName"]),
    volume,
  ]);
  // Without a word on it, the root volume is the image's.
  return inputs["rootBlockDevice"] === undefined
    ? others
    : [["of the root", map(inputs["rootBlockDevice"])], ...others];
}

const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const encryptionTypes = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];

/** A value, or nothing where a preview does not know it: reading that fails. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Buckets say how they are encrypted, by themselves or by a resource of their own. */
export const encryptedBuckets: StackValidationPolicy = {
  name: "encrypted-buckets",
  description: "Buckets have an encryption configuration.",
  validateStack: ({ resources }, report) => {
    const encrypted = new Set(
      resources
        .filter(({ type }) => encryptionTypes.includes(type))
        .flatMap(({ props, propertyDependencies }) => [
          known(() => (props as Inputs)["bucket"]),
          ...(propertyDependencies["bucket"] ?? []).map(({ urn }: PolicyResource) => urn),
        ]),
    );
    for (const { type, name, urn, props } of resources) {
      if (!bucketTypes.includes(type)) continue;
      const own = known(() => (props as Inputs)["serverSideEncryptionConfiguration"]);
      const bucket = known(() => (props as Inputs)["bucket"]);
      if (own !== undefined || encrypted.has(urn) || (bucket !== undefined && encrypted.has(bucket))) continue;
      report(`The bucket ${name} has no encryption: give it a BucketServerSideEncryptionConfiguration.`, urn);
    }
  },
};
