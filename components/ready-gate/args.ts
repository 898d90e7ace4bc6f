import type { PropertyError } from "../checks";
import type { ClusterApis } from "../cluster-apis";

/** Arguments of {@link ReadyGate}. A change of any of them runs the gate again, tolerantly. */
export interface ReadyGateArgs extends ClusterApis {
  /** Number of Consul servers, each of which must be a healthy voter. */
  consulServers: number;
  /** Number of Nomad servers, each of which must be a healthy voter. */
  nomadServers: number;
  /** Node pools of which at least one client each must be ready. */
  nodePools: string[];
  /** How many clients of a node pool must be ready, by the pool's name. @default 1 */
  minClients?: Record<string, number>;
  /** How long the gate waits for the cluster, in seconds. @default 600 */
  timeoutSeconds?: number;
}

/** What is wrong with the plain values. */
export function readyGateErrors(args: ReadyGateArgs): PropertyError[] {
  const errors: PropertyError[] = [];
  for (const name of ["consulServers", "nomadServers"] as const) {
    if (!Number.isInteger(args[name]) || args[name] < 1) {
      errors.push({ propertyPath: name, reason: `must be a whole number of at least 1, got ${args[name]}` });
    }
  }
  args.nodePools.forEach((pool, i) => {
    if (pool === "")
      errors.push({ propertyPath: `nodePools[${i}]`, reason: "must be the name of a node pool, got an empty string" });
  });
  for (const [pool, count] of Object.entries(args.minClients ?? {})) {
    const propertyPath = `minClients.${pool}`;
    if (!args.nodePools.includes(pool))
      errors.push({
        propertyPath,
        reason: `must be of a pool in "nodePools", which has ${shownPools(args.nodePools)}`,
      });
    if (!Number.isInteger(count) || count < 1)
      errors.push({ propertyPath, reason: `must be a whole number of at least 1, got ${count}` });
  }
  if (args.timeoutSeconds !== undefined && !(args.timeoutSeconds > 0)) {
    errors.push({ propertyPath: "timeoutSeconds", reason: `must be more than 0, got ${args.timeoutSeconds}` });
  }
  return errors;
}

const shownPools = (pools: string[]): string => pools.filter((pool) => pool !== "").join(", ") || "none";
