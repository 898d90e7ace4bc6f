import { HttpClient } from "../http-client";
import type { Settings } from "./config";

/** Consul's HTTP API at one address. */
export class ConsulClient extends HttpClient {
  /** The provider's datacenter; empty for the agent's own. */
  readonly datacenter: string;

  /** @param patienceMs how long an unreachable or leaderless Consul is tried again, in milliseconds */
  constructor({ datacenter, ...settings }: Settings, patienceMs: number) {
    super({ product: "Consul", query: {}, ...settings }, patienceMs);
    this.datacenter = datacenter;
  }

  /** The datacenter that a resource means: its own, or the provider's, or the agent's. */
  async datacenterOf(own: string | undefined, signal: AbortSignal): Promise<string> {
    const given = own === undefined || own === "" ? this.datacenter : own;
    if (given !== "") return given;
    const self = await this.json<{ Config: { Datacenter: string } }>({ path: "/agent/self", signal });
    return self.Config.Datacenter;
  }
}
