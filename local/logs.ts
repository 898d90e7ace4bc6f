import { existsSync, readFileSync } from "node:fs";
import { logFile } from "./agents";
import { nomadApi } from "./apis";
import { Installation, UserError } from "./installation";

/** Bytes that Nomad is asked for: enough for the lines wanted, unless these are very long. */
const bytesPerLine = 400;

/** The last lines of an agent's log, or of what the instances of a job or a task have written. */
export async function readLogs(installation: Installation, name: string, lines: number): Promise<string> {
  if (name === "consul" || name === "nomad") {
    const file = logFile(installation, name);
    if (!existsSync(file)) throw new UserError(`There is no log of ${name} yet: ${file} does not exist.`);
    return lastOf(readFileSync(file, "utf8"), lines);
  }
  const nomad = nomadApi(installation);
  const jobs = await nomad.jobs();
  const allocations = (await Promise.all(jobs.map((job) => nomad.allocations(job)))).flat();
  const wanted = allocations
    .sort((a, b) => a.CreateTime - b.CreateTime)
    .flatMap((allocation) =>
      Object.keys(allocation.TaskStates ?? {})
        .filter((task) => task === name || allocation.JobID === name)
        .map((task) => ({ allocation, task })),
    );
  if (wanted.length === 0) {
    const tasks = allocations.flatMap((allocation) => [allocation.JobID, ...Object.keys(allocation.TaskStates ?? {})]);
    throw new UserError(
      `There is no log of "${name}". There are logs of: ${[...new Set(["consul", "nomad", ...tasks])].join(", ")}.`,
    );
  }
  // Of instances that have ended only the last one is worth showing, and only when none runs.
  const running = wanted.filter(({ allocation }) => allocation.ClientStatus === "running");
  const shown = running.length > 0 ? running : wanted.slice(-1);
  const parts = shown.flatMap(({ allocation, task }) =>
    (["stdout", "stderr"] as const).map(async (stream) => {
      const text = await nomad.taskLog(allocation.ID, task, stream, lines * bytesPerLine).catch(() => "");
      return text === ""
        ? ""
        : `── ${allocation.Name} ${allocation.ID.slice(0, 8)} ${task} ${stream}\n${lastOf(text, lines)}`;
    }),
  );
  return (await Promise.all(parts)).filter((part) => part !== "").join("\n");
}

function lastOf(text: string, lines: number): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
