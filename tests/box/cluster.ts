import { setTimeout as delay } from "node:timers/promises";
import { isReachable } from "../../cli/nomad-nodes";
import { run } from "../support/command";
import type { HostStatus } from "./box";
import type { Laboratory } from "./laboratory";
import { hasEnded } from "./refreshes";

const pollMs = 500;
/** Kinds of hosts that are targets of load balancers. */
const targetKinds = ["consul-server", "nomad-server", "public-services"];

export interface NomadNode {
  ID: string;
  Name: string;
  Address: string;
  Datacenter: string;
  NodePool: string;
  NodeClass: string;
  Status: string;
}

export interface Allocation {
  ID: string;
  NodeName: string;
  ClientStatus: string;
  TaskStates: Record<string, { Restarts: number }> | null;
}

interface RaftPeer {
  Address: string;
  Leader: boolean;
  Voter: boolean;
}

interface Health {
  Healthy: boolean;
  /** Null while a new leader has not looked yet. */
  Servers: { Address: string; Voter: boolean; Healthy: boolean }[] | null;
}

export type Agent = "consul" | "nomad";

/** Serf's number for an agent that the others do not hear. */
export const serfFailed = 4;

/** Files of servers with a token that may do everything. */
export const managementFiles: Record<Agent, string> = {
  consul: "/etc/cos/consul-management-token",
  nomad: "/etc/cos/nomad-token",
};

/** What curl is told to ask an agent, on its own node, for a path below `/v1/` that needs no token. */
export function askingOpenly(agent: Agent, path: string): string[] {
  if (agent === "consul") return [`http://127.0.0.1:8500/v1/${path}`];
  return ["--cacert", "/etc/nomad.d/tls/ca.pem", `https://127.0.0.1:4646/v1/${path}`];
}

/** What curl is told to ask a server, on its own node, for a path below `/v1/`: with all rights. */
export function asking(agent: Agent, path: string): string[] {
  const header = `X-${agent === "consul" ? "Consul" : "Nomad"}-Token: {{token:trim}}`;
  const token = ["--variable", `token@${managementFiles[agent]}`, "--expand-header", header];
  return [...token, ...askingOpenly(agent, path)];
}

/** The cluster in a box, asked through its own machines: by whichever server answers. */
export class BoxCluster {
  /** How many servers of each kind there are to be. */
  servers = 3;

  constructor(private readonly box: Laboratory) {}

  /** The hosts that run, of all kinds or of one, e.g. `nomad-server`. */
  async hosts(kind = ""): Promise<HostStatus[]> {
    const { hosts } = await this.box.status();
    return hosts.filter(({ name, state }) => name.startsWith(kind) && state === "running");
  }

  /** Runs a command on a host. Returns what it printed; rejects when it fails. */
  async exec(host: string, ...command: string[]): Promise<string> {
    const [file = "", ...args] = await this.box.through(host);
    return run(file, [...args, ...command]);
  }

  /** What Nomad's command line says on a host, as to somebody who has logged in there. */
  nomad(host: string, ...command: string[]): Promise<string> {
    return this.loggedIn(host, "nomad", ...command);
  }

  /** Runs a command on a host, as somebody who has logged in there as root. */
  loggedIn(host: string, ...command: string[]): Promise<string> {
    return this.exec(host, "bash", "--login", "-c", 'exec "$@"', "login", ...command);
  }

  /** What an agent's API answers to a GET below `/v1/`; undefined when no server does. */
  async get<T>(agent: Agent, path: string, ...options: string[]): Promise<T | undefined> {
    for (const { name } of await this.hosts(`${agent}-server`)) {
      const asked = [...options, "--silent", "--max-time", "5", ...asking(agent, path)];
      const answer = await this.exec(name, "curl", "--fail", ...asked).catch(() => undefined);
      if (answer !== undefined) return JSON.parse(answer) as T;
    }
    return undefined;
  }

  async peers(agent: Agent): Promise<RaftPeer[]> {
    return (await this.get<{ Servers: RaftPeer[] }>(agent, "operator/raft/configuration"))?.Servers ?? [];
  }

  /** The host of the leader on which the servers that run agree, two at least; undefined where they do not, or it does not run. */
  async leader(agent: Agent): Promise<HostStatus | undefined> {
    const servers = await this.hosts(`${agent}-server`);
    const question = ["curl", "--silent", "--max-time", "2", ...askingOpenly(agent, "status/leader")];
    const named = servers.map(({ name }) => this.exec(name, ...question).catch(() => ""));
    // One that has just booted knows of none yet.
    const known = (await Promise.all(named)).filter((answer) => /\d/.test(answer));
    const [first = ""] = known;
    if (known.length < 2 || known.some((answer) => answer !== first)) return undefined;
    const address = first.replaceAll('"', "").split(":")[0];
    return servers.find((host) => host.address === address);
  }

