/** A server of Consul or Nomad, as its autopilot sees it. */
export interface ServerHealth {
  Name: string;
  /** Address with the port of its RPC. */
  Address: string;
  SerfStatus: string;
  Version: string;
  Leader: boolean;
  Voter: boolean;
  Healthy: boolean;
}

/** What autopilot of Consul or Nomad answers about its servers. */
export interface AutopilotHealth {
  Healthy: boolean;
  Servers: ServerHealth[] | null;
}

/** A server that counts for a quorum. */
export interface RaftPeer {
  ID: string;
  /** Name of its machine. */
  Node: string;
  /** Address with the port of its RPC. */
  Address: string;
  Voter: boolean;
}

/** What Consul and Nomad answer about their quorum. */
export interface RaftConfiguration {
  Servers: RaftPeer[];
}
