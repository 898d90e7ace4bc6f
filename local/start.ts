import { setTimeout as delay } from "node:timers/promises";
import { Listr } from "listr2";
import { AgentName, agentNames, AgentOutcome, ensureAgent, watchAgents } from "./agents";
import { ConsulApi, NomadApi } from "./cluster";
import { findIngress, routesOf, waitForRoute } from "./ingress";
import { Installation, prepareDirectory, UserError } from "./installation";
import { checkJobPorts, ConfiguredJob, parseJobs } from "./jobs";
import { LocalPrograms, resolveLocalPrograms } from "./programs";
import { agentRows, jobRows, Row } from "./status";
import { Changes, clearInterrupted, prepareStack, runEngine } from "./stack";
import { stopAgent } from "./stop";
import { explainFailures, watchDeployments } from "./deployments";

const jobsTimeoutSeconds = 90;
const routeTimeoutSeconds = 30;

/** What a start has found and done. */
export interface Started {
  agents: Record<AgentName, AgentOutcome>;
  changes: Changes;
  rows: Row[];
}

/** Brings the local COS to what the configuration and the job files say, from wherever it is. */
export async function start(installation: Installation, signal: AbortSignal): Promise<Started> {
  const nomad = new NomadApi(installation.nomadAddress.origin);
  const consul = new ConsulApi(installation.consulAddress.origin);
  // Filled by one step, used by later ones.
  let programs!: LocalPrograms;
  let jobs!: ConfiguredJob[];
  let agents!: Started["agents"];
  let changes: Changes = {};
  let rows: Row[] = [];

  const steps = new Listr(
    [
      {
        title: "Programs",
        task: async (_, task) => {
          programs = await resolveLocalPrograms(signal, (message) => (task.output = message));
        },
      },
      {
        title: "Agents",
        task: async (_, task) => {
          await clearInterrupted(installation);
          prepareDirectory(installation);
          agents = await startAgents(installation, programs, signal, (text) => (task.output = text));
          task.title = `Agents: ${agentNames.map((name) => `${name} ${agents[name]}`).join(", ")}`;
        },
      },
      {
        title: "Job files",
        task: async () => {
          // A stop has drained the node.
          const nodes = await nomad.nodes();
          for (const node of nodes) if (node.SchedulingEligibility !== "eligible") await nomad.undrain(node.ID);
          jobs = await parseJobs(installation, nomad);
          checkJobPorts(installation, jobs);
        },
      },
      {
        title: "pulumi up",
        task: async (_, task) => {
          await prepareStack(installation, programs);
          const since = Date.now();
          const agentEnded = new AbortController();
          const watches = [
            watchDeployments(nomad, jobs, (text) => (task.output = text)),
            watchAgents(installation, (error) => {
              agentEnded.abort(error);
            }),
          ];
          const either = AbortSignal.any([signal, agentEnded.signal]);
          try {
            changes = await runEngine(installation, programs, "up", {
              signal: either,
              onLine: (line) => (task.output = line),
            });
          } catch (error) {
            if (error instanceof UserError) error.message += await explainFailures(nomad, jobs, since);
            throw error;
          } finally {
            for (const stopWatching of watches) stopWatching();
          }
          task.title = `pulumi up: ${describeChanges(changes)}`;
        },
      },
      {
        // The engine waits for the jobs that it changes; others may still be starting after their agents.
        title: "Jobs",
        task: async (_, task) => {
          rows = await waitForJobs(installation, nomad, jobs, signal, (text) => (task.output = text));
        },
      },
      {
        title: "Requests through fabio",
        task: async (_, task) => {
          const ingress = await findIngress(consul);
          if (!ingress)
            throw new UserError("fabio is not healthy in Consul. `npm run logs -- fabio` shows what it says.");
          for (const route of jobs.flatMap((job) => routesOf(job.spec))) {
            task.output = route;
            const { routed, status } = await waitForRoute(ingress, route, routeTimeoutSeconds, signal);
            if (routed && status !== 0 && status < 500) continue;
            const how = routed ? `answers ${status === 0 ? "nothing" : status}` : "has no route";
            throw new UserError(`fabio at ${ingress.traffic} ${how} for ${route}. Its routes: ${ingress.ui}/routes`);
          }
        },
      },
    ],
    // The error is shown once, by the command.
    { registerSignalListeners: false, rendererOptions: { showErrorMessage: false, suffixSkips: false } },
  );
  await steps.run();
  return { agents, changes, rows: [...(await agentRows(installation)), ...rows] };
}

/** Sees to both agents at once, to the end of both: a person wants to hear of all that is wrong. */
async function startAgents(
  installation: Installation,
  programs: LocalPrograms,
  signal: AbortSignal,
  onWait: (text: string) => void,
): Promise<Started["agents"]> {
  const results = await Promise.allSettled(
    agentNames.map((name) =>
      ensureAgent(installation, name, programs, {
        signal,
        onWait: (what) => {
          onWait(`${name} waits for ${what}`);
        },
        stop: () => stopAgent(installation, name),
      }),
    ),
  );
  const errors: unknown[] = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  signal.throwIfAborted();
  const unexpected = errors.find((error) => !(error instanceof UserError));
  if (unexpected !== undefined) throw unexpected;
  if (errors.length > 0) throw new UserError(errors.map((error) => (error as UserError).message).join("\n\n"));
  const outcomes = results.map((result) => (result.status === "fulfilled" ? result.value : undefined));
  return Object.fromEntries(agentNames.map((name, i) => [name, outcomes[i]])) as Started["agents"];
}

/** Waits until all jobs are healthy, and returns their state. @throws UserError with what is wrong */
async function waitForJobs(
  installation: Installation,
  nomad: NomadApi,
  jobs: ConfiguredJob[],
  signal: AbortSignal,
  onWait: (text: string) => void,
): Promise<Row[]> {
  const since = Date.now();
  let told = "";
  for (;;) {
    const rows = await jobRows(installation, jobs);
    const problems = rows.flatMap((row) => row.problems.map((problem) => `${row.name}: ${problem}`));
    if (problems.length === 0) return rows;
    if (Date.now() - since > jobsTimeoutSeconds * 1000) {
      const why = await explainFailures(nomad, jobs, 0);
      throw new UserError(
        `Not all jobs are healthy after ${jobsTimeoutSeconds} s:\n${problems.map((line) => `  ${line}`).join("\n")}${why}`,
      );
    }
    const text = problems.join(", ");
    if (text !== told) onWait(text);
    told = text;
    signal.throwIfAborted();
    await delay(200);
  }
}

/** For instance "2 created, 1 updated", or "no change". */
export function describeChanges(changes: Changes): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    delete: "deleted",
    replace: "replaced",
  };
  const parts = Object.entries(words).flatMap(([kind, word]) => (changes[kind] ? [`${changes[kind]} ${word}`] : []));
  return parts.length > 0 ? parts.join(", ") : "no change";
}