  /** Whether there are as many servers as there are to be, which all vote and are all alive. */
  async isWhole(agent: Agent): Promise<boolean> {
    const health = await this.health(agent);
    const all = health?.Servers ?? [];
    const voters = all.filter(({ Voter, Healthy }) => Voter && Healthy);
    return health?.Healthy === true && voters.length === this.servers && all.length === this.servers;
  }

  /** Addresses of the servers that vote and are alive; none when no server answers. */
  async voters(agent: Agent): Promise<string[]> {
    const voters = ((await this.health(agent))?.Servers ?? []).filter(({ Voter, Healthy }) => Voter && Healthy);
    return voters.map(({ Address }) => Address.replace(/:\d+$/, ""));
  }

  private health(agent: Agent): Promise<Health | undefined> {
    // Autopilot answers 429 while a server is not healthy.
    return this.get<Health>(agent, "operator/autopilot/health", "--no-fail").catch(() => undefined);
  }

  /** The clients that Nomad knows and has not given up. */
  async nodes(): Promise<NomadNode[]> {
    const nodes = await this.get<NomadNode[]>("nomad", "nodes");
    return (nodes ?? []).filter(isReachable);
  }

  /** Allocations of a job that run. */
  async running(job: string): Promise<Allocation[]> {
    const all = await this.get<Allocation[]>("nomad", `job/${job}/allocations`);
    return (all ?? []).filter(({ ClientStatus }) => ClientStatus === "running");
  }

  /** Waits until something is so; mocha's time limit ends it, and the end of the box. Every minute it says what it waits for. */
  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const telling = setInterval(() => {
      console.error(`the box: waits until ${what}`);
    }, 60_000);
    try {
      while (!(await condition().catch(() => false))) {
        if (!this.box.isUp) throw new Error(`the box has ended before ${what}`);
        await delay(pollMs);
      }
    } finally {
      clearInterval(telling);
    }
  }

  /** Waits until everything is as after `up`: servers, clients, jobs, and the load balancers' targets. */
  async untilWhole(): Promise<void> {
    for (const agent of ["consul", "nomad"] as const) {
      await this.until(`all servers of ${agent} are healthy voters`, () => this.isWhole(agent));
    }
    // One that has ended is about to be replaced, and one that leaves is about to end.
    await this.until("all hosts run", async () =>
      (await this.box.status()).hosts.every(({ state }) => state === "running"),
    );
    await this.until("no instance refresh goes on", async () => (await this.box.status()).refreshes.every(hasEnded));
    await this.until("all clients are ready", async () => {
      const nodes = await this.nodes();
      const clients = (await this.hosts()).filter(({ name }) => !name.includes("-server-"));
      return nodes.length === clients.length && nodes.every(({ Status }) => Status === "ready");
    });
    await this.until("fabio runs on all of its nodes", async () => {
      return (await this.running("fabio")).length === (await this.hosts("public-services")).length;
    });
    await this.until("the sample has its instances", async () => (await this.running("ping")).length === 3);
    // It finds those of a dead node a moment after Nomad, and has them critical as long as it remembers the node.
    await this.until("Consul has the sample's instances healthy, and no others", async () => {
      type Instance = { Node: { Node: string }; Checks: { CheckID: string; Status: string }[] };
      const found = (await this.get<Instance[]>("consul", "health/service/ping")) ?? [];
      const isOfDeadNode = ({ Checks }: Instance) =>
        Checks.some(({ CheckID, Status }) => CheckID === "serfHealth" && Status === "critical");
      const living = found.filter((each) => !isOfDeadNode(each));
      const nodes = (await this.running("ping")).map(({ NodeName }) => NodeName).sort();
      return (
        living.every(({ Checks }) => Checks.every(({ Status }) => Status === "passing")) &&
        living
          .map(({ Node }) => Node.Node)
          .sort()
          .join() === nodes.join()
      );
    });
    await this.until("all targets are healthy", async () => {
      const { balancers, hosts } = await this.box.status();
      const targets = hosts.filter(({ name }) => targetKinds.some((kind) => name.startsWith(kind)));
      const states = balancers.flatMap(({ health }) => Object.values(health).flatMap((each) => Object.values(each)));
      return states.length === targets.length && states.every((state) => state === "UP");
    });
  }
}
