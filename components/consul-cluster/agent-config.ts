import type { AutopilotSettings } from "../cluster-settings/autopilot";
import { autopilotBlock } from "../cluster-settings/autopilot";
import { type TlsFiles, tlsFileSettings } from "../node/tls-files";
import { type ConsulPorts, consulPorts, consulSerfWanPort } from "../ports";

/** What an agent of a Consul cluster is to be. */
export interface ConsulAgentOptions {
  /** Name of the node in the catalog. @default the machine's host name */
  nodeName?: string | undefined;
  /** Consul datacenter. */
  datacenter: string;
  /** Directory that keeps the agent's state, absolute. */
  dataDir: string;
  /** Address for traffic inside the cluster: RPC and gossip. A go-sockaddr template is allowed. */
  bindAddress: string;
  /**
   * Addresses for the node's own programs, and on servers for load balancers: HTTP, DNS and gRPC. Several are separated by
   * spaces; go-sockaddr templates are allowed.
   */
  clientAddress: string;
  /** Addresses of the HTTP API by TLS, in the same form. Only with `tls`. @default none */
  httpsAddress?: string | undefined;
  /** Present on servers. */
  server?: ConsulServerOptions | undefined;
  /** Addresses, or go-discover terms, of agents to join; retried until one answers. @default none */
  retryJoin?: string[] | undefined;
  /** By what it knows other agents over RPC, and they it. @default none: RPC is in clear */
  tls?: TlsFiles | undefined;
  /**
   * Whether whoever has no token is denied everything that no policy allows: see `ConsulAcl`. Tokens of the agent come from other files, see {@link consulTokens}.
   * @default false: everybody may do everything
   */
  acl?: boolean | undefined;
  /** Ports that differ from Consul's own. @default {@link consulPorts} */
  ports?: Partial<ConsulPorts> | undefined;
  /** Metrics for Prometheus on `/v1/agent/metrics`. @default false: only what the last minute's summary has */
  telemetry?: boolean | undefined;
  /**
   * Whether the agent leaves the cluster when it is told to end: right for a client whose machine ends with it, so that its
   * services are gone at once; wrong for a server, which would give up its vote at each restart.
   * @default Consul's: true for clients, false for servers
   */
  leaveOnTerminate?: boolean | undefined;
  /**
   * After which time others forget the agent, with all its services, where it has failed and does not come back; Go's form. Of
   * clients only. @default Consul's: 72h
   */
  forgetAfter?: string | undefined;
}

/** What makes an agent a server. */
export interface ConsulServerOptions {
  /** Number of servers that must have found each other before the first leader is elected. */
  expect: number;
  /** How much longer than in production Raft's timeouts are: see `raftMultiplier`. @default 1 */
  raftMultiplier?: number | undefined;
  /** Autopilot's settings, read when the cluster is made and never again. @default Consul's own */
  autopilot?: AutopilotSettings | undefined;
  /** Present where this datacenter is one of several. */
  federation?: {
    /** Consul datacenter that is authoritative for all of them. */
    primaryDatacenter: string;
    /** Addresses, or go-discover terms, of servers of other datacenters. @default none: they join this one */
    retryJoin?: string[] | undefined;
  };
  /**
   * How many connections one address may have to the HTTP API. A load balancer counts as one, whoever comes through it.
   * @default Consul's: 200
   */
  httpConnectionsPerClient?: number | undefined;
}

/**
 * The configuration file of a Consul agent, in Consul's own names and as JSON, which Consul reads like HCL.
 *
 * Ports that nothing uses are closed: that of gRPC over TLS, which needs certificates, and, where there is no federation,
 * that of gossip over the WAN.
 */
export function consulAgentConfig(options: ConsulAgentOptions) {
  const { server, telemetry, leaveOnTerminate, forgetAfter } = options;
  const ports = { ...consulPorts, ...options.ports };
  return {
    ...(options.nodeName !== undefined && { node_name: options.nodeName }),
    datacenter: options.datacenter,
    data_dir: options.dataDir,
    bind_addr: options.bindAddress,
    client_addr: options.clientAddress,
    ...(options.httpsAddress !== undefined && { addresses: { https: options.httpsAddress } }),
    ports: {
      http: ports.http,
      ...(options.httpsAddress !== undefined && { https: ports.https }),
      dns: ports.dns,
      grpc: ports.grpc,
      grpc_tls: -1,
      server: ports.server,
      serf_lan: ports.serfLan,
      serf_wan: server?.federation ? consulSerfWanPort : -1,
    },
    ...(options.tls && {
      tls: {
        internal_rpc: rpcTls(options.tls),
        ...(options.httpsAddress !== undefined && { https: tlsFileSettings(options.tls) }),
      },
    }),
    ...(options.acl && { acl: consulAclBlock }),
    ...(server && serverSettings(server)),
    ...(options.retryJoin && { retry_join: options.retryJoin }),
    // Only servers have a part in Raft; to clients it means nothing.
    performance: { raft_multiplier: server?.raftMultiplier ?? 1 },
    ...(telemetry && { telemetry: { prometheus_retention_time: "24h", disable_hostname: true } }),
    log_level: "INFO",
    // Nodes neither call HashiCorp nor report themselves.
    disable_update_check: true,
    disable_anonymous_signature: true,
    disable_remote_exec: true,
    ...(leaveOnTerminate !== undefined && { leave_on_terminate: leaveOnTerminate }),
    ...(forgetAfter !== undefined && { advertise_reconnect_timeout: forgetAfter }),
  };
}

/** ACLs that are on. While the servers are away, agents go on by what they know of tokens. */
export const consulAclBlock = { enabled: true, default_policy: "deny", down_policy: "extend-cache" } as const;

/** Tokens of an agent, for a file beside its configuration that is for it alone. */
export interface ConsulTokens {
  /** What it keeps its node in the catalog with: policy `agent` of {@link consulPolicies}. */
  agent: string;
  /** Of servers: the management token that the cluster is made with. For as long as any server has it, it comes back with each new leader. */
  initialManagement?: string | undefined;
}

/** That file's content, in Consul's own names. It is read anew when the agent is reloaded, but for the management token. */
export const consulTokens = ({ agent, initialManagement: management }: ConsulTokens) => ({
  acl: { tokens: { agent, ...(management !== undefined && initialManagement(management).acl.tokens) } },
});

/** The management token that a cluster is made with, in a file of its own: a server reads it when it starts, and not when it is reloaded. */
export const initialManagement = (token: string) => ({ acl: { tokens: { initial_management: token } } });

/** Both sides show who they are, and servers that they are servers, by their name `server.DATACENTER.consul`. */
function rpcTls(files: TlsFiles) {
  return { ...tlsFileSettings(files), verify_incoming: true, verify_outgoing: true, verify_server_hostname: true };
}

function serverSettings({ expect, autopilot, federation, httpConnectionsPerClient }: ConsulServerOptions) {
  return {
    server: true,
    bootstrap_expect: expect,
    ui_config: { enabled: true },
    ...(autopilot && { autopilot: autopilotBlock(autopilot) }),
    ...(federation && {
      primary_datacenter: federation.primaryDatacenter,
      ...(federation.retryJoin && { retry_join_wan: federation.retryJoin }),
    }),
    ...(httpConnectionsPerClient !== undefined && { limits: { http_max_conns_per_client: httpConnectionsPerClient } }),
  };
}
