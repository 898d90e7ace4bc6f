import { type PropertyError, repeated } from "../checks";
import { nameErrors } from "../cluster-settings/servers";
import { nodesErrors } from "../node/args";
import type { TaskDriver } from "../nomad-cluster/client-config";
import type { ClientPoolArgs } from "./args";
import { sizesOf } from "./defaults";
import { hostVolumeErrors } from "./host-volumes";
import { rightsErrors } from "./policy";

const taskDrivers: readonly TaskDriver[] = ["docker", "exec", "java", "raw_exec"];

/** What is wrong with the arguments of {@link ClientPool}. Which cluster it belongs to does not matter. */
export function clientPoolErrors(args: Omit<ClientPoolArgs, "cluster">): PropertyError[] {
  const { serviceToService = true, reservedMemoryMiB: reserved } = args;
  const errors = [
    // All pools' clients, those whose services may call each other, and this pool's.
    ...nodesErrors({ ...args, ...sizesOf(args) }, serviceToService ? 3 : 2),
    ...nameErrors("poolName", args.poolName),
    ...nameErrors("clusterName", args.clusterName),
    ...nameErrors("datacenter", args.datacenter),
    ...nameErrors("nodeClass", args.nodeClass),
    ...nodePoolErrors(args.nodePool),
    ...metaErrors(args.meta ?? {}),
    ...driverErrors(args.drivers),
    ...hostVolumeErrors(args),
    ...rightsErrors(args),
  ];
  if (reserved !== undefined && !(Number.isInteger(reserved) && reserved >= 0)) {
    const reason = `must be a whole number of MiB, 0 or more, got ${reserved}`;
    errors.push({ propertyPath: "reservedMemoryMiB", reason });
  }
  return errors;
}

/** As Nomad 1.11 checks it: nomad/structs/node_pool.go, command/agent/command.go. */
function nodePoolErrors(nodePool: string | undefined): PropertyError[] {
  if (nodePool === undefined) return [];
  if (nodePool === "all") {
    return [
      { propertyPath: "nodePool", reason: '"all" is Nomad\'s name for all pools together: no node can be in it' },
    ];
  }
  if (/^[A-Za-z0-9-_]{1,128}$/.test(nodePool)) return [];
  return [{ propertyPath: "nodePool", reason: `must be up to 128 letters, digits and "-_", got "${nodePool}"` }];
}

/** As Nomad 1.11 checks it: helper.IsValidInterpVariable. */
function metaErrors(meta: Record<string, unknown>): PropertyError[] {
  return Object.entries(meta).flatMap(([key, value]): PropertyError[] => {
    const propertyPath = `meta["${key}"]`;
    if (!/^[^.]+(\.[^.]+)*$/.test(key)) {
      return [{ propertyPath, reason: "the key must be words with single dots between them" }];
    }
    if (typeof value === "string") return [];
    return [{ propertyPath, reason: `must be text, got ${JSON.stringify(value)}: put it in quotes` }];
  });
}

function driverErrors(drivers: readonly TaskDriver[] | undefined): PropertyError[] {
  if (drivers === undefined) return [];
  if (drivers.length === 0)
    return [{ propertyPath: "drivers", reason: "must name at least one driver: nothing could run" }];
  const errors = drivers.flatMap((driver, i): PropertyError[] => {
    if (taskDrivers.includes(driver)) return [];
    return [{ propertyPath: `drivers[${i}]`, reason: `must be one of ${taskDrivers.join(", ")}, got "${driver}"` }];
  });
  for (const { value, indexes } of repeated(drivers)) {
    for (const i of indexes.slice(1))
      errors.push({ propertyPath: `drivers[${i}]`, reason: `"${value}" is there twice` });
  }
  return errors;
}
