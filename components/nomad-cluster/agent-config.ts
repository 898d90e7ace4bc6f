import { NomadPorts, nomadPorts } from "../ports";

/** A task driver that the configuration knows how to set up. */
export type TaskDriver = "docker" | "exec" | "java" | "raw_exec";

/** What an agent of a Nomad cluster is to be. */
export interface NomadAgentOptions {
  /** Name of the node. */
  nodeName: string;
  /** Nomad region: the servers that hold one state together. */
  region: string;
  /** Nomad datacenter of the node. */
  datacenter: string;
  /** Directory that keeps the agent's state, absolute. */
  dataDir: string;
  /** Address that the agent listens on and that others reach it under. A go-sockaddr template is allowed. */
  bindAddress: string;
  /** `host:port` of the node's own Consul agent. */
  consulAddress: string;
  /** Present on servers. */
  server?: {
    /** Number of servers that must have found each other before the first leader is elected. */
    expect: number;
  };
  /** Present on clients, the nodes that run tasks. */
  client?: NomadClientOptions;
  /** Ports that differ from Nomad's own. @default {@link nomadPorts} */
  ports?: Partial<NomadPorts>;
}

export interface NomadClientOptions {
  /** Node pool that the client belongs to. @default "default" */
  nodePool?: string;
  /** Network interface whose addresses tasks get. @default the one of the default route */
  networkInterface?: string;
  /** Drivers without isolation run only where they are named here. @default none */
  unisolatedDrivers?: Extract<TaskDriver, "raw_exec">[];
  /** Fingerprinters to leave out, for instance of clouds that the node is not in. @default none */
  fingerprintDenylist?: string[];
}

/** The configuration file of a Nomad agent, in Nomad's own names and as JSON, which Nomad reads like HCL. */
export function nomadAgentConfig(options: NomadAgentOptions) {
  const ports = { ...nomadPorts, ...options.ports };
  return {
    name: options.nodeName,
    region: options.region,
    datacenter: options.datacenter,
    data_dir: options.dataDir,
    bind_addr: options.bindAddress,
    // Nomad refuses to guess what to advertise when it listens on a loopback address.
    advertise: { http: options.bindAddress, rpc: options.bindAddress, serf: options.bindAddress },
    ports: { http: ports.http, rpc: ports.rpc, serf: ports.serf },
    consul: { address: options.consulAddress },
    ...(options.server && { server: { enabled: true, bootstrap_expect: options.server.expect } }),
    ...(options.client && { client: clientBlock(options.client), plugin: pluginBlocks(options.client) }),
    log_level: "INFO",
    disable_update_check: true,
    // A restart of the agent must not touch its tasks: they run on, and the agent finds them again.
    leave_on_interrupt: false,
    leave_on_terminate: false,
  };
}

function clientBlock(client: NomadClientOptions) {
  return {
    enabled: true,
    node_pool: client.nodePool ?? "default",
    ...(client.networkInterface && { network_interface: client.networkInterface }),
    ...(client.fingerprintDenylist && { options: { "fingerprint.denylist": client.fingerprintDenylist.join(",") } }),
  };
}

function pluginBlocks(client: NomadClientOptions) {
  return (client.unisolatedDrivers ?? []).map((driver) => ({ [driver]: { config: { enabled: true } } }));
}
