import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A background process as it is written down, so that a later run finds it again and never mistakes another for it. */
export interface ProcessRecord {
  pid: number;
  /** Clock ticks between the machine's boot and the start of the process: with the pid, unique until the next boot. */
  startTime: string;
  /** Id of the machine's boot. */
  boot: string;
  /** What it was started with; another value means that it must be restarted. */
  fingerprint: string;
}

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name, is in parentheses and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    return state === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Starts a program in a session of its own, so that it outlives this one, with its output appended to a file. */
export function startDetached(
  program: string,
  args: string[],
  options: { logFile: string; env: NodeJS.ProcessEnv; cwd: string; fingerprint: string },
): ProcessRecord {
  const log = openSync(options.logFile, "a");
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", log, log],
      env: options.env,
      cwd: options.cwd,
    });
    // It says so once more, later, and nobody would listen.
    child.once("error", () => undefined);
    if (child.pid === undefined) throw new Error(`${program} cannot be started`);
    child.unref();
    return recordOf(child.pid, options.fingerprint);
  } finally {
    closeSync(log);
  }
}

export function recordOf(pid: number, fingerprint: string): ProcessRecord {
  return { pid, startTime: startTimeOf(pid) ?? "", boot: bootId(), fingerprint };
}

export function isAlive(record: ProcessRecord): boolean {
  return record.boot === bootId() && startTimeOf(record.pid) === record.startTime;
}

/** Sends SIGTERM, and SIGKILL if the process has not ended in time. Returns when it has ended. */
export async function stopProcess(
  record: ProcessRecord,
  graceSeconds: number,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  const send = (name: NodeJS.Signals) => {
    if (isAlive(record)) process.kill(record.pid, name);
  };
  send(signal);
  const deadline = Date.now() + graceSeconds * 1000;
  while (isAlive(record)) {
    if (Date.now() > deadline) send("SIGKILL");
    await delay(50);
  }
}

/** The records of one installation, a small file each. */
export class ProcessTable {
  constructor(private readonly directory: string) {}

  get(name: string): ProcessRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.file(name), "utf8")) as ProcessRecord;
    } catch {
      return undefined;
    }
  }

  /** The record if its process still runs. */
  alive(name: string): ProcessRecord | undefined {
    const record = this.get(name);
    return record && isAlive(record) ? record : undefined;
  }

  set(name: string, record: ProcessRecord): void {
    writeFileSync(this.file(name), JSON.stringify(record));
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  private file(name: string): string {
    return join(this.directory, `${name}.json`);
  }
}

/** What can be read of a process. */
export interface ProcessView {
  command: string[];
  environment: () => string[];
  directory: () => string;
}

/** Ids of all processes for which the test holds; those that end or may not be read meanwhile are left out. */
export function findProcesses(test: (process: ProcessView) => boolean): number[] {
  const strings = (pid: string, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return test({
          command: strings(pid, "cmdline"),
          environment: () => strings(pid, "environ"),
          directory: () => readlinkSync(`/proc/${pid}/cwd`),
        });
      } catch {
        return false;
      }
    })
    .map(Number);
}
