import { callApi } from "./http";

/** An instance of a service with its checks, in Consul's names. */
export interface ServiceHealth {
  Service: { ID: string; Address: string; Port: number };
  Checks: { Name: string; Status: string; Output: string }[];
}

/** Consul's HTTP API, as far as it is needed here. */
export class ConsulApi {
  constructor(readonly address: string) {}

  leader(): Promise<string> {
    return callApi(`${this.address}/v1/status/leader`);
  }

  service(name: string): Promise<ServiceHealth[]> {
    return callApi(`${this.address}/v1/health/service/${encodeURIComponent(name)}`);
  }
}
