import { randomInt } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ask, type Trust } from "../../components/ask.js";
import { unmountBelow } from "../../local/mounts";
import { consulAgentConfig, type ConsulTokens, consulTokens, nomadAgentConfig } from "../../components";
import type { TlsFiles } from "../../components/node/tls-files";
import type { Authority } from "./authority";
import { type AgentProcess, lastLines, launch, until } from "./agent-process";
import { endJobs } from "./end-jobs";
import { endProcessesBelow } from "./end-processes";
import { removeDirectory, temporaryDirectory } from "./temporary";

/** What a loopback cluster has. */
export interface LoopbackClusterOptions {
  consulServers: number;
  nomadServers: number;
  /** A client for each; its node pool and datacenter. */
  clients: { nodePool: string; datacenter: string }[];
  /** Keys of gossip, which agents have when they start. @default none: it is not encrypted */
  gossip?: { consul: string[]; nomad: string[] };
  /** Who signs the certificates by which agents know each other, and others their APIs. @default none: RPC and APIs are in clear */
  authority?: Authority;
  /** Tokens of Consul's agents, with which ACLs are on. @default none: ACLs are off */
  consulTokens?: { server: ConsulTokens; client: ConsulTokens };
  /** Nomad's own token of Consul. Tasks and services get theirs by their identities. @default none */
  nomadConsulToken?: string;
  /** Nomad's management token, with which its ACLs are on. @default none: they are off */
  nomadToken?: string;
  /** Consul datacenter and Nomad region. @default "loopback" */
  zone?: string;
}

/** What an agent shows and whom it trusts, PEM. */
export interface Papers {
  identity: string;
  authorities: string;
}

/** Where agents have their keys, in their data directory. */
const keyrings = { consul: "serf/local.keyring", nomad: "server/serf.keyring" } as const;

/**
 * Real Consul and Nomad servers and clients, each node on an address of its own in 127.0.0.0/8 with the products' own ports.
 * Nomad's clients have Consul agents of their own, as on AWS: Nomad removes services that it does not know from its Consul.
 */
export class LoopbackCluster {
  private readonly agents: AgentProcess[] = [];
  /** Name and address in each agent's certificate, by its directory. */
  private readonly names = new Map<string, [name: string, address: string]>();
  /** Whom the agents trust, where they have certificates. */
  private authorities: string | undefined;

  private constructor(
    private readonly directory: string,
    /** The first two bytes after 127: where the cluster's addresses are. */
    private readonly network: string,
    private readonly options: LoopbackClusterOptions,
  ) {
    this.authorities = options.authority?.pem;
  }

  /** Makes a cluster that does not run yet. */
  static async create(options: LoopbackClusterOptions): Promise<LoopbackCluster> {
    const network = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    return new LoopbackCluster(await temporaryDirectory("cluster"), network, options);
  }

  /** Where the first servers are: the APIs of both answer here. */
  get address(): string {
    return this.server(0);
  }

  get consulAddress(): string {
    return this.authorities === undefined ? `http://${this.address}:8500` : `https://${this.address}:8501`;
  }

  get nomadAddress(): string {
    return this.nomadOf(this.address);
  }

  /** URL of the API of a Nomad agent. */
  nomadOf(address: string): string {
    return `${this.authorities === undefined ? "http" : "https"}://${address}:4646`;
  }

  /** `host:port` of the Consul agent of the first client. */
  get ingressConsulAddress(): string {
    return `${this.client(0)}:8500`;
  }

  /** The keys that an agent has kept. */
  async keys(program: "consul" | "nomad", address: string): Promise<string[]> {
    return JSON.parse(await readFile(this.keyring(program, address), "utf8")) as string[];
  }

  /** Where an agent keeps its state. */
  dataDirectory(program: "consul" | "nomad", address: string): string {
    return join(this.directory, `${program}-${address}`, "data");
  }

  private keyring(program: "consul" | "nomad", address: string): string {
    return join(this.dataDirectory(program, address), keyrings[program]);
  }

  /** Gives all agents other papers, and has them read those. */
  async renew(papers: (name: string, address: string) => Promise<Papers>): Promise<void> {
    for (const [directory, name] of this.names) {
      const { identity, authorities } = await papers(...name);
      await writePapers(directory, { identity, authorities });
      this.authorities = authorities;
    }
    for (const agent of this.agents) agent.reload();
  }

  server(i: number): string {
    return `${this.network}.${11 + i}`;
  }

  client(i: number): string {
    return `${this.network}.${101 + i}`;
  }

  /** Starts all that is missing of the wanted numbers of servers, and all clients the first time. Does not wait for a leader. */
  async start(wanted: Partial<LoopbackClusterOptions> = {}): Promise<void> {
    const { consulServers, nomadServers, clients } = { ...this.options, ...wanted };
    for (let i = 0; i < consulServers; i++) await this.consul(this.server(i), consulServers);
    for (let i = 0; i < clients.length; i++) await this.consul(this.client(i), undefined);
    for (let i = 0; i < nomadServers; i++) await this.nomadServer(this.server(i), nomadServers);
    for (const [i, client] of clients.entries()) await this.nomadClient(this.client(i), client);
  }

