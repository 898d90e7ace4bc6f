import { ConsulPorts, consulPorts } from "../ports";

/** What an agent of a Consul cluster is to be. */
export interface ConsulAgentOptions {
  /** Name of the node in the catalog. */
  nodeName: string;
  /** Consul datacenter. */
  datacenter: string;
  /** Directory that keeps the agent's state, absolute. */
  dataDir: string;
  /** Address for traffic inside the cluster: RPC and gossip. A go-sockaddr template is allowed. */
  bindAddress: string;
  /** Address for the node's own programs: HTTP, DNS and gRPC. */
  clientAddress: string;
  /** Present on servers. */
  server?: {
    /** Number of servers that must have found each other before the first leader is elected. */
    expect: number;
  };
  /** Addresses, or go-discover terms, of agents to join; retried until one answers. @default none */
  retryJoin?: string[];
  /** Ports that differ from Consul's own. @default {@link consulPorts} */
  ports?: Partial<ConsulPorts>;
}

/**
 * The configuration file of a Consul agent, in Consul's own names and as JSON, which Consul reads like HCL.
 *
 * Two ports are closed: that of gossip over the WAN, which serves federation only, and that of gRPC over TLS, which needs
 * certificates.
 */
export function consulAgentConfig(options: ConsulAgentOptions) {
  const ports = { ...consulPorts, ...options.ports };
  return {
    node_name: options.nodeName,
    datacenter: options.datacenter,
    data_dir: options.dataDir,
    bind_addr: options.bindAddress,
    client_addr: options.clientAddress,
    ports: {
      http: ports.http,
      dns: ports.dns,
      grpc: ports.grpc,
      grpc_tls: -1,
      server: ports.server,
      serf_lan: ports.serfLan,
      serf_wan: -1,
    },
    ...(options.server && { server: true, bootstrap_expect: options.server.expect, ui_config: { enabled: true } }),
    ...(options.retryJoin && { retry_join: options.retryJoin }),
    // Raft's timeouts as Consul's production guide has them; the default of 5 is for very small machines.
    performance: { raft_multiplier: 1 },
    log_level: "INFO",
    // Nodes neither call HashiCorp nor report themselves.
    disable_update_check: true,
    disable_anonymous_signature: true,
    disable_remote_exec: true,
  };
}
