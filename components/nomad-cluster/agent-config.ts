import { autopilotBlock, type AutopilotSettings } from "../cluster-settings/autopilot";
import { type TlsFiles, tlsFileSettings } from "../node/tls-files";
import { type NomadPorts, nomadPorts } from "../ports";
import { clientBlock, type NomadClientOptions, pluginBlocks } from "./client-config";
import { preemptionConfig, type SchedulerSettings } from "./scheduler";

export type { NomadClientOptions, TaskDriver } from "./client-config";

/** What an agent of a Nomad cluster is to be. */
export interface NomadAgentOptions {
  /** Name of the node. @default the machine's host name */
  nodeName?: string | undefined;
  /** Nomad region: the servers that hold one state together. */
  region: string;
  /** Nomad datacenter of the node. */
  datacenter: string;
  /** Directory that keeps the agent's state, absolute. */
  dataDir: string;
  /** Address that the agent listens on and that others reach it under. A go-sockaddr template is allowed. */
  bindAddress: string;
  /**
   * Addresses for HTTP alone, separated by spaces; go-sockaddr templates are allowed.
   * @default `bindAddress`
   */
  httpAddress?: string | undefined;
  /** `host:port` of the node's own Consul agent. */
  consulAddress: string;
  /** Present on servers. */
  server?: NomadServerOptions | undefined;
  /** Present on clients, the nodes that run tasks. */
  client?: NomadClientOptions | undefined;
  /** By what it knows other agents over RPC, and they it. @default none: RPC is in clear */
  tls?: TlsFiles | undefined;
  /** Whether whoever has no token is denied everything that no policy allows: see `NomadAcl`. @default false: everybody may do everything */
  acl?: boolean | undefined;
  /** Whether tasks and services get identities for Consul, and tokens by them: `workloads` of `ConsulAcl`. @default false: services are registered by the agent's token */
  workloadIdentity?: boolean | undefined;
  /** Ports that differ from Nomad's own. @default {@link nomadPorts} */
  ports?: Partial<NomadPorts> | undefined;
  /** Metrics for Prometheus on `/v1/metrics`, on clients those of nodes and allocations too. @default false */
  telemetry?: boolean | undefined;
}

/** What makes an agent a server. */
export interface NomadServerOptions {
  /** Number of servers that must have found each other before the first leader is elected. */
  expect: number;
  /** Addresses, or go-discover terms, of other servers. @default none: the servers that Consul knows */
  retryJoin?: string[] | undefined;
  /** How much longer than in production Raft's timeouts are: see `raftMultiplier`. @default 1 */
  raftMultiplier?: number | undefined;
  /** Autopilot's settings, read when the cluster is made and never again. @default Nomad's own */
  autopilot?: AutopilotSettings | undefined;
  /** The scheduler's settings, read when the cluster is made and never again. @default Nomad's own */
  scheduler?: SchedulerSettings | undefined;
  /** KMS key that encrypts the servers' keyring, and its AWS region. @default none: its keys are in clear in the data directory */
  keyring?: { kmsKeyArn: string; awsRegion: string } | undefined;
  /** Region whose ACLs and namespaces are replicated to all federated ones. @default none */
  authoritativeRegion?: string | undefined;
  /**
   * How many connections one address may have to the HTTP API. A load balancer counts as one, whoever comes through it.
   * @default Nomad's: 100
   */
  httpConnectionsPerClient?: number | undefined;
  /** After which time clients that are down are forgotten; Go's form. @default Nomad's: 24h */
  forgetNodesAfter?: string | undefined;
  /** For how long a client may be silent beyond what it was told before it is down; Go's form. @default Nomad's: 10s */
  heartbeatGrace?: string | undefined;
}

/** The configuration file of a Nomad agent, in Nomad's own names and as JSON, which Nomad reads like HCL. */
export function nomadAgentConfig(options: NomadAgentOptions) {
  const { server, client, bindAddress } = options;
  const ports = { ...nomadPorts, ...options.ports };
  return {
    ...(options.nodeName !== undefined && { name: options.nodeName }),
    region: options.region,
    datacenter: options.datacenter,
    data_dir: options.dataDir,
    bind_addr: bindAddress,
    ...(options.httpAddress !== undefined && { addresses: { http: options.httpAddress } }),
    // Nomad refuses to guess what to advertise when it listens on a loopback address.
    advertise: { http: bindAddress, rpc: bindAddress, serf: bindAddress },
    ports: { http: ports.http, rpc: ports.rpc, serf: ports.serf },
    // Nomad registers itself there, and finds its servers there by what they register.
    consul: { address: options.consulAddress, ...(options.workloadIdentity && workloadIdentities) },
    ...(options.tls && { tls: tlsBlock(options.tls) }),
    ...(options.acl && { acl: { enabled: true } }),
    ...(server && serverSettings(server)),
    ...(client && { client: clientBlock(client), plugin: pluginBlocks(client) }),
    ...(options.telemetry && { telemetry: telemetryBlock(client !== undefined) }),
    log_level: "INFO",
    disable_update_check: true,
    // A restart of the agent must not touch its tasks: they run on, and the agent finds them again. Nor may a server give
    // up its vote by it.
    leave_on_interrupt: false,
    leave_on_terminate: false,
  };
}

/**
 * Over RPC both sides show who they are, by names: `server.REGION.nomad` and `client.REGION.nomad`. Over HTTP the agent does, on all its addresses; who
 * calls needs no certificate.
 */
function tlsBlock(files: TlsFiles) {
  return { rpc: true, http: true, ...tlsFileSettings(files), verify_server_hostname: true, verify_https_client: false };
}

/** As Consul is to take them: for an hour each, and renewed by Nomad before. */
const identity = { aud: ["consul.io"], ttl: "1h" };
export const workloadIdentities = { service_identity: identity, task_identity: identity };

function serverSettings({ autopilot, scheduler, httpConnectionsPerClient, ...server }: NomadServerOptions) {
  return {
    server: {
      enabled: true,
      bootstrap_expect: server.expect,
      ...(server.authoritativeRegion !== undefined && { authoritative_region: server.authoritativeRegion }),
      ...(server.retryJoin && { server_join: { retry_join: server.retryJoin } }),
      ...(server.forgetNodesAfter !== undefined && { node_gc_threshold: server.forgetNodesAfter }),
      ...(server.heartbeatGrace !== undefined && { heartbeat_grace: server.heartbeatGrace }),
      ...(server.raftMultiplier !== undefined && { raft_multiplier: server.raftMultiplier }),
      ...(scheduler && {
        default_scheduler_config: {
          scheduler_algorithm: scheduler.algorithm,
          memory_oversubscription_enabled: scheduler.memoryOversubscription,
          preemption_config: preemptionConfig(scheduler),
        },
      }),
    },
    ...(server.keyring && { keyring: keyringBlocks(server.keyring) }),
    ...(autopilot && { autopilot: autopilotBlock(autopilot) }),
    ...(httpConnectionsPerClient !== undefined && { limits: { http_max_conns_per_client: httpConnectionsPerClient } }),
  };
}

/** New keys are encrypted with that of KMS; those from before, by Nomad's own way, are still read. */
function keyringBlocks({ kmsKeyArn, awsRegion }: NonNullable<NomadServerOptions["keyring"]>) {
  return { aead: { active: false }, awskms: { active: true, region: awsRegion, kms_key_id: kmsKeyArn } };
}

function telemetryBlock(isClient: boolean) {
  return {
    prometheus_metrics: true,
    disable_hostname: true,
    ...(isClient && { publish_node_metrics: true, publish_allocation_metrics: true }),
  };
}
