import { setTimeout as delay } from "node:timers/promises";
import { AgentName, agentNames, AgentOutcome, agentsRun, checkAgentPorts, ensureAgent, tendAgents } from "./agents";
import type { ConsulApi } from "../apis/consul";
import type { NomadApi } from "../apis/nomad";
import { consulApi, nomadApi } from "./apis";
import { findIngress, routesOf, waitForRoute } from "./ingress";
import { Installation, prepareDirectory, UserError } from "./installation";
import { checkJobPorts, ConfiguredJob, parseJobs } from "./jobs";
import { LocalPrograms, resolveLocalPrograms } from "./programs";
import { ensureSecurity } from "./security";
import { agentRows, jobRows, Row } from "./status";
import { Changes, clearInterrupted, differsFromState, EngineError, isNew, prepareStack, runEngine } from "./stack";
import { runSteps, Step } from "./steps";
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
  // They are asked once what lets in is there.
  const nomad = () => nomadApi(installation);
  const consul = () => consulApi(installation);
  // Filled by one step, used by later ones.
  let programs!: LocalPrograms;
  let jobs: ConfiguredJob[] = [];
  let agents!: Started["agents"];
  let engine: EngineRun | undefined;
  let running: Promise<Changes> | undefined;
  let changes: Changes = {};
  let rows: Row[] = [];

  const steps: Step[] = [
    [
      "Programs",
      async (task) => {
        programs = await resolveLocalPrograms(signal, (message) => (task.output = message));
      },
    ],
    [
      "Agents",
      async (task) => {
        await clearInterrupted(installation);
        prepareDirectory(installation);
        const { security } = installation.config.local;
        if (security) await ensureSecurity(installation.directory, programs.agents.consul);
        checkAgentPorts(installation);
        engine = new EngineRun(installation, programs, signal);
        // The engine takes a while to get to a resource: to the gate, which waits for the cluster, where the stack is new;
        // and where the agents run as they shall, they are most probably ready. With ACLs, jobs need what comes after the agents.
        if (!security && (isNew(installation) || agentsRun(installation)))
          engine.start(await differsFromState(installation, nomad()));
        agents = await startAgents(installation, programs, signal, (text) => (task.output = text));
        running = pulumiUp(installation, programs, engine, () => jobs);
        // The step that waits for it hears of its error, unless another fails before.
        running.catch(() => undefined);
        task.title = `Agents: ${agentNames.map((name) => `${name} ${agents[name]}`).join(", ")}`;
      },
    ],
    [
      // The engine takes longer to get to the first job than Nomad to parse them all; an error here ends it before.
      "Job files",
      async () => {
        jobs = await parseJobs(installation, nomad());
        checkJobPorts(installation, jobs);
      },
    ],
    [
      "pulumi up",
      async (task) => {
        if (engine) engine.tell = (text) => (task.output = text);
        changes = (await running) ?? {};
        task.title = `pulumi up: ${describeChanges(changes)}`;
      },
    ],
    [
      // The engine waits for the jobs that it changes; others may still be starting after their agents.
      "Jobs",
      async (task) => {
        rows = await waitForJobs(installation, nomad(), jobs, signal, (text) => (task.output = text));
      },
    ],
    [
      "Requests through fabio",
      async (task) => {
        await checkRoutes(consul(), jobs, signal, (text) => (task.output = text));
      },
    ],
  ];
  try {
    await runSteps(steps);
  } catch (error) {
    await engine?.abort(error);
    await running?.catch(() => undefined);
    throw error;
  }
  return { agents, changes, rows: [...(await agentRows(installation)), ...rows] };
}

/** One run of `pulumi up`. */
class EngineRun {
  private readonly aborted = new AbortController();
  private running: Promise<Changes> | undefined;
  /** Told what the engine says of each resource. */
  tell: (line: string) => void = () => undefined;

  /** Aborted when it is, or all of the start. */
  readonly signal: AbortSignal;

  constructor(
    private readonly installation: Installation,
    private readonly programs: LocalPrograms,
    signal: AbortSignal,
  ) {
    this.signal = AbortSignal.any([signal, this.aborted.signal]);
  }

