import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pRetry from "p-retry";
import { resolveProgram } from "../../programs/resolve";

const START_TIMEOUT_MS = 60_000;
const KILL_AFTER_MS = 10_000;
const LOG_LINES_SHOWN = 20;

/** The agents that end with this process, whatever happens. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const agent of running) agent.kill("SIGKILL");
});

/** An agent of Consul or Nomad that a test has started. */
export interface AgentProcess {
  /** File that it writes its log to. */
  log: string;
  /** Aborted when the agent has ended, however it did. */
  ended: AbortSignal;
  /** Has it read its files again. */
  reload: () => void;
  /** Ends it and waits until it has. */
  end: () => Promise<void>;
  /** Ends it as a power failure does, and waits until it has. */
  kill: () => Promise<void>;
}

/** Starts an agent with a configuration; its files are put into the directory. */
export async function launch(program: "consul" | "nomad", directory: string, config: unknown): Promise<AgentProcess> {
  const file = join(directory, `${program}.json`);
  await writeFile(file, JSON.stringify(config));
  const log = join(directory, `${program}.log`);
  // Straight into a file: a task's helpers that outlive the agent for a while would hold a pipe open.
  const output = await open(log, "w");
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(NOMAD|CONSUL)_/.test(key)));
  const { path } = await resolveProgram(program);
  const flag = program === "consul" ? "-config-file" : "-config";
  const agent = spawn(path, ["agent", flag, file], { stdio: ["ignore", output.fd, output.fd], env });
  const ended = new AbortController();
  const finished = new Promise<void>((resolve) => {
    const finish = (reason: string) => {
      ended.abort(new Error(reason));
      resolve();
    };
    agent.on("error", (error) => {
      finish(error.message);
    });
    agent.on("exit", (code, signal) => {
      finish(`it ended with ${signal ?? `exit code ${code ?? "unknown"}`}`);
    });
  });
  await output.close();
  running.add(agent);
  const end = async () => {
    agent.kill("SIGTERM");
    const impatience = setTimeout(() => agent.kill("SIGKILL"), KILL_AFTER_MS);
    await finished;
    clearTimeout(impatience);
    running.delete(agent);
  };
  const kill = async () => {
    agent.kill("SIGKILL");
    await finished;
    running.delete(agent);
  };
  const reload = () => void agent.kill("SIGHUP");
  return { log, ended: ended.signal, reload, end, kill };
}

/** The last lines of a log. */
export async function lastLines(log: string, lines = LOG_LINES_SHOWN): Promise<string> {
  return (await readFile(log, "utf8")).split("\n").slice(-lines).join("\n");
}

/** Waits until `check` no longer throws, or the signal is aborted. @throws what it threw last */
export function until<T>(signal: AbortSignal, check: () => Promise<T>): Promise<T> {
  return pRetry(async () => asRetriable(check), {
    signal,
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: START_TIMEOUT_MS,
    minTimeout: 50,
    factor: 1,
  });
}

// p-retry gives up at once at a TypeError that it does not know as a failure of the network.
async function asRetriable<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error;
  }
}
