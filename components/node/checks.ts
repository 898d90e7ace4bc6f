import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import { architectureOf, isBurstable } from "../instance-type";
import type { ImageRef, NodeGroupArgs, NodeOptions } from "./args";
import { spotErrors } from "./instances";
import { healthErrors } from "./health";
import { type LifecycleOptions, lifecycleErrors } from "./lifecycle";
import { type Mountable, mountErrors } from "./mounts";
import { refreshErrors } from "./refresh";
import { secretErrors } from "./parameters";
import { policyErrors } from "./policy";
import { nodeTagsErrors } from "./tags";
import { volumesErrors } from "./volumes";

/** AWS's default limit of security groups a network interface. Source: the VPC user guide, "Amazon VPC quotas". */
const securityGroupsLimit = 5;

/**
 * What is wrong with instance types: names that are none, a wrong architecture, several of one, none at all.
 *
 * @param property one that holds a type (`instanceType`), or a list of them (`instanceTypes`)
 */
export function instanceTypeErrors(
  property: string,
  types: string | readonly string[],
  image: Pick<ImageRef, "architecture">,
): PropertyError[] {
  const list = typeof types === "string" ? [types] : types;
  const at = (i: number) => (typeof types === "string" ? property : `${property}[${i}]`);
  if (list.length === 0) return [{ propertyPath: property, reason: "must name at least one instance type" }];

  const errors: PropertyError[] = [];
  const known = list.map((type, i) => ({ type, property: at(i), architecture: architectureOf(type) }));
  const first = known.find(({ architecture }) => architecture !== undefined);
  for (const { type, property, architecture } of known) {
    if (architecture === undefined) {
      errors.push({
        propertyPath: property,
        reason: `"${type}" is not the name of an instance type for Linux, such as t4g.micro`,
      });
    } else if (image.architecture !== undefined && architecture !== image.architecture) {
      errors.push({
        propertyPath: property,
        reason: `"${type}" is ${architecture}, but the image is ${image.architecture}`,
      });
    } else if (image.architecture === undefined && first && architecture !== first.architecture) {
      errors.push({
        propertyPath: property,
        reason: `"${type}" is ${architecture}, but "${first.type}" is ${first.architecture ?? ""}: one image runs on one of them`,
      });
    }
  }
  for (const { value, indexes } of repeated(list)) {
    for (const i of indexes.slice(1)) errors.push({ propertyPath: at(i), reason: `"${value}" is there twice` });
  }
  return errors;
}

/**
 * What is wrong with what may be said of any group of nodes.
 *
 * @param instanceTypes the group's
 * @param roleGroups number of security groups that the nodes are in besides `securityGroupIds`
 */
export function nodeOptionsErrors(
  options: NodeOptions,
  instanceTypes: readonly string[],
  roleGroups: number,
): PropertyError[] {
  const { rootVolume, cpuCredits, metadataHopLimit, policies, policyStatements, securityGroupIds = [] } = options;
  const errors = [
    ...volumesErrors(rootVolume, []),
    ...policyErrors(policyStatements ?? [], policies ?? {}),
    ...secretErrors(options.secrets ?? []),
    ...nodeTagsErrors(options.tags, options.instanceTags, options.volumeTags),
  ];
  if (cpuCredits !== undefined && !["standard", "unlimited"].includes(cpuCredits)) {
    errors.push({
      propertyPath: "cpuCredits",
      reason: `must be "standard" or "unlimited", got "${cpuCredits}"`,
    });
  }
  const others = instanceTypes.filter((type) => !isBurstable(type));
  if (cpuCredits !== undefined && others.length > 0) {
    errors.push({
      propertyPath: "cpuCredits",
      reason: `only instance types of T families have CPU credits; leave it out with ${others.join(", ")}`,
    });
  }
  if (cpuCredits === undefined && others.length > 0 && others.length < instanceTypes.length) {
    errors.push({
      propertyPath: "instanceTypes",
      reason: `must be all of T families or none: only those have CPU credits, and a launch template says them for all; of others are ${others.join(", ")}`,
    });
  }
  if (metadataHopLimit !== undefined && ![1, 2].includes(metadataHopLimit)) {
    errors.push({ propertyPath: "metadataHopLimit", reason: `must be 1 or 2, got ${String(metadataHopLimit)}` });
  }
  const most = securityGroupsLimit - roleGroups;
  if (securityGroupIds.length > most) {
    errors.push({
      propertyPath: "securityGroupIds",
      reason: `at most ${most}, for AWS allows ${securityGroupsLimit} an interface and the nodes have ${roleGroups} others, got ${securityGroupIds.length}`,
    });
  }
  return [...errors, ...listErrors("securityGroupIds", securityGroupIds, /^sg-/, "the ID of a security group (sg-…)")];
}

