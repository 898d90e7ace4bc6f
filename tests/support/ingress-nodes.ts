import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { callApi } from "../../apis/http";
import { type JobSpec, NomadApi } from "../../apis/nomad";
import { consulAgentConfig } from "../../components/consul-cluster/agent-config";
import { nomadAgentConfig } from "../../components/nomad-cluster/agent-config";
import type { JobVariable } from "../../components";
import { variablesFile } from "../../local/jobs";
import { unmountBelow } from "../../local/mounts";
import { resolveProgram } from "../../programs/resolve";
import { type AgentProcess, lastLines, launch, until } from "./agent-process";
import { endJobs } from "./end-jobs";
import type { Target } from "./balancer-double";
import { freePorts } from "./ports";
import { removeDirectory, temporaryDirectory } from "./temporary";

const repository = join(__dirname, "..", "..");
const portNames = [
  "http",
  "dns",
  "grpc",
  "server",
  "serfLan",
  "nomad",
  "rpc",
  "serf",
  "proxy",
  "ui",
  "health",
] as const;
const pollMs = 200;

interface Node {
  address: string;
  /** Of the network that Nomad gives tasks. */
  networkInterface: string;
}

/** Whether there can be more than one node: each needs an address that is a network interface's, which takes root. */
export const severalNodesAreAble = process.getuid?.() === 0;

/**
 * A cluster of nodes on loopback, each with a Consul and a Nomad agent and fabio on the same ports of its own address, as
 * EC2 instances have them. The first node is server too, and the only one in the datacenter `services`.
 */
export class IngressNodes {
  private readonly agents: AgentProcess[] = [];

  private constructor(
    private readonly directory: string,
    private readonly nodes: Node[],
    private readonly ports: Record<(typeof portNames)[number], number>,
  ) {}

  /** Starts the agents, and waits until all nodes take tasks. */
  static async start(count: number): Promise<IngressNodes> {
    const free = await freePorts(portNames.length);
    const ports = Object.fromEntries(portNames.map((name, i) => [name, free[i]])) as IngressNodes["ports"];
    const nodes = Array.from({ length: count }, (_, i) => ({
      address: `127.0.0.${i + 1}`,
      networkInterface: i === 0 ? "lo" : `cos${process.pid}-${i}`,
    }));
    const cluster = new IngressNodes(await temporaryDirectory("nodes"), nodes, ports);
    try {
      for (const [i, node] of nodes.entries()) await cluster.startNode(node, i);
      await until(AbortSignal.any(cluster.agents.map(({ ended }) => ended)), async () => {
        const ready = (await cluster.nomad.nodes()).filter(({ Status }) => Status === "ready").length;
        if (ready < count) throw new Error(`${ready} of ${count} nodes are ready`);
      });
    } catch (error) {
      const logs = await Promise.all(cluster.agents.map(({ log }) => lastLines(log)));
      await cluster.stop();
      throw new Error([`The nodes did not start: ${String(error)}`, ...logs].join("\n"));
    }
    return cluster;
  }

  get nomad(): NomadApi {
    return new NomadApi(`http://127.0.0.1:${this.ports.nomad}`);
  }

  /** Name of the last node. */
  get lastName(): string {
    return nameOf(this.nodes.length - 1);
  }

  /** The nodes as a load balancer sees them. */
  get targets(): Target[] {
    return this.nodes.map(({ address }) => ({
      traffic: `http://${address}:${this.ports.proxy}`,
      health: `http://${address}:${this.ports.health}/health`,
    }));
  }

  /**
   * Registers fabio on all nodes, and waits until its deployment has succeeded.
   *
   * @param revision another one replaces all instances
   */
  async runFabio(graceSeconds: number, revision: string): Promise<JobSpec> {
    const variables = {
      command: (await resolveProgram("fabio")).path,
      // Nomad puts the node's own address in.
      consul_address: `\${attr.unique.network.ip-address}:${this.ports.http}`,
      proxy_port: this.ports.proxy,
      ui_port: this.ports.ui,
      health_port: this.ports.health,
      grace_seconds: graceSeconds,
    };
    return await this.run("fabio", variables, { revision });
  }

  /** Registers the sample service on the first node, and waits until its deployment has succeeded. */
  runPing(): Promise<JobSpec> {
    return this.run("ping", { datacenters: ["services"], count: 2 });
  }

  private async run(
    name: string,
    variables: Record<string, JobVariable>,
    Meta?: Record<string, string>,
  ): Promise<JobSpec> {
    const text = readFileSync(join(repository, "jobs", `${name}.nomad.hcl`), "utf8");
    const job = await this.nomad.parse(text, variablesFile({ driver: "raw_exec", ...variables }));
    const body = { Job: { ...job, ...(Meta && { Meta }) } };
    await callApi(`${this.nomad.address}/v1/jobs`, { method: "POST", body });
    const { Version } = await this.nomad.job(job);
    for (;;) {
      const deployment = await this.nomad.latestDeployment(job);
      if (deployment?.JobVersion === Version) {
        if (deployment.Status === "successful") return job;
        if (deployment.Status !== "running")
          throw new Error(`${name} is not deployed: ${deployment.StatusDescription}`);
      }
      await delay(pollMs);
    }
  }

  /** Ends everything at once, and removes it. */
  async stop(): Promise<void> {
    try {
      await endJobs(this.nomad.address);
    } finally {
      // The servers are the first node's.
      for (const agent of this.agents.reverse()) await agent.end();
      await unmountBelow(this.directory);
      await removeDirectory(this.directory);
      for (const { networkInterface } of this.nodes.slice(1)) await ip("link", "delete", networkInterface);
    }
  }

  private async startNode({ address, networkInterface }: Node, index: number): Promise<void> {
    const { nomad, rpc, serf, ...consul } = this.ports;
    const [first] = this.nodes;
    const isFirst = index === 0;
    if (!isFirst) {
      await ip("link", "add", networkInterface, "type", "bridge");
      await ip("address", "add", `${address}/32`, "dev", networkInterface);
      await ip("link", "set", networkInterface, "up");
    }
    const directory = join(this.directory, `${index}`);
    const common = { nodeName: nameOf(index), bindAddress: address, ...(isFirst && { server: { expect: 1 } }) };
    const consulConfig = consulAgentConfig({
      ...common,
      datacenter: "local",
      dataDir: join(directory, "consul"),
      clientAddress: address,
      retryJoin: isFirst ? [] : [`${first?.address ?? ""}:${consul.serfLan}`],
      ports: consul,
    });
    const nomadConfig = nomadAgentConfig({
      ...common,
      region: "global",
      datacenter: isFirst ? "services" : "ingress",
      dataDir: join(directory, "nomad"),
      consulAddress: `${address}:${consul.http}`,
      client: {
        networkInterface,
        unisolatedDrivers: ["raw_exec"],
        fingerprintDenylist: ["env_aws", "env_gce", "env_azure", "env_digitalocean"],
      },
      ports: { http: nomad, rpc, serf },
    });
    await mkdir(directory);
    const consulAgent = await launch("consul", directory, consulConfig);
    this.agents.push(consulAgent);
    // A Nomad that starts without Consul takes long to notice it later.
    await until(consulAgent.ended, async () => {
      const leader = await callApi<string>(`http://${address}:${consul.http}/v1/status/leader`);
      if (leader === "") throw new Error("Consul has no leader");
    });
    this.agents.push(await launch("nomad", directory, nomadConfig));
  }
}

const nameOf = (index: number) => `node-${index}`;

async function ip(...args: string[]): Promise<void> {
  const { execa } = await import("execa");
  await execa("ip", args);
}
