/** A task driver that the configuration knows how to set up. */
export type TaskDriver = "docker" | "exec" | "java" | "raw_exec";

/** What makes a Nomad agent a client, a node that runs tasks. */
export interface NomadClientOptions {
  /** Node pool that the client belongs to. @default "default" */
  nodePool?: string | undefined;
  /** Node class, by which jobs may choose nodes (`${node.class}`). @default none */
  nodeClass?: string | undefined;
  /** Metadata of the node, by which jobs may choose nodes (`${meta.KEY}`). @default none */
  meta?: Record<string, string> | undefined;
  /** Addresses, or go-discover terms, of servers to join. @default none: the servers that Consul knows */
  retryJoin?: string[] | undefined;
  /** Network interface whose addresses tasks get. @default the one of the default route */
  networkInterface?: string | undefined;
  /**
   * The only drivers that run. `raw_exec`, which isolates nothing, runs only where it is named.
   * @default all that the node is fit for, except `raw_exec`
   */
  drivers?: readonly TaskDriver[] | undefined;
  /** Drivers without isolation to run besides all others, where `drivers` is not given. @default none */
  unisolatedDrivers?: Extract<TaskDriver, "raw_exec">[] | undefined;
  /**
   * Users of the node, besides root, that no task of `exec` and `java` may run as: such tasks see the node's /etc, with what is in it for these users
   * alone. @default none
   */
  deniedUsers?: readonly string[] | undefined;
  /** Directories of the node that jobs may mount as volumes, by the volumes' names. @default none */
  hostVolumes?: Record<string, { path: string; readOnly?: boolean | undefined }> | undefined;
  /**
   * A file of Docker's client configuration with the registries' credentials or credential helpers: a registry that it does
   * not name needs none. (Nomad's `auth.helper` would be asked for every registry, and the ECR helper fails for others.)
   * @default none
   */
  dockerConfigFile?: string | undefined;
  /** Ports from which tasks get theirs, both ends included. @default Nomad's: 20000 to 32000 */
  dynamicPorts?: { from: number; to: number } | undefined;
  /** Memory that is kept from tasks, for the system and the agents, in MiB. @default 0 */
  reservedMemoryMiB?: number | undefined;
  /** Fingerprinters to leave out, for instance of clouds that the node is not in. @default none */
  fingerprintDenylist?: string[] | undefined;
}

/** What a list of one's own replaces. Source: nomad 1.11, client/config/config.go (`DefaultUserDenylist`). */
const nomadsOwnDenied = ["root", "Administrator"];

/** The `client` block of a Nomad agent's file. */
export function clientBlock(client: NomadClientOptions) {
  const options = {
    ...(client.drivers && { "driver.allowlist": client.drivers.join(",") }),
    ...(client.fingerprintDenylist && { "fingerprint.denylist": client.fingerprintDenylist.join(",") }),
    ...(client.deniedUsers && { "user.denylist": [...nomadsOwnDenied, ...client.deniedUsers].join(",") }),
  };
  return {
    enabled: true,
    node_pool: client.nodePool ?? "default",
    ...(client.nodeClass !== undefined && { node_class: client.nodeClass }),
    ...(client.meta && { meta: client.meta }),
    ...(client.retryJoin && { server_join: { retry_join: client.retryJoin } }),
    ...(client.networkInterface && { network_interface: client.networkInterface }),
    ...(client.dynamicPorts && {
      min_dynamic_port: client.dynamicPorts.from,
      max_dynamic_port: client.dynamicPorts.to,
    }),
    ...(client.reservedMemoryMiB !== undefined && { reserved: { memory: client.reservedMemoryMiB } }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(client.hostVolumes && { host_volume: hostVolumeBlocks(client.hostVolumes) }),
  };
}

function hostVolumeBlocks(volumes: NonNullable<NomadClientOptions["hostVolumes"]>) {
  return Object.entries(volumes).map(([name, { path, readOnly }]) => ({
    [name]: { path, read_only: readOnly ?? false },
  }));
}

/** The `plugin` blocks of a Nomad agent's file: drivers that need to be told something. */
export function pluginBlocks(client: NomadClientOptions): Record<string, { config: object }>[] {
  const drivers = new Set<TaskDriver>([...(client.drivers ?? []), ...(client.unisolatedDrivers ?? [])]);
  const plugins: Record<string, { config: object }>[] = [];
  if (drivers.has("docker") || client.dockerConfigFile !== undefined) {
    plugins.push({ docker: { config: dockerConfig(client.dockerConfigFile) } });
  }
  if (drivers.has("raw_exec")) plugins.push({ raw_exec: { config: { enabled: true } } });
  return plugins;
}

/** Nomad's defaults, said because they are what keeps a container from the node: no privileges, no paths of the host. */
function dockerConfig(configFile: string | undefined) {
  return {
    allow_privileged: false,
    volumes: { enabled: false },
    ...(configFile !== undefined && { auth: { config: configFile } }),
  };
}
