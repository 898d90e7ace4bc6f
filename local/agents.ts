import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { consulAgentConfig } from "../components/consul-cluster/agent-config";
import { nomadAgentConfig } from "../components/nomad-cluster/agent-config";
import { catalog } from "../tools/catalog";
import { ConsulApi, NomadApi } from "./cluster";
import { Installation, portOf, UserError } from "./installation";
import { listenerOn } from "./listeners";
import { isAlive, ProcessRecord, startDetached } from "./processes";

export const agentNames = ["consul", "nomad"] as const;
export type AgentName = (typeof agentNames)[number];

/** What is needed to run an agent. */
interface Agent {
  name: AgentName;
  args: string[];
  config: object;
  ports: { port: number; what: string }[];
  /** Resolves to what the agent still waits for, or undefined when it is ready. */
  waitsFor: () => Promise<string | undefined>;
}

const loopback = "127.0.0.1";
const readyTimeoutSeconds = 120;
const watchIntervalMs = 500;
const logLines = 15;

export const logFile = (installation: Installation, agent: AgentName): string =>
  join(installation.directory, "logs", `${agent}.log`);

function describeAgents(installation: Installation): Record<AgentName, Agent> {
  const { config, consulAddress, nomadAddress, directory } = installation;
  const own = config.local.ports;
  const consul = {
    http: portOf(consulAddress),
    dns: own.consulDns,
    grpc: own.consulGrpc,
    server: own.consulServer,
    serfLan: own.consulSerf,
  };
  const nomad = {
    http: portOf(nomadAddress),
    rpc: own.nomadRpc,
    serf: own.nomadSerf,
  };
  const listed = (ports: Record<string, number>) => Object.entries(ports).map(([what, port]) => ({ what, port }));
  const dataDir = (name: string) => join(directory, "agents", name);
  return {
    consul: {
      name: "consul",
      args: ["agent", "-config-dir"],
      config: consulAgentConfig({
        nodeName: "local",
        datacenter: "local",
        dataDir: dataDir("consul"),
        bindAddress: loopback,
        clientAddress: loopback,
        server: { expect: 1 },
        ports: consul,
      }),
      ports: listed(consul),
      waitsFor: async () => ((await new ConsulApi(consulAddress.origin).leader()) === "" ? "a leader" : undefined),
    },
    nomad: {
      name: "nomad",
      args: ["agent", "-config"],
      config: nomadAgentConfig({
        nodeName: "local",
        region: "global",
        datacenter: "local",
        dataDir: dataDir("nomad"),
        bindAddress: loopback,
        consulAddress: consulAddress.host,
        server: { expect: 1 },
        client: {
          networkInterface: "lo",
          unisolatedDrivers: ["raw_exec"],
          // They wait for a metadata service that a laptop does not have.
          fingerprintDenylist: ["env_aws", "env_gce", "env_azure", "env_digitalocean"],
        },
        ports: nomad,
      }),
      ports: listed(nomad),
      waitsFor: async () => {
        const api = new NomadApi(nomadAddress.origin);
        if ((await api.leader()) === "") return "a leader";
        return (await api.nodes()).some((node) => node.Status === "ready") ? undefined : "its client";
      },
    },
  };
}

/** Programs to start the agents with, and directories in which tasks shall find others. */
export interface Programs {
  agents: Record<AgentName, string>;
  taskPath: string[];
}

/** What {@link ensureAgent} did. */
export type AgentOutcome = "already running" | "started" | "restarted";

/**
 * Sees to it that an agent runs as the configuration wants it: leaves it alone, starts it, or restarts it when its
 * configuration or its version is another. Returns when it is ready.
 */
export async function ensureAgent(
  installation: Installation,
  name: AgentName,
  programs: Programs,
  options: { signal: AbortSignal; onWait: (what: string) => void; stop: () => Promise<void> },
): Promise<AgentOutcome> {
  const agent = describeAgents(installation)[name];
  const text = JSON.stringify(agent.config, undefined, 2);
  const fingerprint = createHash("sha256").update(`${catalog[name].version}\n${text}`).digest("hex");

  let outcome: AgentOutcome = "already running";
  let record = installation.processes.alive(name);
  if (record && record.fingerprint !== fingerprint) {
    options.onWait("the old one to stop");
    await options.stop();
    record = undefined;
    outcome = "restarted";
  }
  if (!record) {
    if (outcome === "already running") outcome = "started";
    checkPorts(agent);
    record = start(installation, agent, text, programs, fingerprint);
    installation.processes.set(name, record);
  }
  await waitUntilReady(installation, agent, record, options);
  return outcome;
}

function checkPorts(agent: Agent): void {
  const taken = agent.ports.flatMap(({ port, what }) => {
    const listener = listenerOn(port);
    return listener
      ? [
          `port ${port} (${agent.name} ${what}) is in use by ${listener.program ? `${listener.program}, process ${String(listener.pid)}` : "a program of another user"}`,
        ]
      : [];
  });
  if (taken.length === 0) return;
  throw new UserError(
    `${agent.name} cannot start: ${taken.join("; ")}.\nEnd that program, or set other ports: cos:existing.*Address for HTTP, cos:local.ports for the rest.`,
  );
}

function start(
  installation: Installation,
  agent: Agent,
  config: string,
  programs: Programs,
  fingerprint: string,
): ProcessRecord {
  const directory = join(installation.directory, "agents", `${agent.name}.d`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${agent.name}.json`), config);
  const log = logFile(installation, agent.name);
  // One log a start, and the one before it.
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(NOMAD|CONSUL|VAULT|PULUMI)_/.test(key)),
  );
  return startDetached(programs.agents[agent.name], [...agent.args, directory], {
    logFile: log,
    cwd: installation.directory,
    env: { ...env, PATH: [...programs.taskPath, process.env.PATH ?? ""].join(delimiter) },
    fingerprint,
  });
}

async function waitUntilReady(
  installation: Installation,
  agent: Agent,
  record: ProcessRecord,
  options: { signal: AbortSignal; onWait: (what: string) => void },
): Promise<void> {
  const deadline = Date.now() + readyTimeoutSeconds * 1000;
  let told: string | undefined;
  for (;;) {
    let waitsFor: string | undefined;
    try {
      waitsFor = await agent.waitsFor();
    } catch {
      waitsFor = "its API";
    }
    if (!isAlive(record))
      throw new UserError(`${agent.name} has ended while starting. ${lastLines(installation, agent.name)}`);
    if (waitsFor === undefined) return;
    if (waitsFor !== told) options.onWait(waitsFor);
    told = waitsFor;
    options.signal.throwIfAborted();
    if (Date.now() > deadline) {
      throw new UserError(
        `${agent.name} is not ready after ${readyTimeoutSeconds} s: it still waits for ${waitsFor}. ${lastLines(installation, agent.name)}`,
      );
    }
    await delay(100);
  }
}

/**
 * Tells when an agent ends by itself while something else relies on it. Returns what ends the watch.
 *
 * @param onEnd is told what has ended and its last lines, once
 */
export function watchAgents(installation: Installation, onEnd: (error: UserError) => void): () => void {
  const timer = setInterval(() => {
    const ended = agentNames.find((name) => !installation.processes.alive(name));
    if (ended === undefined) return;
    clearInterval(timer);
    onEnd(new UserError(`${ended} has ended. ${lastLines(installation, ended)}`));
  }, watchIntervalMs);
  return () => {
    clearInterval(timer);
  };
}

function lastLines(installation: Installation, agent: AgentName): string {
  const file = logFile(installation, agent);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-logLines);
  return `The last lines of ${file}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
