import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type Command, run } from "./command";
import { until } from "./until";

/** Ends a process, and waits until it has. */
export async function end(child: ChildProcess, signal: NodeJS.Signals | number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** A network namespace without a name, which is gone with the process that holds it. */
export class NetworkNamespace {
  private constructor(private readonly holder: ChildProcess) {}

  static async create(): Promise<NetworkNamespace> {
    const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
    // It has the namespace once it is sleep.
    await until(async () => (await readFile(`/proc/${String(holder.pid)}/comm`, "utf8")).trim() === "sleep");
    return new NetworkNamespace(holder);
  }

  /** Process ID of what holds it. */
  get pid(): string {
    return String(this.holder.pid);
  }

  /** Arguments of nsenter to run a command in it. */
  get enter(): string[] {
    return ["--target", this.pid, "--net"];
  }

  /** Runs a command in it. Returns what it printed; rejects when it fails. */
  run(command: string[], options?: Command): Promise<string> {
    return run("nsenter", [...this.enter, ...command], options);
  }

  /** Runs `ip` in it, with arguments that are separated by spaces. */
  async ip(command: string): Promise<void> {
    await this.run(["ip", ...command.split(" ")]);
  }

  close(): Promise<void> {
    return end(this.holder, "SIGKILL");
  }
}
