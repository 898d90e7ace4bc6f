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
