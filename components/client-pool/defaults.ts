import type { TaskDriver } from "../nomad-cluster/client-config";
import type { ClientPoolArgs } from "./args";

/** Drivers of pools that name none: both isolate their tasks. */
export const defaultDrivers: readonly TaskDriver[] = ["docker", "exec"];

/** What the system, both agents and Docker take, in MiB: a t4g.micro, the smallest node, has 1024. */
export const defaultReservedMemoryMiB = 256;

/** The bounds of a pool's size. */
export function sizesOf({
  minSize = 1,
  maxSize,
  desiredSize,
}: Pick<ClientPoolArgs, "minSize" | "maxSize" | "desiredSize">) {
  return { minSize, maxSize: maxSize ?? Math.max(minSize, desiredSize ?? minSize), desiredSize };
}
