import type { AutopilotHealth, RaftConfiguration, RaftPeer } from "./autopilot";
import { callApi, type CallOptions, type Trust } from "./http";

/** An instance of a service with its checks, in Consul's names. */
export interface ServiceHealth {
  Service: { ID: string; Address: string; Port: number };
  Checks: { Name: string; Status: string; Output: string }[];
}

/** Serf's numbers of what an agent is, in words. */
export const serfStatus: Readonly<Record<number, string>> = { 1: "alive", 2: "leaving", 3: "left", 4: "failed" };

/** An agent, as gossip knows it. */
export interface ConsulMember {
  Name: string;
  Addr: string;
  Port: number;
  /** See {@link serfStatus}. */
  Status: number;
  /** `role` is "consul" for a server and "node" for a client; `dc`, `build`. */
  Tags: Record<string, string>;
}

/** Consul's HTTP API, as far as it is needed here. */
export class ConsulApi {
  /**
   * @param token an ACL token; none where ACLs are off
   * @param trust by what it is known
   */
  constructor(
    readonly address: string,
    private readonly token?: string,
    private readonly trust?: Trust,
  ) {}

  leader(): Promise<string> {
    return this.call("/v1/status/leader");
  }

  /** Of the agent that is asked. */
  async version(): Promise<string> {
    return (await this.call<{ Config: { Version: string } }>("/v1/agent/self")).Config.Version;
  }

  service(name: string): Promise<ServiceHealth[]> {
    return this.call(`/v1/health/service/${encodeURIComponent(name)}`);
  }

  members(): Promise<ConsulMember[]> {
    return this.call("/v1/agent/members");
  }

  /** The servers that count for the quorum. */
  async peers(): Promise<RaftPeer[]> {
    return (await this.call<RaftConfiguration>("/v1/operator/raft/configuration")).Servers;
  }

  /** The servers, as autopilot sees them. */
  autopilotHealth(): Promise<AutopilotHealth> {
    // Autopilot answers 429 with the same body while a server is unhealthy.
    return this.call("/v1/operator/autopilot/health", { accept: [429] });
  }

  private call<T>(path: string, options: CallOptions = {}): Promise<T> {
    return callApi(this.address + path, {
      ...options,
      trust: this.trust,
      ...(this.token && { headers: { "X-Consul-Token": this.token } }),
    });
  }
}
