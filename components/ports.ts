/** Default ports of Consul agents. Source: the Consul reference, "Ports used". */
export const consulPorts = {
  /** HTTP API and UI without TLS. */
  http: 8500,
  /** DNS, TCP and UDP. */
  dns: 8600,
  /** gRPC (xDS) without TLS. */
  grpc: 8502,
  /** Server RPC. */
  server: 8300,
  /** Serf LAN gossip, TCP and UDP. */
  serfLan: 8301,
};

/** Default ports of Nomad agents. Source: the Nomad reference, "Ports used". */
export const nomadPorts = {
  /** HTTP API and UI. */
  http: 4646,
  /** Server RPC. */
  rpc: 4647,
  /** Serf gossip between servers, TCP and UDP. */
  serf: 4648,
};

export type ConsulPorts = typeof consulPorts;
export type NomadPorts = typeof nomadPorts;