/** What is wrong with a list of IDs, where they are plain: others than they should be, or there twice. */
function listErrors(
  property: string,
  ids: readonly pulumi.Input<string>[],
  allowed: RegExp,
  what: string,
): PropertyError[] {
  const plain = ids.map((id) => (typeof id === "string" ? id : undefined));
  const errors = plain.flatMap((id, i): PropertyError[] => {
    if (id === undefined || allowed.test(id)) return [];
    return [{ propertyPath: `${property}[${i}]`, reason: `must be ${what}, got "${id}"` }];
  });
  for (const { value, indexes } of repeated(plain)) {
    if (value === undefined) continue;
    for (const i of indexes.slice(1))
      errors.push({ propertyPath: `${property}[${i}]`, reason: `"${value}" is there twice` });
  }
  return errors;
}

/** What is wrong with where nodes start. */
export function subnetErrors(subnetIds: readonly pulumi.Input<string>[]): PropertyError[] {
  if (subnetIds.length === 0) return [{ propertyPath: "subnetIds", reason: "must name at least one subnet" }];
  return listErrors("subnetIds", subnetIds, /^subnet-/, "the ID of a subnet (subnet-…)");
}

/** What is wrong with the bounds of a group's size. */
export function sizeErrors(minSize: number, maxSize: number, desiredSize: number | undefined): PropertyError[] {
  const sizes = { minSize, maxSize, ...(desiredSize !== undefined && { desiredSize }) };
  const errors = Object.entries(sizes)
    .filter(([, size]) => !(Number.isInteger(size) && size >= 0))
    .map(([propertyPath, size]) => ({ propertyPath, reason: `must be a whole number, 0 or more, got ${size}` }));
  if (errors.length > 0) return errors;
  if (minSize > maxSize) {
    return [
      { propertyPath: "minSize", reason: `must not be greater than maxSize, which is ${maxSize}, got ${minSize}` },
    ];
  }
  if (desiredSize !== undefined && (desiredSize < minSize || desiredSize > maxSize)) {
    const reason = `must be from minSize to maxSize, ${minSize} to ${maxSize}, got ${desiredSize}`;
    return [{ propertyPath: "desiredSize", reason }];
  }
  return [];
}

/**
 * What is wrong with all that is said of a group's nodes.
 *
 * @param roleGroups number of security groups that the nodes are in besides `securityGroupIds`
 */
export function nodesErrors(args: Nodes, roleGroups: number): PropertyError[] {
  return [
    ...instanceTypeErrors("instanceTypes", args.instanceTypes, args.image),
    ...nodeOptionsErrors(args, args.instanceTypes, roleGroups),
    ...(args.spot ? spotErrors(args.spot) : []),
    ...subnetErrors(args.subnetIds),
    ...sizeErrors(args.minSize, args.maxSize, args.desiredSize),
    ...volumesErrors(undefined, args.dataVolumes ?? []),
    ...mountErrors(args),
    ...lifecycleErrors(args),
    ...(args.refresh ? refreshErrors(args.refresh) : []),
  ];
}

type Nodes = NodeOptions &
  Mountable &
  LifecycleOptions &
  Pick<
    NodeGroupArgs,
    "image" | "instanceTypes" | "spot" | "subnetIds" | "minSize" | "maxSize" | "desiredSize" | "refresh"
  >;

/** What is wrong with the arguments of {@link NodeGroup}. */
export function nodeGroupErrors(args: NodeGroupArgs): PropertyError[] {
  const errors = [...nodesErrors(args, args.roleSecurityGroupIds.length), ...healthErrors(args)];
  if (args.clusterName === "") errors.push({ propertyPath: "clusterName", reason: "must not be empty" });
  if (args.role !== "client" && args.minSize !== args.maxSize) {
    const reason = `must be the same as minSize, ${args.minSize}, on servers, got ${args.maxSize}`;
    errors.push({ propertyPath: "maxSize", reason });
  }
  return errors;
}
