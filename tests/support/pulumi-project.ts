import { readFile, rm, symlink, writeFile, mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { resolvePrograms } from "../../programs/resolve";
import { removeDirectory, temporaryDirectory } from "./temporary";

const repository = join(__dirname, "..", "..");
const STAND_INS = ["aws", "awsx", "command", "consul", "nomad", "random", "tls"];

/** A resource for the project's program to declare; `{ "$secret": VALUE }` anywhere in the inputs is a secret. */
export interface Declared {
  type: string;
  inputs: Record<string, unknown>;
  /** Names of resources declared before this one. */
  dependsOn?: string[];
  options?: { protect?: boolean; deleteBeforeReplace?: boolean; customTimeouts?: { create?: string; update?: string } };
}

/** One resource in the state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  initErrors?: string[];
}

export interface RunResult {
  exitCode: number;
  /** Everything that pulumi wrote. */
  text: string;
  /** How many resources had which operation, `same` included; empty when it failed before its end. */
  changes: Record<string, number>;
  /** The steps that change something: operation and property paths by the resource's name. */
  steps: Record<string, { op: string; diff: string[]; newOutputs: Record<string, unknown> }>;
  /** What was said at severity error. */
  errors: string;
}

interface EngineEvent {
  summaryEvent?: { resourceChanges?: Record<string, number> };
  resourcePreEvent?: {
    metadata: {
      op: string;
      urn: string;
      detailedDiff?: Record<string, unknown> | null;
      diffs?: string[] | null;
      new?: { outputs?: Record<string, unknown> };
    };
  };
  diagnosticEvent?: { severity: string; message: string };
}

/**
 * A Pulumi project in a directory of its own with state, home and stack there, whose plugins are the stand-ins. Its
 * program declares what the last {@link declare} said.
 */
export class PulumiProject {
  private constructor(
    readonly directory: string,
    private readonly env: Record<string, string>,
  ) {}

  /** @param env more environment variables for the engine and the plugins */
  static async create(env: Record<string, string> = {}): Promise<PulumiProject> {
    const directory = await temporaryDirectory("project");
    const project = new PulumiProject(directory, await engineEnvironment(directory, env));
    await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
    await writeFile(
      join(directory, "Pulumi.yaml"),
      "name: test\nruntime: { name: nodejs, options: { typescript: false } }\n",
    );
    await writeFile(join(directory, "package.json"), JSON.stringify({ name: "test", private: true }));
    await writeFile(join(directory, "index.js"), PROGRAM);
    await project.declare({});
    const { exitCode, text } = await project.run(["stack", "init", "test"]);
    if (exitCode !== 0) throw new Error(`pulumi stack init failed:\n${text}`);
    return project;
  }

  /** Sets a key of the stack's config, e.g. `nomad:address`. */
  async configure(key: string, value: string): Promise<void> {
    const { exitCode, text } = await this.run(["config", "set", key, value]);
    if (exitCode !== 0) throw new Error(`pulumi config set ${key} failed:\n${text}`);
  }

  /** Says what the program declares from now on, by resource name. */
  async declare(resources: Record<string, Declared>): Promise<void> {
    await writeFile(join(this.directory, "resources.json"), JSON.stringify(resources));
  }

  preview(): Promise<RunResult> {
    return this.run(["preview"], true);
  }

  up(): Promise<RunResult> {
    return this.run(["up", "--yes", "--skip-preview"], true);
  }

  refresh(): Promise<RunResult> {
    return this.run(["refresh", "--yes", "--skip-preview"], true);
  }

  destroy(): Promise<RunResult> {
    return this.run(["destroy", "--yes", "--skip-preview"], true);
  }

  /** Replaces the program by this JavaScript; {@link declare} then means nothing. */
  async program(text: string): Promise<void> {
    await writeFile(join(this.directory, "index.js"), text);
  }

  /** The resource of that name in the state, as it is stored: secrets are encrypted. */
  async state(name: string): Promise<StateResource | undefined> {
    return (await this.states()).find(({ urn }) => urn.endsWith(`::${name}`));
  }

  /** All resources in the state, as they are stored. */
  async states(): Promise<StateResource[]> {
    const stored = JSON.parse((await this.run(["stack", "export"])).text) as {
      deployment: { resources?: StateResource[] };
    };
    return stored.deployment.resources ?? [];
  }

