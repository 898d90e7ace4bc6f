import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { mapValues } from "../../components/map-values";
import { engineEnvironment, runEngine, type RunOptions, type RunResult, type StateResource } from "./pulumi-project";
import { stackValues } from "./stack-program";
import { removeDirectory, temporaryDirectory } from "./temporary";
import { until } from "./until";

const repository = join(__dirname, "..", "..");

/** A program of this repository, and what its stack's configuration has where a test changes nothing. */
export interface Program {
  directory: string;
  /** Its project's name. */
  project: string;
  config: Record<string, unknown>;
}

/** What a resource in the state is after. */
interface Dependencies {
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
}

/** Where and how a stack's engine runs. */
export interface Place extends Pick<RunOptions, "through" | "shown"> {
  /** What it keeps: made where it is not there, and gone on with where it is. @default a temporary directory */
  directory?: string;
}

/**
 * A stack of this repository's own program, or another one here, run by the real engine with the stand-in plugins. Its configuration is that of
 * the committed file but for what a test changes; that, the state, the engine's home and the AWS account of the stand-in are
 * in a temporary directory.
 */
export class RepositoryStack {
  private constructor(
    private readonly stack: string,
    private readonly program: Program,
    readonly directory: string,
    private readonly env: Record<string, string>,
    private readonly place: Place,
  ) {}

  /** @param env more environment variables for the engine and the plugins */
  static async create(
    stack: string,
    env: Record<string, string> = {},
    program: Program = { directory: repository, project: "cos", config: stackValues(stack) },
    place: Place = {},
  ): Promise<RepositoryStack> {
    const directory = place.directory ?? (await temporaryDirectory("stack"));
    const account = { COS_STAND_IN_AWS_ACCOUNT: join(directory, "account") };
    const environment = await engineEnvironment(directory, { ...account, ...env });
    const made = new RepositoryStack(stack, program, directory, environment, place);
    // `stack init` writes into the configuration of the project it runs in, so it gets a project of its own.
    await writeFile(join(directory, "Pulumi.yaml"), `name: ${program.project}\nruntime: nodejs\n`);
    const select = ["stack", "select", "--create", stack];
    const { exitCode, text } = await runEngine(select, { cwd: directory, env: made.env });
    if (exitCode !== 0) throw new Error(`pulumi ${select.join(" ")} failed:\n${text}`);
    await made.configure({});
    return made;
  }

  /** Says what differs from the committed configuration; undefined takes a key out. */
  async configure(changes: Record<string, unknown>): Promise<void> {
    const config = { ...this.program.config, ...changes };
    const given = Object.entries(config).filter(([, value]) => value !== undefined);
    await writeFile(this.configFile, stringify({ config: Object.fromEntries(given) }));
  }

  /** Sets environment variables of the engine and the plugins. */
  setEnvironment(env: Record<string, string>): void {
    Object.assign(this.env, env);
  }

  preview(...options: string[]): Promise<RunResult> {
    return this.run(["preview", ...options], true);
  }

  up(interrupt?: AbortSignal): Promise<RunResult> {
    return this.run(["up", "--yes", "--skip-preview"], true, interrupt);
  }

  destroy(): Promise<RunResult> {
    return this.run(["destroy", "--yes", "--skip-preview"], true);
  }

  /** All resources in the state, by name and type. */
  async state(): Promise<StateResource[]> {
    const { text } = await this.run(["stack", "export"]);
    return (JSON.parse(text) as { deployment: { resources?: StateResource[] } }).deployment.resources ?? [];
  }

  /** Takes resources by their names out of the state, as if it were lost, and leaves alone what they stand for. Returns how many. */
  async forget(name: RegExp): Promise<number> {
    const { text } = await this.run(["stack", "export"]);
    const state = JSON.parse(text) as { deployment: { resources: (StateResource & Dependencies)[] } };
    const { deployment } = state;
    const isLost = (urn: string) => name.test(urn.split("::").pop() ?? "");
    const kept = deployment.resources.filter(({ urn }) => !isLost(urn));
    const lost = deployment.resources.length - kept.length;
    deployment.resources = kept.map((resource) => ({
      ...resource,
      dependencies: (resource.dependencies ?? []).filter((urn) => !isLost(urn)),
      propertyDependencies: mapValues(resource.propertyDependencies ?? {}, (urns) =>
        (urns ?? []).filter((urn) => !isLost(urn)),
      ),
    }));
    const file = join(this.directory, "kept.json");
    await writeFile(file, JSON.stringify(state));
    const { exitCode, text: said } = await this.run(["stack", "import", "--file", file]);
    if (exitCode !== 0) throw new Error(`pulumi stack import failed:\n${said}`);
    return lost;
  }

  /** Waits until the engine that runs has begun with a resource. */
  async until(name: string): Promise<void> {
    const log = join(this.directory, "events.json");
    await until(async () => {
      const events = await readFile(log, "utf8").catch(() => "");
      return events.split("\n").some((line) => line.includes('"resourcePreEvent"') && line.includes(`::${name}"`));
    });
  }

  async outputs(options: { withSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
    const shown = options.withSecrets ? ["--show-secrets"] : [];
    return JSON.parse((await this.run(["stack", "output", "--json", ...shown])).text) as Record<string, unknown>;
  }

  /** The texts that the state holds encrypted; of one with a private key that key's first line. */
  async secrets(): Promise<string[]> {
    const { text } = await this.run(["stack", "export", "--show-secrets"]);
    const found = [...text.matchAll(/"plaintext": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, json = '""']) => JSON.parse(JSON.parse(json) as string) as unknown,
    );
    // Names and flags that are secret because something beside them is say nothing.
    const texts = found.flat().filter((value) => typeof value === "string" && value.length >= 16) as string[];
    return [...new Set(texts.map((value) => /PRIVATE KEY-----\n(.+)\n/.exec(value)?.[1] ?? value))];
  }

  async remove(): Promise<void> {
    await removeDirectory(this.directory);
  }

  private get configFile(): string {
    return join(this.directory, `Pulumi.${this.stack}.yaml`);
  }

  private run(args: string[], logged = false, interrupt?: AbortSignal): Promise<RunResult> {
    const configured = ["preview", "up", "destroy"].includes(args[0] ?? "");
    return runEngine([...args, "--stack", this.stack, ...(configured ? ["--config-file", this.configFile] : [])], {
      cwd: this.program.directory,
      env: this.env,
      log: logged ? join(this.directory, "events.json") : undefined,
      interrupt,
      ...(logged ? this.place : { through: this.place.through ?? [] }),
    });
  }
}
