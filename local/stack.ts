import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { parseDocument } from "yaml";
import type { NomadApi } from "../apis/nomad";
import { apiVariables } from "./apis";
import { Installation, UserError } from "./installation";
import { recordOf, stopProcess } from "./processes";

/** The stack's name, for the engine. */
const stack = "local";
/** The project's name, as in Pulumi.yaml. */
const project = "cos";

/** How long an interrupted engine may take to end. */
const engineGraceSeconds = 30;

/** What to run the engine with. */
export interface Engine {
  /** Path of the pulumi program. */
  pulumi: string;
  /** Directories to put in front of PATH: the language host, provider plugins. */
  path: string[];
  /** Pulumi's home directory, where it keeps plugins and logins. */
  home: string;
}

/** Changes that an operation made, by kind, for instance `{ create: 2, same: 5 }`. */
export type Changes = Record<string, number>;

/**
 * Environment of the engine for this installation: a state of its own in a file, and nothing of the user's login, cluster
 * addresses or tokens.
 */
export function engineEnvironment(installation: Installation, engine: Engine): NodeJS.ProcessEnv {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(NOMAD|CONSUL|VAULT|PULUMI)_/.test(key)),
  );
  return {
    ...env,
    PATH: [...engine.path, process.env.PATH ?? ""].join(delimiter),
    // By these its programs and providers are let in: no secret is in the configuration, nor in the state.
    ...letIn(installation),
    PULUMI_HOME: engine.home,
    PULUMI_BACKEND_URL: `file://${join(installation.directory, "pulumi")}`,
    // Nothing in the local state is worth a passphrase of its own; a user who sets one gets it.
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The plugins were resolved before; the engine must not spend time on looking for them again.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

function letIn(installation: Installation): NodeJS.ProcessEnv {
  const security = installation.security();
  return security ? { ...apiVariables(installation), COS_CA_PEM: security.certificates.authorities } : {};
}

const stackDirectory = (installation: Installation) => join(installation.directory, "stack");
export const stackConfigFile = (installation: Installation) =>
  join(stackDirectory(installation), `Pulumi.${stack}.yaml`);
const stateFile = (installation: Installation) =>
  join(installation.directory, "pulumi", ".pulumi", "stacks", project, `${stack}.json`);

/** Whether there is a stack, and so perhaps something that it has made. */
export const stackExists = (installation: Installation) => existsSync(stateFile(installation));

/**
 * Copies the stack's configuration to where the engine may write into it (it adds the salt of its encryption and changes
 * the quotes), and makes the stack if there is none.
 */
export async function prepareStack(installation: Installation, engine: Engine): Promise<void> {
  const directory = stackDirectory(installation);
  const copy = stackConfigFile(installation);
  mkdirSync(directory, { recursive: true });
  const config = parseDocument(readFileSync(installation.configFile, "utf8"));
  const salt: unknown = existsSync(copy) ? parseDocument(readFileSync(copy, "utf8")).get("encryptionsalt") : undefined;
  if (!config.has("encryptionsalt") && salt !== undefined) config.set("encryptionsalt", salt);
  writeFileSync(copy, config.toString());
  if (stackExists(installation)) return;
  // `stack init` writes into the configuration of the project it runs in, so it gets a project of its own.
  writeFileSync(join(directory, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  const { execa } = await import("execa");
  await execa(engine.pulumi, ["stack", "init", stack, "--non-interactive", "--cwd", directory], {
    env: engineEnvironment(installation, engine),
    extendEnv: false,
  });
}

/** What of the state's file is used here. */
interface State {
  checkpoint: {
    latest?: {
      resources?: { type: string; custom: boolean; id?: string; outputs?: Record<string, unknown> }[];
      pending_operations?: unknown[];
    };
  };
}

/** What the stack's state says that there is in the cluster. */
function resourcesInCluster(installation: Installation) {
  if (!stackExists(installation)) return { resources: [], interrupted: false };
  const { latest } = (JSON.parse(readFileSync(stateFile(installation), "utf8")) as State).checkpoint;
  const resources = (latest?.resources ?? []).filter(({ custom, type }) => custom && /^(nomad|consul):/.test(type));
  return { resources, interrupted: (latest?.pending_operations ?? []).length > 0 };
}

/** Whether the stack has nothing in the cluster yet, so that the engine can start before the cluster is there. */
export function isNew(installation: Installation): boolean {
  const { resources, interrupted } = resourcesInCluster(installation);
  return resources.length === 0 && !interrupted;
}

/**
 * Whether the cluster may be another than the stack's state says, so that the engine has to refresh it. For jobs Nomad is
 * asked directly, which takes a hundredth of the time; whatever else there is in a cluster counts as different.
 */
export async function differsFromState(installation: Installation, nomad: NomadApi): Promise<boolean> {
  const { resources, interrupted } = resourcesInCluster(installation);
  const differences = resources.map(async ({ type, id = "", outputs = {} }) => {
    if (type !== "nomad:index/job:Job") return true;
    const job = await nomad.job({ ID: id, Namespace: String(outputs.namespace) }).catch(() => undefined);
    return job === undefined || job.Status === "dead" || String(job.JobModifyIndex) !== outputs.modifyIndex;
  });
  return interrupted || (await Promise.all(differences)).some(Boolean);
}

/** Ends an engine that an interrupted command has left, and takes back its lock on the state. */
export async function clearInterrupted(installation: Installation): Promise<void> {
  const left = installation.processes.alive("pulumi");
  if (left) await stopProcess(left, engineGraceSeconds, "SIGINT");
  installation.processes.remove("pulumi");
  // Only commands of this installation use the state, one at a time: a lock that is there now is a dead one's.
  rmSync(join(installation.directory, "pulumi", ".pulumi", "locks"), { recursive: true, force: true });
}

export class EngineError extends UserError {}

/**
 * Runs an operation of the engine on the stack and returns what it changed.
 *
 * @param onLine is told what the engine prints about each resource
 * @throws EngineError with the engine's own errors
 */
export async function runEngine(
  installation: Installation,
  engine: Engine,
  operation: "up" | "destroy",
  options: { signal: AbortSignal; onLine: (line: string) => void; refresh: boolean },
): Promise<Changes> {
  options.signal.throwIfAborted();
  const eventLog = join(installation.directory, "run", "events.json");
  rmSync(eventLog, { force: true });
  const args = [operation, "--yes", "--skip-preview", "--non-interactive", "--color", "never"];
  if (options.refresh) args.push("--refresh");
  args.push("--stack", stack, "--config-file", stackConfigFile(installation), "--event-log", eventLog);
  // Not by execa: every `npm start` would wait a tenth of a second until it is loaded.
  const child = spawn(engine.pulumi, args, {
    cwd: installation.root,
    env: { ...engineEnvironment(installation, engine), PULUMI_DEBUG_COMMANDS: "true" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: a Ctrl-C in the terminal reaches it once, from here.
    detached: true,
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const output: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => {
      output.push(line);
      if (isNews(line)) options.onLine(line.trim());
    });
  }
  const record = child.pid === undefined ? undefined : recordOf(child.pid, operation);
  if (record) installation.processes.set("pulumi", record);
  // The engine ends what it does, and its plugins, before it goes.
  let interrupted: Promise<void> | undefined;
  const interrupt = () => {
    if (record) interrupted = stopProcess(record, engineGraceSeconds, "SIGINT");
  };
  options.signal.addEventListener("abort", interrupt);
  try {
    const [exitCode] = await ended;
    await interrupted;
    const events = readEvents(eventLog);
    options.signal.throwIfAborted();
    if (exitCode !== 0) throw new EngineError(errorText(operation, events, output));
    return events.changes;
  } finally {
    options.signal.removeEventListener("abort", interrupt);
    installation.processes.remove("pulumi");
    rmSync(eventLog, { force: true });
  }
}

/** Runs pulumi on the stack with arguments of the user's, at the terminal, and returns its exit code. */
export async function passThrough(installation: Installation, engine: Engine, args: string[]): Promise<number> {
  await prepareStack(installation, engine);
  const [command = "", ...rest] = args;
  const configured = ["preview", "up", "refresh", "destroy"].includes(command);
  const { execa } = await import("execa");
  const result = await execa(
    engine.pulumi,
    [command, ...(configured ? ["--stack", stack, "--config-file", stackConfigFile(installation)] : []), ...rest],
    {
      cwd: installation.root,
      env: { ...engineEnvironment(installation, engine), PULUMI_STACK: stack },
      extendEnv: false,
      stdio: "inherit",
      reject: false,
    },
  );
  return result.exitCode ?? 1;
}

/** Whether a line of the engine's output tells of a resource that is changed, and how it gets on. */
const isNews = (line: string) => /^ [-+~] +\w+:.*(creat|updat|delet|replac)(ing|ed)/.test(line);

/** The events of the engine's log that are used here. */
interface EngineEvent {
  diagnosticEvent?: { urn?: string; severity: string; message: string };
  summaryEvent?: { resourceChanges?: Changes };
}

function readEvents(file: string): { changes: Changes; errors: string[] } {
  if (!existsSync(file)) return { changes: {}, errors: [] };
  const events = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  return {
    changes: events.find((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {},
    errors: events.flatMap(({ diagnosticEvent: event }) => {
      if (event?.severity !== "error") return [];
      const name = event.urn?.split("::").pop();
      return [`${name === undefined || name === "" ? "" : `${name}: `}${event.message.trim()}`];
    }),
  };
}

function errorText(operation: string, events: { errors: string[] }, output: string[]): string {
  // The engine ends its errors with one that only says so.
  const errors = events.errors.filter((error) => !/^(.*: )?(update|destroy) failed$/.test(error));
  const text = errors.length > 0 ? [...new Set(errors)] : output.slice(-20);
  return `pulumi ${operation} failed:\n${text.map((line) => `  ${line.replaceAll("\n", "\n  ")}`).join("\n")}`;
}
