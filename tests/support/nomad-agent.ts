import { spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pRetry from "p-retry";
import { unmountBelow } from "../../local/mounts";
import { resolveProgram } from "../../tools/programs";
import { freePorts, removeDirectory, temporaryDirectory } from "./temporary";

export interface NomadAgentOptions {
  /** Turn ACLs on; {@link NomadAgent.token} is then a management token. @default false */
  acl?: boolean;
}

const START_TIMEOUT_MS = 60_000;
const KILL_AFTER_MS = 10_000;
const LOG_LINES_SHOWN = 20;

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
    const agent = await launch(directory, config);
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
      const lines = (await readFile(agent.log, "utf8")).split("\n").slice(-LOG_LINES_SHOWN);
      await removeDirectory(directory);
      const why = error instanceof Error ? error.message : String(error);
      throw new Error([`Nomad did not start: ${why}`, ...lines].join("\n"));
    }
    const stop = async () => {
      try {
        await drain(address, token);
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

interface Agent {
  log: string;
  /** Aborted when the agent has ended, however it did. */
  ended: AbortSignal;
  /** Ends it and waits until it has. */
  end: () => Promise<void>;
}

async function launch(directory: string, config: unknown): Promise<Agent> {
  const file = join(directory, "agent.json");
  await writeFile(file, JSON.stringify(config));
  const log = join(directory, "agent.log");
  // Straight into a file: a task's helpers that outlive the agent for a while would hold a pipe open.
  const output = await open(log, "w");
  const env = { ...process.env, NOMAD_ADDR: "", NOMAD_TOKEN: "" };
  const { path } = await resolveProgram("nomad");
  const agent = spawn(path, ["agent", "-config", file], { stdio: ["ignore", output.fd, output.fd], env });
  const ended = new AbortController();
  const finished = new Promise<void>((resolve) => {
    const finish = (reason: string) => {
      ended.abort(new Error(reason));
      resolve();
    };
    agent.on("error", (error) => {
      finish(error.message);
    });
    agent.on("exit", (code, signal) => {
      finish(`it ended with ${signal ?? `exit code ${code ?? "unknown"}`}`);
    });
  });
  await output.close();
  const kill = () => agent.kill("SIGKILL");
  process.once("exit", kill);
  const end = async () => {
    agent.kill("SIGTERM");
    const impatience = setTimeout(kill, KILL_AFTER_MS);
    await finished;
    clearTimeout(impatience);
    process.removeListener("exit", kill);
  };
  return { log, ended: ended.signal, end };
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

// An agent that ends leaves its tasks running, so its jobs have to end first.
async function drain(address: string, token: string): Promise<void> {
  const jobs = (await call(address, token, "GET", "/v1/jobs?namespace=*")) as { ID: string; Namespace: string }[];
  for (const { ID, Namespace } of jobs) {
    await call(address, token, "DELETE", `/v1/job/${encodeURIComponent(ID)}?purge=true&namespace=${Namespace}`);
  }
  await until(AbortSignal.timeout(30_000), async () => {
    const allocations = await call(address, token, "GET", "/v1/allocations?namespace=*");
    const ended = ["complete", "failed", "lost"];
    const left = (allocations as { ClientStatus: string }[]).filter(
      ({ ClientStatus }) => !ended.includes(ClientStatus),
    );
    if (left.length > 0) throw new Error(`${left.length} allocations still run`);
  });
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

function until<T>(signal: AbortSignal, check: () => Promise<T>): Promise<T> {
  return pRetry(async () => asRetriable(check), {
    signal,
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: START_TIMEOUT_MS,
    minTimeout: 50,
    factor: 1,
  });
}

// p-retry gives up at once at a TypeError that it does not know as a failure of the network.
async function asRetriable<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error;
  }
}