  /** A GET request to one of the APIs. @returns the answer's JSON */
  async get(url: string): Promise<unknown> {
    const { status, text } = await ask(url, { trust: this.trust }, 10_000);
    if (status >= 300) throw new Error(`${url}: ${status} ${text}`);
    return JSON.parse(text) as unknown;
  }

  /** Waits until `check` no longer throws, for a minute at most. */
  eventually<T>(check: () => Promise<T>): Promise<T> {
    return until(AbortSignal.timeout(60_000), check);
  }

  /** What the agents wrote last, as many lines of each, by default for a test that failed. */
  async logs(lines?: number): Promise<string> {
    return (await Promise.all(this.agents.map(({ log }) => lastLines(log, lines)))).join("\n---\n");
  }

  /** Ends all jobs and agents, and removes all that they have written. `nomadToken` is by what Nomad lets in now. */
  async stop(nomadToken = this.options.nomadToken): Promise<void> {
    try {
      const { nomadServers } = this.options;
      if (this.agents.length > 0 && nomadServers > 0) await endJobs(this.nomadAddress, nomadToken, this.trust);
    } finally {
      await Promise.all(this.agents.splice(0).map((agent) => agent.end()));
      // Where Nomad does not answer, its tasks run on.
      await endProcessesBelow(this.directory);
      await unmountBelow(this.directory);
      await removeDirectory(this.directory);
    }
  }

  private get trust(): Trust {
    return { ca: this.authorities };
  }

  private get zone(): string {
    return this.options.zone ?? "loopback";
  }

  private consul(address: string, expect: number | undefined): Promise<void> {
    const kind = expect === undefined ? "client" : "server";
    const tokens = this.options.consulTokens?.[kind];
    return this.launch("consul", address, kind, (dataDir, tls) => {
      const config = consulAgentConfig({
        tls,
        nodeName: `consul-${address}`,
        datacenter: this.zone,
        dataDir,
        bindAddress: address,
        clientAddress: address,
        ...(tls && expect !== undefined && { httpsAddress: address }),
        server: expect === undefined ? undefined : { expect },
        retryJoin: [this.server(0), this.server(1)],
        acl: tokens !== undefined,
      });
      // Consul merges its files.
      const acl = tokens && { acl: { ...config.acl, ...consulTokens(tokens).acl } };
      return { ...config, ...acl, log_level: "WARN" };
    });
  }

  private nomadServer(address: string, expect: number): Promise<void> {
    return this.launch("nomad", address, "server", (dataDir, tls) =>
      this.withToken(
        nomadAgentConfig({
          ...this.nomadOptions(address, dataDir, this.zone),
          tls,
          server: { expect, retryJoin: [this.server(0), this.server(1)] },
        }),
      ),
    );
  }

  private nomadClient(address: string, { nodePool, datacenter }: { nodePool: string; datacenter: string }) {
    return this.launch("nomad", address, "client", (dataDir, tls) =>
      this.withToken(
        nomadAgentConfig({
          ...this.nomadOptions(address, dataDir, datacenter),
          tls,
          client: {
            nodePool,
            networkInterface: "lo",
            drivers: ["raw_exec"],
            retryJoin: [this.server(0)],
            fingerprintDenylist: ["env_aws", "env_gce", "env_azure", "env_digitalocean"],
          },
        }),
      ),
    );
  }

  /** On nodes the token comes from another file, which Nomad merges. */
  private withToken(config: ReturnType<typeof nomadAgentConfig>): object {
    const token = this.options.nomadConsulToken;
    return { ...config, ...(token !== undefined && { consul: { ...config.consul, token } }), log_level: "WARN" };
  }

  private nomadOptions(address: string, dataDir: string, datacenter: string) {
    return {
      nodeName: `nomad-${address}`,
      region: this.zone,
      datacenter,
      dataDir,
      bindAddress: address,
      consulAddress: `${address}:8500`,
      acl: this.options.nomadToken !== undefined,
      workloadIdentity: this.options.nomadConsulToken !== undefined,
    };
  }

  /** Starts an agent unless it runs already. */
  private async launch(
    program: "consul" | "nomad",
    address: string,
    kind: "server" | "client",
    config: (dataDir: string, tls: TlsFiles | undefined) => object,
  ) {
    const directory = join(this.directory, `${program}-${address}`);
    const known = await mkdir(directory).then(
      () => false,
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return true;
        throw error;
      },
    );
    if (known) return;
    const keys = this.options.gossip?.[program];
    if (keys) {
      const file = this.keyring(program, address);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify(keys));
    }
    const { authority } = this.options;
    if (authority) {
      const name = `${kind}.${this.zone}.${program}`;
      this.names.set(directory, [name, address]);
      await writePapers(directory, {
        identity: await authority.issue(name, 24, [address]),
        authorities: authority.pem,
      });
    }
    const tls = authority && papersOf(directory);
    this.agents.push(await launch(program, directory, config(join(directory, "data"), tls)));
  }
}

/** Files of an agent's papers in a directory. */
export const papersOf = (directory: string): TlsFiles => ({
  identity: join(directory, "agent.pem"),
  authorities: join(directory, "ca.pem"),
});

export async function writePapers(directory: string, { identity, authorities }: Papers): Promise<void> {
  const files = papersOf(directory);
  await writeFile(files.identity, identity);
  await writeFile(files.authorities, authorities);
}
