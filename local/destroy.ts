import { rmSync } from "node:fs";
import { Installation } from "./installation";
import { resolveLocalPrograms } from "./programs";
import { clearInterrupted, runEngine, stackExists } from "./stack";
import { stopAll } from "./stop";

/**
 * Removes the jobs and the stack with the engine, then stops everything and removes the data. Where the agents do not
 * run, or the engine fails, the jobs go with the data all the same.
 */
export async function destroy(
  installation: Installation,
  signal: AbortSignal,
  onProgress: (what: string) => void,
): Promise<void> {
  await clearInterrupted(installation);
  if (stackExists(installation) && installation.processes.alive("nomad")) {
    const programs = await resolveLocalPrograms(signal, onProgress);
    try {
      await runEngine(installation, programs, "destroy", { signal, onLine: onProgress, refresh: true });
    } catch (error) {
      signal.throwIfAborted();
      onProgress(`the jobs go with the data, since ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await stopAll(installation, onProgress);
  rmSync(installation.directory, { recursive: true, force: true });
}
