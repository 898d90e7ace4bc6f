import type { NomadClientOptions } from "../nomad-cluster/client-config";
import type { ClientPoolArgs } from "./args";
import { defaultDrivers, defaultReservedMemoryMiB } from "./defaults";
import { hostVolumesOf } from "./host-volumes";

/** Docker's client configuration on the nodes of a pool that pulls from ECR. */
export const dockerConfigPath = "/etc/cos/docker.json";

/** What a pool's Nomad agents are told of being its clients. */
export function clientOptions(
  poolName: string,
  args: Omit<ClientPoolArgs, "cluster">,
): NomadClientOptions & { nodePool: string; nodeClass: string } {
  const hostVolumes = hostVolumesOf(args).map(({ name, path, readOnly }) => [name, { path, readOnly }] as const);
  return {
    nodePool: args.nodePool ?? "default",
    nodeClass: args.nodeClass ?? poolName,
    ...(Object.keys(args.meta ?? {}).length > 0 && { meta: args.meta }),
    drivers: args.drivers ?? defaultDrivers,
    ...(hostVolumes.length > 0 && { hostVolumes: Object.fromEntries(hostVolumes) }),
    ...(pullsFromEcr(args) && { dockerConfigFile: dockerConfigPath }),
    reservedMemoryMiB: args.reservedMemoryMiB ?? defaultReservedMemoryMiB,
  };
}

/** Whether a pool may pull from ECR. */
export function pullsFromEcr({ ecrPull }: Pick<ClientPoolArgs, "ecrPull">): boolean {
  return Array.isArray(ecrPull) || ecrPull === true;
}
