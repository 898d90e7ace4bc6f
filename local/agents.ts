import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { consulAgentConfig, consulTokens } from "../components/consul-cluster/agent-config";
import { nomadAgentConfig } from "../components/nomad-cluster/agent-config";
import { catalog } from "../programs/catalog";
import { ApiError } from "../apis/http";
import { beginNomadAcl, settleConsulAcl } from "./acls";
import { consulApi, nomadApi } from "./apis";
import { Installation, portOf, UserError } from "./installation";
import { describeListener, listenerOn } from "./listeners";
import { datacenter, nodeName, region } from "./names";
import { startDetached } from "./processes";

export const agentNames = ["consul", "nomad"] as const;
export type AgentName = (typeof agentNames)[number];

/** What is needed to run an agent. */
interface Agent {
  name: AgentName;
  args: string[];
  config: object;
  /** What of the configuration is secret, in a file of its own; undefined where nothing is. */
  secrets: object | undefined;
  /** What is in the files that the configuration names. */
  certificates: object | undefined;
  ports: { port: number; what: string }[];
  /** Resolves to what the agent still waits for, or undefined when it is ready. */
  waitsFor: () => Promise<string | undefined>;
}

/** What an agent can wait for. */
const itsApi = "its API";
const itsLeader = "a leader";
const itsClient = "its client";
const itsToken = "its management token";

const loopback = "127.0.0.1";
const readyTimeoutSeconds = 120;
const pollMs = 50;
const watchIntervalMs = 500;
/** How long a client may take to register with the servers of its own agent. */
const registrationMs = 1000;
const maxRestarts = 5;
const logLines = 15;

export const logFile = (installation: Installation, agent: AgentName): string =>
  join(installation.directory, "logs", `${agent}.log`);

