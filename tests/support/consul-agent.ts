import { join } from "node:path";
import { type AgentProcess, lastLines, launch, until } from "./agent-process";
import { freePorts } from "./ports";
import { removeDirectory, temporaryDirectory } from "./temporary";

/** A real Consul server on loopback, alone, with its own ports and data; its datacenter is `test`. */
export class ConsulAgent {
  private constructor(
    /** E.g. `http://127.0.0.1:18500`. */
    readonly address: string,
    /** Ends the agent and removes its data. */
    readonly stop: () => Promise<void>,
  ) {}

  /** Starts an agent and waits until it has a leader. */
  static async start(): Promise<ConsulAgent> {
    const directory = await temporaryDirectory("consul");
    const [httpPort = 0, server = 0, serf = 0] = await freePorts(3);
    const process = await launch("consul", directory, agentConfig(join(directory, "data"), httpPort, server, serf));
    const stop = async () => {
      await process.end();
      await removeDirectory(directory);
    };
    const agent = new ConsulAgent(`http://127.0.0.1:${httpPort}`, stop);
    await agent.whenReady(process);
    return agent;
  }

  /** A request to the HTTP API. @returns the answer's JSON */
  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { Connection: "close" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as unknown;
  }

  private async whenReady({ ended, log }: AgentProcess): Promise<void> {
    try {
      await until(ended, async () => {
        if ((await this.request("GET", "/v1/status/leader")) === "") throw new Error("no leader yet");
        await this.request("GET", "/v1/operator/autopilot/configuration");
      });
    } catch (error) {
      const lines = await lastLines(log);
      await this.stop();
      throw new Error(`Consul did not start: ${error instanceof Error ? error.message : String(error)}\n${lines}`);
    }
  }
}

function agentConfig(dataDir: string, http: number, server: number, serf: number) {
  const closed = -1;
  return {
    data_dir: dataDir,
    datacenter: "test",
    bind_addr: "127.0.0.1",
    client_addr: "127.0.0.1",
    server: true,
    bootstrap_expect: 1,
    log_level: "WARN",
    ports: { http, server, serf_lan: serf, serf_wan: closed, dns: closed, grpc: closed, grpc_tls: closed },
    disable_update_check: true,
  };
}
