import { Allocation, NomadApi } from "../apis/nomad";
import { ConfiguredJob } from "./jobs";

const pollMs = 1000;
const lines = 12;
const bytes = 4000;

/** Tells how the deployments of some jobs get on while something else waits for them. Returns what ends the telling. */
export function watchDeployments(
  nomad: NomadApi,
  currentJobs: () => ConfiguredJob[],
  tell: (text: string) => void,
): () => void {
  let told = "";
  const timer = setInterval(() => {
    const jobs = currentJobs();
    void Promise.all(jobs.map((job) => nomad.latestDeployment(job.spec))).then(
      (deployments) => {
        const texts = deployments.flatMap((deployment, i) =>
          deployment?.Status === "running"
            ? Object.values(deployment.TaskGroups).map(
                (group) =>
                  `${String(jobs[i]?.name)}: ${group.HealthyAllocs} of ${group.DesiredTotal} instances healthy`,
              )
            : [],
        );
        const text = texts.join(", ");
        if (text !== "" && text !== told) tell(text);
        told = text;
      },
      // It is news only; whoever waits for the deployments hears what is wrong.
      () => undefined,
    );
  }, pollMs);
  return () => {
    clearInterval(timer);
  };
}

/**
 * Why jobs do not get healthy: of each, the newest failing allocation since a time (in milliseconds), with its last
 * events and the last lines that its tasks wrote. Empty where nothing of them has failed.
 */
export async function explainFailures(nomad: NomadApi, jobs: ConfiguredJob[], since: number): Promise<string> {
  const texts = await Promise.all(jobs.map((job) => explainFailure(nomad, job, since).catch(() => "")));
  return texts
    .filter((text) => text !== "")
    .map((text) => `\n${text}`)
    .join("");
}

async function explainFailure(nomad: NomadApi, job: ConfiguredJob, since: number): Promise<string> {
  const allocations = await nomad.allocations(job.spec);
  const failing = allocations
    .filter((allocation) => allocation.CreateTime / 1e6 >= since && hasFailed(allocation))
    .sort((a, b) => b.CreateTime - a.CreateTime)[0];
  if (!failing) return "";
  const parts = [
    `${job.file}: instance ${failing.Name} (allocation ${failing.ID.slice(0, 8)}, job version ${failing.JobVersion}) did not get healthy`,
  ];
  for (const [task, state] of Object.entries(failing.TaskStates ?? {})) {
    const events = (state.Events ?? []).filter((event) => event.DisplayMessage !== "").slice(-4);
    parts.push(...events.map((event) => `  ${task}: ${event.Type}: ${event.DisplayMessage}`));
    for (const stream of ["stderr", "stdout"] as const) {
      const text = await nomad.taskLog(failing.ID, task, stream, bytes).catch(() => "");
      const last = text
        .trimEnd()
        .split("\n")
        .slice(-lines)
        .filter((line) => line !== "");
      if (last.length > 0)
        parts.push(`  ${task}, the last lines of its ${stream}:`, ...last.map((line) => `    ${line}`));
    }
  }
  return parts.join("\n");
}

function hasFailed(allocation: Allocation): boolean {
  return (
    allocation.ClientStatus === "failed" ||
    allocation.DeploymentStatus?.Healthy === false ||
    Object.values(allocation.TaskStates ?? {}).some((state) => state.Failed)
  );
}