  get isStarted(): boolean {
    return this.running !== undefined;
  }

  start(refresh: boolean): void {
    const { signal } = this;
    const onLine = (line: string) => {
      this.tell(line);
    };
    this.running = prepareStack(this.installation, this.programs).then(() =>
      runEngine(this.installation, this.programs, "up", { signal, onLine, refresh }),
    );
    // Whoever waits for it hears of its error; nobody may have to.
    this.running.catch(() => undefined);
  }

  /** Resolves to what it has changed. @throws EngineError, or what it was aborted with */
  async result(): Promise<Changes> {
    return (await this.running) ?? {};
  }

  /** Ends it early, and returns when it has ended. */
  async abort(reason: unknown): Promise<void> {
    this.aborted.abort(reason);
    await this.running?.catch(() => undefined);
  }
}

/**
 * Sees the engine's run through: tends the agents meanwhile, tells how deployments get on, and on failure adds to the
 * engine's error why jobs do not get healthy.
 */
async function pulumiUp(
  installation: Installation,
  programs: LocalPrograms,
  engine: EngineRun,
  jobs: () => ConfiguredJob[],
): Promise<Changes> {
  const tell = (text: string) => {
    engine.tell(text);
  };
  const nomad = nomadApi(installation);
  const since = Date.now();
  const done = new AbortController();
  const ready = new Promise<void>((resolve, reject) => {
    tendAgents(installation, programs, {
      signal: AbortSignal.any([done.signal, engine.signal]),
      onWait: tell,
      stopAgent: (name) => stopAgent(installation, name),
      onReady: () => takeTasks(nomad).then(resolve),
    }).catch((error: unknown) => {
      if (done.signal.aborted) return;
      reject(error instanceof Error ? error : new Error(String(error)));
      void engine.abort(error);
    });
  });
  ready.catch(() => undefined);
  const stopWatching = watchDeployments(nomad, jobs, tell);
  try {
    if (!engine.isStarted) {
      await ready;
      engine.start(await differsFromState(installation, nomad));
    }
    return await engine.result();
  } catch (error) {
    if (error instanceof EngineError) error.message += await explainFailures(nomad, jobs(), since);
    throw error;
  } finally {
    done.abort();
    stopWatching();
  }
}

/** Lets the node take tasks: a stop has drained it. */
async function takeTasks(nomad: NomadApi): Promise<void> {
  for (const node of await nomad.nodes()) {
    if (node.SchedulingEligibility !== "eligible") await nomad.undrain(node.ID);
  }
}

/** Sends a request for each route of the jobs. @throws UserError with the first that does not work */
async function checkRoutes(
  consul: ConsulApi,
  jobs: ConfiguredJob[],
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<void> {
  const routes = jobs.flatMap((job) => routesOf(job.spec));
  if (routes.length === 0) return;
  const ingress = await findIngress(consul);
  if (!ingress) {
    throw new UserError(
      "There is no healthy fabio in Consul to reach the jobs through. `npm run logs -- fabio` shows what it says.",
    );
  }
  for (const route of routes) {
    tell(route);
    const { routed, status } = await waitForRoute(ingress, route, routeTimeoutSeconds, signal);
    if (routed && status !== 0 && status < 500) continue;
    const how = routed ? `answers ${status === 0 ? "nothing" : status}` : "has no route";
    throw new UserError(`fabio at ${ingress.traffic} ${how} for ${route}. Its routes: ${ingress.ui}/routes`);
  }
}

/** Sees to both agents. Nomad comes after Consul: a client that starts without it takes long to notice it later. */
async function startAgents(
  installation: Installation,
  programs: LocalPrograms,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<Started["agents"]> {
  checkAgentPorts(installation);
  const ensure = (name: AgentName) =>
    ensureAgent(installation, name, programs, {
      signal,
      onWait: (what) => {
        tell(`${name} waits for ${what}`);
      },
      stop: () => stopAgent(installation, name),
    });
  return { consul: await ensure("consul"), nomad: await ensure("nomad") };
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
