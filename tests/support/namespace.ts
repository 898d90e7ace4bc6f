import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { until } from "./until";

/** Ends a process, and waits until it has. */
export async function end(child: ChildProcess, signal: NodeJS.Signals | number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** A network namespace without a name, which is gone with the process that holds it. */
export async function holdNamespace(): Promise<ChildProcess> {
  const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
  // It has the namespace once it is sleep.
  await until(async () => (await readFile(`/proc/${String(holder.pid)}/comm`, "utf8")).trim() === "sleep");
  return holder;
}
