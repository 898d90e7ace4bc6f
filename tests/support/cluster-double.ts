import type { HttpDouble } from "./http-double";

const health = "/v1/operator/autopilot/health";

/** A server of Consul or Nomad, as autopilot sees it. */
export interface Server {
  Leader: boolean;
  Voter: boolean;
  Healthy: boolean;
}

export const leader: Server = { Leader: true, Voter: true, Healthy: true };
export const follower: Server = { Leader: false, Voter: true, Healthy: true };

/** A Nomad client that can take tasks. */
export const client = { NodePool: "default", Status: "ready", SchedulingEligibility: "eligible", Drain: false };

/** Lets a double answer as a healthy server of Consul or Nomad would, with some servers and clients. */
export function playCluster(double: HttpDouble, servers: Server[], nodes: object[] = []): void {
  const healthy = servers.every((server) => server.Healthy);
  double.answers[health] = { status: healthy ? 200 : 429, body: { Healthy: healthy, Servers: servers } };
  double.answers["/v1/nodes"] = { body: nodes };
}

/** Lets a double answer as a server without a leader does. */
export function playLeaderless(double: HttpDouble): void {
  double.answers = {
    [health]: { status: 500, body: "No cluster leader" },
    "/v1/nodes": { status: 500, body: "No cluster leader" },
  };
}
