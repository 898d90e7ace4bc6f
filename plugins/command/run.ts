import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { getSystemErrorMap } from "node:util";

export interface Run {
  /** The last argument of the interpreter. */
  command: string;
  /** A program and its first arguments. */
  interpreter: readonly string[];
  /** @default the plugin's own, which is the program's */
  dir?: string | undefined;
  /** The whole environment. */
  environment: NodeJS.ProcessEnv;
  /** Text for the command's standard input, which is empty otherwise. */
  stdin?: string | undefined;
  /** Which streams `onLine` hears. */
  heard: { stdout: boolean; stderr: boolean };
  /** Called with each line as it is written. */
  onLine: (line: string) => void;
  /** Aborting it kills the command and everything it started. */
  signal: AbortSignal;
}

export interface Output {
  stdout: string;
  stderr: string;
}

/**
 * Runs a command to its end, and the end of whatever holds its output open.
 *
 * @throws Error where it cannot be started, does not succeed or is aborted; the message has the exit status, the command
 * and all that it wrote.
 */
export async function run(options: Run): Promise<Output> {
  const { command, interpreter, dir, environment, stdin, signal } = options;
  const written: Buffer[] = [];
  try {
    signal.throwIfAborted();
    const [program = "", ...args] = interpreter;
    // A process group of its own, so that what it starts can be killed with it.
    const child = spawn(program, [...args, command], { cwd: dir, env: environment, detached: true });
    const kill = () => {
      killGroup(child);
    };
    signal.addEventListener("abort", kill);
    try {
      const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
      // A command need not read its input.
      child.stdin.on("error", () => undefined).end(stdin);
      const heard = new PassThrough();
      const lines = listen(heard, options.onLine);
      const stdout = collect(child.stdout, written, options.heard.stdout ? heard : undefined);
      const stderr = collect(child.stderr, written, options.heard.stderr ? heard : undefined);
      const [code, killedBy] = await ended;
      heard.end();
      await lines;
      if (killedBy !== null) throw new Error(`signal: ${SIGNALS[killedBy] ?? killedBy}`);
      if (code !== 0) throw new Error(`exit status ${code ?? "unknown"}`);
      return { stdout: text(stdout), stderr: text(stderr) };
    } finally {
      signal.removeEventListener("abort", kill);
    }
  } catch (error) {
    const reason = reasonOf(error, options);
    throw new Error(`${reason}: running ${quoted(command)}:\n${Buffer.concat(written).toString()}`, { cause: error });
  }
}

/** What a stream carries, also appended to what both carry and passed on line by line. */
function collect(stream: Readable, both: Buffer[], heard: PassThrough | undefined): Buffer[] {
  const own: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    own.push(chunk);
    both.push(chunk);
    heard?.write(chunk);
  });
  return own;
}

async function listen(stream: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine(line);
}

/** The output as text, without the newline at its end. */
function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString().replace(/\n$/, "");
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function reasonOf(error: unknown, { interpreter, dir, signal }: Run): string {
  if (signal.aborted) return "signal: killed";
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (errno === undefined) return message;
  // Node reports a missing directory as a missing program.
  if (code === "ENOENT" && dir !== undefined && !existsSync(dir)) return `chdir ${dir}: no such file or directory`;
  const [program = ""] = interpreter;
  if (code === "ENOENT" && !program.includes("/")) return `exec: "${program}": executable file not found in $PATH`;
  return `fork/exec ${program}: ${getSystemErrorMap().get(errno)?.[1] ?? message}`;
}

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: "aborted",
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGPIPE: "broken pipe",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A text on one line, quoted as Go does it. */
export function quoted(value: string): string {
  const escaped = value.replace(
    /["\\\p{Cc}]/gu,
    (character) => ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}
