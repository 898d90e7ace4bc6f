import { AgentName } from "./agents";
import type { ConsulApi } from "../apis/consul";
import type { Allocation, Deployment, JobSpec, NomadApi } from "../apis/nomad";
import { ApiError } from "../apis/http";
import { consulApi, nomadApi } from "./apis";
import { fabioVersion, findIngress, Ingress, routesOf, routeUrl, servicesOf } from "./ingress";
import { Installation } from "./installation";
import { ConfiguredJob } from "./jobs";

/** One thing that runs, or should. */
export interface Row {
  name: string;
  version: string;
  /** What is wrong with it; empty where it is healthy. */
  problems: string[];
  /** In a few words, how it is. */
  state: string;
  address: string;
}

/** The state of the two agents. */
export async function agentRows(installation: Installation): Promise<Row[]> {
  return await Promise.all([
    agentRow(installation, "consul", `${installation.consulAddress.origin}/ui`, async () => {
      const api = consulApi(installation);
      if ((await api.leader()) === "") return { problems: ["it has no leader"] };
      return { version: await api.version(), problems: [] };
    }),
    agentRow(installation, "nomad", installation.nomadAddress.origin, async () => {
      const api = nomadApi(installation);
      if ((await api.leader()) === "") return { problems: ["it has no leader"] };
      const version = await api.version();
      const nodes = await api.nodes();
      const problems = nodes.flatMap((node) => [
        ...(node.Status === "ready" ? [] : [`its client is ${node.Status}`]),
        ...(node.SchedulingEligibility === "eligible" ? [] : ["its client takes no tasks"]),
      ]);
      return { version, problems: nodes.length === 0 ? ["it has no client"] : problems };
    }),
  ]);
}

async function agentRow(
  installation: Installation,
  name: AgentName,
  address: string,
  look: () => Promise<{ version?: string; problems: string[] }>,
): Promise<Row> {
  const row = { name, version: "", address };
  if (!installation.processes.alive(name)) return { ...row, state: "stopped", problems: ["it does not run"] };
  try {
    const { version = "", problems } = await look();
    return { ...row, version, problems, state: "running" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...row, state: "running", problems: [error.message] };
  }
}

/** The state of the configured jobs. */
export async function jobRows(installation: Installation, jobs: ConfiguredJob[]): Promise<Row[]> {
  const nomad = nomadApi(installation);
  const consul = consulApi(installation);
  const ingress = await findIngress(consul);
  return await Promise.all(jobs.map((job) => jobRow(nomad, consul, ingress, job)));
}

async function jobRow(
  nomad: NomadApi,
  consul: ConsulApi,
  ingress: Ingress | undefined,
  job: ConfiguredJob,
): Promise<Row> {
  const row = { name: job.name, version: "", address: "" };
  let registered: JobSpec;
  try {
    registered = await nomad.job(job.spec);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    return { ...row, state: "not registered", problems: ["Nomad does not know it"] };
  }
  const [allocations, deployment, checks] = await Promise.all([
    nomad.allocations(registered),
    nomad.latestDeployment(registered),
    failingChecks(consul, registered),
  ]);
  const instances = describeInstances(registered, allocations);
  const routes = routesOf(registered);
  const isIngress = servicesOf(registered).some((service) => service.Name === "fabio");
  return {
    name: job.name,
    version:
      isIngress && ingress
        ? await fabioVersion(ingress)
        : (registered.Meta?.version ?? `job version ${registered.Version}`),
    state: deployment?.Status === "running" ? `${instances.text}, deploying` : instances.text,
    problems: [...instances.problems, ...deploymentProblems(deployment), ...checks],
    address: isIngress
      ? ingress
        ? `${ingress.traffic}, UI ${ingress.ui}`
        : ""
      : routes.map((route) => (ingress ? routeUrl(ingress, route) : route)).join(", "),
  };
}

function describeInstances(job: JobSpec, allocations: Allocation[]): { text: string; problems: string[] } {
  if (job.Stop) return { text: "stopped", problems: ["it was stopped"] };
  if (job.Type === "batch" || job.Type === "sysbatch") return { text: job.Status, problems: [] };
  const wanted = allocations.filter((allocation) => allocation.DesiredStatus === "run");
  const running = wanted.filter((allocation) => allocation.ClientStatus === "running").length;
  const count = job.Type === "system" ? wanted.length : job.TaskGroups.reduce((sum, group) => sum + group.Count, 0);
  // A system job wants one on each node, and there is a node.
  const least = job.Type === "system" ? Math.max(count, 1) : count;
  const problems = running < least ? [`${running} of ${least} instances run`] : [];
  return { text: `${running}/${count} running`, problems };
}

function deploymentProblems(deployment: Deployment | null): string[] {
  if (!deployment || ["successful", "cancelled", "running"].includes(deployment.Status)) return [];
  return [
    `deployment of job version ${deployment.JobVersion} is ${deployment.Status}: ${deployment.StatusDescription}`,
  ];
}

async function failingChecks(consul: ConsulApi, job: JobSpec): Promise<string[]> {
  const names = [...new Set(servicesOf(job).map((service) => service.Name))];
  const health = await Promise.all(names.map((name) => consul.service(name)));
  return health.flatMap((instances, i) => {
    const failing = instances.filter(({ Checks }) => Checks.some((check) => check.Status !== "passing"));
    return failing.length === 0
      ? []
      : [`service ${String(names[i])}: the checks of ${failing.length} of ${instances.length} instances fail`];
  });
}
