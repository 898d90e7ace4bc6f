import { join } from "node:path";
import { unmountBelow } from "../../local/mounts";
import { lastLines, launch, until } from "./agent-process";
import { endJobs } from "./end-jobs";
import { freePorts } from "./ports";
import { removeDirectory, temporaryDirectory } from "./temporary";

export interface NomadAgentOptions {
  /** Turn ACLs on; {@link NomadAgent.token} is then a management token. @default false */
  acl?: boolean;
}

/** A real Nomad, server and client in one agent, on loopback with its own ports and data. The driver is raw_exec. */
export class NomadAgent {
  private constructor(
    /** E.g. `http://127.0.0.1:41234`. */
    readonly address: string,
    /** A management token; empty without ACLs. */
    readonly token: string,
    /** Ends the agent and what it runs, and removes its data. */
    readonly stop: () => Promise<void>,
  ) {}

  /** Starts an agent and waits until it has a leader and its client is ready. */
  static async start({ acl = false }: NomadAgentOptions = {}): Promise<NomadAgent> {
    const directory = await temporaryDirectory("nomad");
    const [httpPort = 0, rpc = 0, serf = 0] = await freePorts(3);
    const config = agentConfig(join(directory, "data"), { http: httpPort, rpc, serf }, acl);
    const agent = await launch("nomad", directory, config);
    const address = `http://127.0.0.1:${httpPort}`;
    let token = "";
    try {
      await until(agent.ended, async () => {
        if ((await call(address, "", "GET", "/v1/status/leader")) === "") throw new Error("no leader yet");
      });
      if (acl) {
        const made = (await call(address, "", "PUT", "/v1/acl/bootstrap")) as { SecretID: string };
        token = made.SecretID;
      }
      await until(agent.ended, async () => {
        const nodes = (await call(address, token, "GET", "/v1/nodes")) as { Status: string }[];
        if (!nodes.some((node) => node.Status === "ready")) throw new Error("no client is ready yet");
      });
    } catch (error) {
      await agent.end();
      const lines = await lastLines(agent.log);
      await removeDirectory(directory);
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Nomad did not start: ${why}\n${lines}`);
    }
    const stop = async () => {
      try {
        await endJobs(address, token);
      } finally {
        await agent.end();
        await unmountBelow(directory);
        await removeDirectory(directory);
      }
    };
    return new NomadAgent(address, token, stop);
  }

  /** A request to the HTTP API. @returns the answer's JSON */
  request(method: string, path: string, body?: unknown): Promise<unknown> {
    return call(this.address, this.token, method, path, body);
  }

  /** Waits until `check` no longer throws, 30 seconds at most. @throws what it threw last */
  eventually<T>(check: () => Promise<T>): Promise<T> {
    return until(AbortSignal.timeout(30_000), check);
  }
}

function agentConfig(dataDir: string, ports: Record<"http" | "rpc" | "serf", number>, acl: boolean) {
  return {
    data_dir: dataDir,
    bind_addr: "127.0.0.1",
    advertise: { http: "127.0.0.1", rpc: "127.0.0.1", serf: "127.0.0.1" },
    log_level: "WARN",
    ports,
    leave_on_interrupt: true,
    server: { enabled: true, bootstrap_expect: 1 },
    client: {
      enabled: true,
      options: { "fingerprint.denylist": "env_aws,env_gce,env_azure,env_digitalocean" },
    },
    plugin: [{ raw_exec: [{ config: [{ enabled: true }] }] }],
    acl: { enabled: acl },
    // A Nomad removes the services of any other from the Consul that both use, and would use one on the default port.
    consul: { address: "127.0.0.1:1", server_auto_join: false, client_auto_join: false, auto_advertise: false },
    disable_update_check: true,
  };
}

async function call(address: string, token: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { "X-Nomad-Token": token, Connection: "close" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}
