import { randomBytes } from "node:crypto";
import type { Failure, InputsOf, Properties } from "../schema";
import { type Context, type StandIn, resource } from "../stand-in";
import { type PlainMap, UNKNOWN, type ValueMap, equal, hasUnknown } from "../value";
import type { StatusLog } from "../engine-log";
import { type Output, run } from "./run";

const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];
const SHELL = ["/bin/sh", "-c"];

const inputs = {
  create: { type: "string" },
  update: { type: "string" },
  delete: { type: "string" },
  triggers: { type: { list: "any" }, replaces: true },
  stdin: { type: "string" },
  logging: { type: "string" },
  interpreter: { type: { list: "string" } },
  dir: { type: "string" },
  environment: { type: { map: "string" } },
  addPreviousOutputInEnv: { type: "boolean" },
  assetPaths: { type: { list: "string" }, unimplemented: true },
  archivePaths: { type: { list: "string" }, unimplemented: true },
} as const satisfies Properties;

type Inputs = InputsOf<typeof inputs>;

/** The parts of the inputs that say how a command runs, whichever of them it is. */
type Settings = Omit<Inputs, "create" | "update" | "delete" | "triggers">;

const NOTHING: Output = { stdout: "", stderr: "" };

const localCommand = resource<StatusLog>()({
  inputs,
  outputs: { stdout: "as inputs", stderr: "as inputs" },

  check({ logging }): Failure[] {
    if (logging === undefined || logging === UNKNOWN || LOGGING.some((kind) => kind === logging)) return [];
    const reason = `"logging" is ${JSON.stringify(logging)}; it is one of ${LOGGING.join(", ")}`;
    return [{ property: "logging", reason }];
  },

  async create(news, context) {
    const id = context.name + randomBytes(4).toString("hex");
    return { id, outputs: { ...(await perform(news.create, news, NOTHING, context)) } };
  },

  /** A command that will run may write anything. */
  previewUpdate({ state, news }) {
    const outputs: ValueMap = willRun(state, news) ? { stdout: UNKNOWN, stderr: UNKNOWN } : {};
    return Promise.resolve(outputs);
  },

  async update(_id, state, news, context) {
    return { ...(await perform(news.update ?? news.create, news, outputOf(state), context)) };
  },

  async delete(_id, state, context) {
    const settings = state as Inputs;
    await perform(settings.delete, settings, outputOf(state), context);
  },
});

/** The stand-in for the command plugin: `command:local:Command`. Remote commands, copies and functions it refuses. */
export function commandStandIn(log: StatusLog): StandIn<StatusLog> {
  return {
    name: "command",
    version: "1.2.1",
    comparison: "inputs",
    config: {},
    configure: () => log,
    resources: { "command:local:Command": localCommand },
  };
}

/** Runs a command, if there is one, its lines shown as they come; what it wrote is the resource's output. */
async function perform(
  command: string | undefined,
  settings: Settings,
  previous: Output,
  { config: log, urn, signal }: Context<StatusLog>,
): Promise<Output> {
  if (command === undefined) return previous;
  const { interpreter = [], logging = "stdoutAndStderr", dir, stdin } = settings;
  let shown = Promise.resolve();
  try {
    return await run({
      command,
      interpreter: interpreter.length > 0 ? interpreter : SHELL,
      dir,
      environment: { ...process.env, ...settings.environment, ...previousOutput(settings, previous) },
      stdin,
      heard: {
        stdout: logging === "stdout" || logging === "stdoutAndStderr",
        stderr: logging === "stderr" || logging === "stdoutAndStderr",
      },
      onLine: (line) => {
        shown = shown.then(() => log.status(urn, line));
      },
      signal,
    });
  } finally {
    await shown;
  }
}

function previousOutput({ addPreviousOutputInEnv = true }: Settings, { stdout, stderr }: Output) {
  return {
    ...(addPreviousOutputInEnv && stdout !== "" && { PULUMI_COMMAND_STDOUT: stdout }),
    ...(addPreviousOutputInEnv && stderr !== "" && { PULUMI_COMMAND_STDERR: stderr }),
  };
}

function outputOf({ stdout, stderr }: PlainMap): Output {
  return { stdout: typeof stdout === "string" ? stdout : "", stderr: typeof stderr === "string" ? stderr : "" };
}

// As the real plugin has it, an input given for the first time does not make the outputs unknown.
function willRun(state: PlainMap, news: PlainMap): boolean {
  return Object.keys(inputs).some((key) => {
    const before = state[key];
    return hasUnknown(news[key]) || (before !== undefined && !equal(before, news[key]));
  });
}
