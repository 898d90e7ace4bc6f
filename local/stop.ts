import { setTimeout as delay } from "node:timers/promises";
import { AgentName } from "./agents";
import type { NomadApi } from "../apis/nomad";
import { nomadApi } from "./apis";
import { ApiError } from "../apis/http";
import { Installation } from "./installation";
import { helperProcesses, taskProcesses } from "./jobs";
import { unmountBelow } from "./mounts";
import { recordOf, stopProcess } from "./processes";
import { clearInterrupted } from "./stack";

/** Time for all tasks to stop, longer than a task may take to (Nomad's `max_kill_timeout` is 30 s). */
const drainSeconds = 60;
const agentSeconds = 30;

/**
 * Stops everything that runs, tasks first. What has stopped already is no error, and neither is an agent that does not
 * answer: then its tasks are ended by the operating system's means.
 */
export async function stopAll(installation: Installation, onProgress: (message: string) => void): Promise<void> {
  await clearInterrupted(installation);
  if (installation.processes.alive("nomad")) {
    onProgress("tasks");
    await drainTasks(nomadApi(installation));
  }
  onProgress("nomad");
  await stopAgent(installation, "nomad");
  // What is left where the agent had died, or a task did not stop in time.
  for (const find of [taskProcesses, helperProcesses]) {
    for (const pid of find(installation)) await stopProcess(recordOf(pid, ""), 5);
  }
  onProgress("consul");
  await stopAgent(installation, "consul");
  await unmountBelow(installation.directory);
}

async function drainTasks(nomad: NomadApi): Promise<void> {
  try {
    const nodes = await nomad.nodes();
    for (const node of nodes) await nomad.drain(node.ID);
    const deadline = Date.now() + drainSeconds * 1000;
    const running = async () => {
      const allocations = await Promise.all(nodes.map((node) => nomad.nodeAllocations(node.ID)));
      return allocations.flat().some(({ ClientStatus }) => ClientStatus === "running" || ClientStatus === "pending");
    };
    while ((await running()) && Date.now() < deadline) await delay(200);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

export async function stopAgent(installation: Installation, name: AgentName): Promise<void> {
  const record = installation.processes.get(name);
  if (record) await stopProcess(record, agentSeconds, "SIGINT");
  installation.processes.remove(name);
}
