import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { freePorts } from "./ports";
import { removeDirectory, temporaryDirectory } from "./temporary";

const repository = join(__dirname, "..", "..");

const portNames = [
  "consulHttp",
  "consulHttps",
  "consulDns",
  "consulGrpc",
  "consulServer",
  "consulSerf",
  "nomadHttp",
  "nomadRpc",
  "nomadSerf",
  "proxy",
  "ui",
  "health",
] as const;

/** The ports of an installation: those of the agents, and fabio's for traffic (`proxy`), its UI and its health. */
export type LocalPorts = Record<(typeof portNames)[number], number>;

/** The part of a stack's configuration that tests change. */
export interface StackConfig {
  "cos:target": string;
  "cos:existing": Record<string, unknown>;
  "cos:jobs": { file: string; name?: string; variables?: Record<string, unknown> }[];
  "cos:local": { security?: boolean; ports: Record<string, number> };
  [key: string]: unknown;
}

/** How a command has ended. */
export interface CliResult {
  exitCode: number;
  /** All that it wrote, to both streams. */
  output: string;
}

export interface CliOptions {
  /** Sends the command a signal: the one that is the reason of the abort, or else SIGINT, as Ctrl-C does. */
  interrupt?: AbortSignal;
  /** Variables that differ from the test's environment. */
  env?: NodeJS.ProcessEnv;
  /** Told each line that the command writes. */
  onLine?: (line: string) => void;
}

/**
 * A COS on this machine of a test's own, beside whatever else runs here: the repository's `Pulumi.local.yaml` with free
 * ports, and a data directory in a temporary one. Nothing runs before a `start`.
 */
export class LocalInstallation {
  private readonly running = new Set<Promise<unknown> & { kill(signal: NodeJS.Signals): boolean }>();

  private constructor(
    private readonly temporary: string,
    readonly ports: LocalPorts,
  ) {}

  static async create(): Promise<LocalInstallation> {
    const free = await freePorts(portNames.length);
    const ports = Object.fromEntries(portNames.map((name, i) => [name, free[i]])) as LocalPorts;
    const installation = new LocalInstallation(await temporaryDirectory("local"), ports);
    const original = parse(readFileSync(join(repository, "Pulumi.local.yaml"), "utf8")) as { config: StackConfig };
    installation.writeConfig(withPorts(original.config, installation));
    return installation;
  }

  /** Path of the configuration file. */
  get config(): string {
    return join(this.temporary, "Pulumi.local.yaml");
  }

  /** The data directory; it exists after the first `start`. */
  get directory(): string {
    return join(this.temporary, "cos");
  }

  get consulAddress(): string {
    return `http://127.0.0.1:${this.ports.consulHttp}`;
  }

  get nomadAddress(): string {
    return `http://127.0.0.1:${this.ports.nomadHttp}`;
  }

  /** Where fabio takes traffic. */
  get trafficAddress(): string {
    return `http://127.0.0.1:${this.ports.proxy}`;
  }

  /** The arguments that make a command of the local run work on this installation. */
  get cliArguments(): string[] {
    return ["--config", this.config, "--directory", this.directory];
  }

  /** Changes the configuration file. */
  configure(change: (config: StackConfig) => void): void {
    const { config } = parse(readFileSync(this.config, "utf8")) as { config: StackConfig };
    change(config);
    this.writeConfig(config);
  }

  /** Turns `cos:local.security` on or off: with it the APIs are by TLS. Programs of the machine find Consul where it was. */
  secure(on: boolean): void {
    const [consulAddress, nomadAddress] = on
      ? [`https://127.0.0.1:${this.ports.consulHttps}`, this.nomadAddress.replace("http", "https")]
      : [this.consulAddress, this.nomadAddress];
    this.configure((config) => {
      Object.assign(config["cos:existing"], { consulAddress, nomadAddress });
      Object.assign(config["cos:local"], { security: on });
      config["cos:local"].ports.consulHttp = this.ports.consulHttp;
    });
  }

  /** Runs a command of the local run, e.g. `["status"]`, and waits for its end, whatever its exit code. */
  async cli(args: string[], options: CliOptions = {}): Promise<CliResult> {
    const { execa } = await import("execa");
    const command = ["local/main.js", ...this.cliArguments, ...args];
    const child = execa(process.execPath, command, {
      cwd: repository,
      env: options.env ?? {},
      stdin: "ignore",
      all: true,
      reject: false,
      // Out of the terminal's process group: a Ctrl-C is for the test, which decides what it means for its commands.
      detached: true,
      cleanup: false,
    });
    this.running.add(child);
    const interrupt = () => child.kill(options.interrupt?.reason === "SIGKILL" ? "SIGKILL" : "SIGINT");
    if (options.interrupt?.aborted) interrupt();
    options.interrupt?.addEventListener("abort", interrupt);
    try {
      for await (const line of child.iterable({ from: "all" })) options.onLine?.(line);
      const result = await child;
      return { exitCode: result.exitCode ?? 1, output: result.all };
    } finally {
      this.running.delete(child);
      options.interrupt?.removeEventListener("abort", interrupt);
    }
  }

  /** Ends and removes all that there is. @throws when `destroy` fails, with what it wrote */
  async dispose(): Promise<void> {
    // What a test has not waited for, since its time was over.
    for (const child of this.running) child.kill("SIGINT");
    await Promise.allSettled(this.running);
    if (existsSync(this.directory)) {
      const { exitCode, output } = await this.cli(["destroy"]);
      if (exitCode !== 0) throw new Error(`cannot remove the installation in ${this.temporary}:\n${output}`);
    }
    await removeDirectory(this.temporary);
  }

  private writeConfig(config: StackConfig): void {
    writeFileSync(this.config, stringify({ config }));
  }
}

function withPorts(config: StackConfig, { ports, consulAddress, nomadAddress }: LocalInstallation): StackConfig {
  const fabioVariables = {
    proxy_port: ports.proxy,
    ui_port: ports.ui,
    health_port: ports.health,
    consul_address: new URL(consulAddress).host,
  };
  return {
    ...config,
    "cos:existing": { ...config["cos:existing"], consulAddress, nomadAddress },
    "cos:local": {
      ports: {
        consulDns: ports.consulDns,
        consulGrpc: ports.consulGrpc,
        consulServer: ports.consulServer,
        consulSerf: ports.consulSerf,
        nomadRpc: ports.nomadRpc,
        nomadSerf: ports.nomadSerf,
      },
    },
    "cos:jobs": config["cos:jobs"].map((job) =>
      job.file.endsWith("fabio.nomad.hcl") ? { ...job, variables: { ...job.variables, ...fabioVariables } } : job,
    ),
  };
}
