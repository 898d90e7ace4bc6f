import type { types } from "@pulumi/aws";
import { createHash } from "node:crypto";
import type { PropertyError } from "../checks";
import type { Tags } from "../security-group";

/** Keys of the tags that every node has. */
export const nodeTagKeys = {
  /** Name of the cluster. */
  cluster: "cos-cluster",
  /** What the node is: `consul-server`, `nomad-server` or `client`. */
  role: "cos-role",
  /** Client pool, on clients. */
  pool: "cos-pool",
  /** Hash of what the launch template was made of: nodes whose hash is not the present one run an old template. */
  template: "cos-template",
} as const;

/** Tags of a group's instances, network interfaces and volumes; what is said of one kind goes before what is said of all. */
export function tagSpecifications(tags: {
  /** Of all of them. */
  all: Tags;
  instance: Tags;
  volume: Tags;
}): types.input.ec2.LaunchTemplateTagSpecification[] {
  return [
    { resourceType: "instance", tags: { ...tags.all, ...tags.instance } },
    { resourceType: "network-interface", tags: { ...tags.all, ...tags.instance } },
    { resourceType: "volume", tags: { ...tags.all, ...tags.volume } },
  ];
}

/** A short hash that differs where a launch template does. */
export function templateHash(template: object): string {
  return createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 12);
}

/** AWS's limits of tags. Source: the EC2 user guide, "Tag your Amazon EC2 resources". */
const limits = { tags: 50, keyLength: 128, valueLength: 256 };

/** Tags that a component adds to those of a user: `Name`, and those of {@link nodeTagKeys}. */
const ownTags = 1 + Object.keys(nodeTagKeys).length;

function tagErrors(property: string, tags: Tags): PropertyError[] {
  return Object.entries(tags).flatMap(([key, value]): PropertyError[] => {
    const propertyPath = `${property}["${key}"]`;
    const errors: PropertyError[] = [];
    if (/^aws:/i.test(key)) errors.push({ propertyPath, reason: "keys that begin with aws: are AWS's own" });
    if (Object.values<string>(nodeTagKeys).includes(key)) {
      errors.push({ propertyPath, reason: "is a tag that the component sets itself" });
    }
    if (key === "" || key.length > limits.keyLength) {
      errors.push({ propertyPath, reason: `the key must have 1 to ${limits.keyLength} characters, got ${key.length}` });
    }
    if (typeof value === "string" && value.length > limits.valueLength) {
      errors.push({
        propertyPath,
        reason: `the value must have at most ${limits.valueLength} characters, got ${value.length}`,
      });
    }
    if (typeof value === "string" && !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value)) {
      // IAM and Elastic Load Balancing take no others, and an update would fail half way.
      errors.push({ propertyPath, reason: `the value may have letters, digits, spaces and _.:/=+-@, got "${value}"` });
    }
    return errors;
  });
}

/** Instances show their tags in the metadata service, which takes these keys only. Source: the EC2 user guide, as above. */
function metadataKeyErrors(property: string, tags: Tags): PropertyError[] {
  return Object.keys(tags)
    .filter((key) => !/^[A-Za-z0-9+\-=.,_:@]+$/.test(key) || [".", "..", "_index"].includes(key))
    .map((key) => ({
      propertyPath: `${property}["${key}"]`,
      reason: "the key of an instance's tag must be of letters, digits and +-=.,_:@, for the metadata service shows it",
    }));
}

/** What is wrong with the tags of a group of nodes. */
export function nodeTagsErrors(tags: Tags = {}, instanceTags: Tags = {}, volumeTags: Tags = {}): PropertyError[] {
  const errors = [
    ...tagErrors("tags", tags),
    ...tagErrors("instanceTags", instanceTags),
    ...tagErrors("volumeTags", volumeTags),
    ...metadataKeyErrors("tags", tags),
    ...metadataKeyErrors("instanceTags", instanceTags),
  ];
  for (const [property, further] of [["instanceTags", instanceTags] as const, ["volumeTags", volumeTags] as const]) {
    const count = Object.keys({ ...tags, ...further }).length;
    // One more for the tag by which servers are joined.
    const most = limits.tags - ownTags - 1;
    if (count > most) {
      const reason = `together with tags there may be at most ${most} (of AWS's ${limits.tags}, the component needs the rest), got ${count}`;
      errors.push({ propertyPath: property, reason });
    }
  }
  return errors;
}