  /** The stack's outputs. */
  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.run(["stack", "output", "--json"])).text) as Record<string, unknown>;
  }

  async remove(): Promise<void> {
    await removeDirectory(this.directory);
  }

  /** Runs pulumi in the project. @param logged whether the command changes or compares the stack and so logs events */
  async run(args: string[], logged = false): Promise<RunResult> {
    const stack = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", "test"];
    const log = logged ? join(this.directory, "events.json") : undefined;
    return runEngine([...args, ...stack], { cwd: this.directory, env: this.env, log });
  }
}

/** The environment of an engine whose home and state are in a directory, and whose plugins are the stand-ins. */
export async function engineEnvironment(
  directory: string,
  env: Record<string, string> = {},
): Promise<Record<string, string>> {
  const plugins = STAND_INS.map((name) => join(repository, "plugins", name));
  const programs = await resolvePrograms(["pulumi", "pulumi-language-nodejs"]);
  await mkdir(join(directory, "state"), { recursive: true });
  return {
    PATH: [...plugins, ...programs.map(({ path }) => dirname(path)), process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_HOME: join(directory, "home"),
    PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // For the flag --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...env,
  };
}

/** Runs pulumi. @param log file for the engine's events, where the command changes or compares the stack */
export async function runEngine(args: string[], options: RunOptions): Promise<RunResult> {
  const { cwd, env, log, interrupt, through = [], shown = false } = options;
  const { execa } = await import("execa");
  if (log !== undefined) await rm(log, { force: true });
  const flags = ["--non-interactive", "--color", "never", ...(log === undefined ? [] : ["--event-log", log])];
  const [program = "", ...more] = [...through, "pulumi", ...args, ...flags];
  const output = shown ? (["pipe", "inherit"] as const) : "pipe";
  const { exitCode = 1, all } = await execa(program, more, {
    cwd,
    env,
    all: true,
    reject: false,
    stdout: output,
    stderr: output,
    ...(interrupt && { cancelSignal: interrupt, forceKillAfterDelay: 60_000 }),
  });
  const events = log === undefined ? "" : await readFile(log, "utf8").catch(() => "");
  return { exitCode, text: all, ...summaryOf(events) };
}

export interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  log?: string | undefined;
  /** Ends it as a person would, by SIGTERM. */
  interrupt?: AbortSignal | undefined;
  /** A command that runs the one that follows it, somewhere else. @default here */
  through?: string[];
  /** Whether what it prints is shown meanwhile. @default false */
  shown?: boolean;
}

function summaryOf(log: string): Omit<RunResult, "exitCode" | "text"> {
  const result: Omit<RunResult, "exitCode" | "text"> = { changes: {}, steps: {}, errors: "" };
  for (const line of log.split("\n").filter((text) => text !== "")) {
    const { summaryEvent, resourcePreEvent, diagnosticEvent } = JSON.parse(line) as EngineEvent;
    result.changes = summaryEvent?.resourceChanges ?? result.changes;
    if (diagnosticEvent?.severity === "error") result.errors += diagnosticEvent.message;
    // The parts of a replacement besides "replace" itself.
    const skipped = ["same", "create-replacement", "delete-replaced"];
    if (!resourcePreEvent || skipped.includes(resourcePreEvent.metadata.op)) continue;
    const { op, urn, detailedDiff, diffs, new: after } = resourcePreEvent.metadata;
    const name = urn.split("::").at(-1) ?? "";
    const diff = Object.keys(detailedDiff ?? {});
    result.steps[name] = { op, diff: diff.length > 0 ? diff : (diffs ?? []), newOutputs: after?.outputs ?? {} };
  }
  return result;
}

const PROGRAM = `
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");

const reveal = (_key, value) =>
  typeof value === "object" && value !== null && "$secret" in value ? pulumi.secret(value.$secret) : value;

const declared = JSON.parse(readFileSync("resources.json", "utf8"), reveal);
const made = {};
for (const [name, { type, inputs, dependsOn = [], options }] of Object.entries(declared)) {
  const needed = dependsOn.map((other) => made[other]);
  made[name] = new pulumi.CustomResource(type, name, inputs, { ...options, dependsOn: needed });
}
`;