function describeAgents(installation: Installation): Record<AgentName, Agent> {
  const { config, consulAddress, nomadAddress, directory } = installation;
  const own = config.local.ports;
  const security = installation.security();
  // Asked again and again: what lets in is read once.
  const [consulOf, nomadOf] = [consulApi(installation), nomadApi(installation)];
  const consul = {
    // With TLS, as on nodes: in clear for what runs here, by TLS for those who come by its address.
    ...(security ? { http: own.consulHttp, https: portOf(consulAddress) } : { http: portOf(consulAddress) }),
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
        nodeName,
        datacenter,
        dataDir: dataDir("consul"),
        bindAddress: loopback,
        clientAddress: loopback,
        ...(security && { httpsAddress: loopback, tls: security.tls, acl: true }),
        server: { expect: 1 },
        ports: consul,
      }),
      certificates: security?.certificates,
      secrets: security && {
        encrypt: security.gossip.consul,
        ...consulTokens({ agent: security.tokens.consul, initialManagement: security.tokens.consul }),
      },
      ports: listed(consul),
      waitsFor: async () => ((await consulOf.leader()) === "" ? itsLeader : undefined),
    },
    nomad: {
      name: "nomad",
      args: ["agent", "-config"],
      config: nomadAgentConfig({
        nodeName,
        region,
        datacenter,
        dataDir: dataDir("nomad"),
        bindAddress: loopback,
        consulAddress: `${loopback}:${consul.http}`,
        ...(security && { tls: security.tls, acl: true, workloadIdentity: true }),
        server: { expect: 1 },
        client: {
          networkInterface: "lo",
          unisolatedDrivers: ["raw_exec"],
          // They wait for a metadata service that a laptop does not have.
          fingerprintDenylist: ["env_aws", "env_gce", "env_azure", "env_digitalocean"],
        },
        ports: nomad,
      }),
      certificates: security?.certificates,
      secrets: security && {
        server: { encrypt: security.gossip.nomad },
        consul: { token: security.tokens.consul },
      },
      ports: listed(nomad),
      waitsFor: async () => {
        if ((await nomadOf.leader()) === "") return itsLeader;
        try {
          return (await nomadOf.nodes()).some((node) => node.Status === "ready") ? undefined : itsClient;
        } catch (error) {
          if (error instanceof ApiError && error.status === 403) return itsToken;
          throw error;
        }
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
 * configuration or its version is another. Returns when its API answers, and lets in who has a token; {@link tendAgents} sees to the rest.
 */
export async function ensureAgent(
  installation: Installation,
  name: AgentName,
  programs: Programs,
  options: { signal: AbortSignal; onWait: (what: string) => void; stop: () => Promise<void> },
): Promise<AgentOutcome> {
  const agent = describeAgents(installation)[name];
  let outcome: AgentOutcome = "already running";
  let record = installation.processes.alive(name);
  if (record && record.fingerprint !== fingerprintOf(agent)) {
    options.onWait("the old one to stop");
    await options.stop();
    record = undefined;
    outcome = "restarted";
  }
  if (!record) {
    if (outcome === "already running") outcome = "started";
    checkPorts([agent]);
    start(installation, agent, programs);
  }
  const security = name === "nomad" ? installation.security() : undefined;
  await wait(installation, agent, options, (waitsFor) => waitsFor !== itsApi && !(security && waitsFor === itsLeader));
  if (security) await beginNomadAcl(installation, security);
  return outcome;
}

/** Whether all agents run with the configuration and the versions that they shall have. */
export function agentsRun(installation: Installation): boolean {
  const agents = describeAgents(installation);
  return agentNames.every((name) => installation.processes.alive(name)?.fingerprint === fingerprintOf(agents[name]));
}

/** Checks the ports of all agents that do not run. @throws UserError with every one that is in use */
export function checkAgentPorts(installation: Installation): void {
  const agents = describeAgents(installation);
  checkPorts(agentNames.filter((name) => !installation.processes.alive(name)).map((name) => agents[name]));
}

function checkPorts(agents: Agent[]): void {
  const taken = agents.flatMap(({ name, ports }) =>
    ports.flatMap(({ port, what }) => {
      const listener = listenerOn(port);
      return listener ? [`  port ${port} (${name} ${what}) is in use by ${describeListener(listener)}`] : [];
    }),
  );
  if (taken.length === 0) return;
  throw new UserError(
    `The agents cannot get their ports:\n${taken.join("\n")}\n` +
      "End that program, or set other ports: those of cos:existing's addresses for HTTP, cos:local.ports for the rest.",
  );
}

/** What of an agent, when it changes, takes a restart. */
const fingerprintOf = ({ name, config, secrets, certificates }: Agent): string =>
  createHash("sha256")
    .update(`${catalog[name].version}\n${JSON.stringify([config, secrets, certificates])}`)
    .digest("hex");

function start(installation: Installation, agent: Agent, programs: Programs): void {
  const directory = join(installation.directory, "agents", `${agent.name}.d`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${agent.name}.json`), JSON.stringify(agent.config, undefined, 2));
  const secrets = join(directory, "secrets.json");
  rmSync(secrets, { force: true });
  if (agent.secrets) writeFileSync(secrets, JSON.stringify(agent.secrets), { mode: 0o600 });
  const log = logFile(installation, agent.name);
  // One log a start, and the one before it.
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(NOMAD|CONSUL|VAULT|PULUMI)_/.test(key)),
  );
  const record = startDetached(programs.agents[agent.name], [...agent.args, directory], {
    logFile: log,
    cwd: installation.directory,
    env: { ...env, PATH: [...programs.taskPath, process.env.PATH ?? ""].join(delimiter) },
    fingerprint: fingerprintOf(agent),
  });
  installation.processes.set(agent.name, record);
}

interface WaitOptions {
  signal: AbortSignal;
  onWait: (what: string) => void;
}

/** Waits for an agent; returns what it waits for when that is enough. @throws UserError with its last lines when it ends, or the time is over */
async function wait(
  installation: Installation,
  agent: Agent,
  options: WaitOptions,
  isEnough: (waitsFor: string | undefined) => boolean,
): Promise<string | undefined> {
  const deadline = Date.now() + readyTimeoutSeconds * 1000;
  let told: string | undefined;
  for (;;) {
    const waitsFor = await agent.waitsFor().catch(() => itsApi);
    if (!installation.processes.alive(agent.name)) throw endedError(installation, agent.name, "while starting");
    if (isEnough(waitsFor)) return waitsFor;
    if (waitsFor !== undefined && waitsFor !== told) options.onWait(waitsFor);
    told = waitsFor;
    options.signal.throwIfAborted();
    if (Date.now() > deadline) {
      throw new UserError(
        `${agent.name} is not ready after ${readyTimeoutSeconds} s: it still waits for ${String(waitsFor)}. ${lastLines(installation, agent.name)}`,
      );
    }
    await delay(pollMs);
  }
}

/**
 * Sees to the agents while something else relies on them: waits until they are ready, and then watches that they stay.
 *
 * A Nomad client that registers in the moment after the first election, before the servers have made their keyring, tries
 * again only after 15 to 30 seconds. Restarting it is quicker; it has no tasks yet.
 *
 * @param onReady is called when all are ready
 * @returns what ends it. Rejects with a UserError that names what has ended and shows its last lines
 */
export function tendAgents(
  installation: Installation,
  programs: Programs,
  options: WaitOptions & { stopAgent: (name: AgentName) => Promise<void>; onReady: () => Promise<void> },
): Promise<never> {
  const agents = describeAgents(installation);
  const { signal } = options;
  const tend = async (): Promise<never> => {
    const security = installation.security();
    await wait(installation, agents.consul, options, (waitsFor) => waitsFor === undefined);
    for (let restarts = 0; ; restarts++) {
      let stuckSince: number | undefined;
      const stillWaitsFor = await wait(installation, agents.nomad, options, (waitsFor) => {
        if (waitsFor === itsClient) stuckSince ??= Date.now();
        const isStuck = stuckSince !== undefined && Date.now() - stuckSince > registrationMs;
        return waitsFor === undefined || (isStuck && restarts < maxRestarts);
      });
      if (stillWaitsFor === undefined) break;
      await options.stopAgent("nomad");
      start(installation, agents.nomad, programs);
    }
    if (security) await settleConsulAcl(installation, security);
    await options.onReady();
    for (;;) {
      const ended = agentNames.find((name) => !installation.processes.alive(name));
      if (ended !== undefined) throw endedError(installation, ended, "by itself");
      await delay(watchIntervalMs, undefined, { signal });
    }
  };
  return tend();
}

function endedError(installation: Installation, name: AgentName, how: string): UserError {
  return new UserError(`${name} has ended ${how}. ${lastLines(installation, name)}`);
}

function lastLines(installation: Installation, agent: AgentName): string {
  const file = logFile(installation, agent);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-logLines);
  return `The last lines of ${file}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
