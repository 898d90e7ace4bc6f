import type { JobKey, NomadApi, PlacedAllocation } from "../../apis/nomad";
import { type Context, exitCodes, nomadOf } from "../context";
import { UserError } from "../errors";
import { explainAllocation, explainDeployment, explainEvaluation, explainPlacement, openPlacements } from "../explain";
import { findJob } from "../find-job";

export interface WhyOptions {
  namespace?: string;
  json?: boolean;
}

/** Failed allocations of a job that are explained, the newest. */
const failuresExplained = 3;

/** Says why an allocation is pending or failed, or a job is not whole. */
export async function why(context: Context, name: string, options: WhyOptions): Promise<number> {
  const nomad = nomadOf(await context.outputs(), context.env);
  const allocation = await findAllocation(nomad, name);
  const { sentences, fine } = allocation
    ? await ofAllocation(nomad, allocation)
    : await ofJob(nomad, await findJob(nomad, name, options.namespace));
  context.terminal.print(
    options.json
      ? JSON.stringify({ well: sentences.length === 0, sentences }, undefined, 2)
      : (sentences.length > 0 ? sentences : [fine]).join("\n"),
  );
  return sentences.length === 0 ? exitCodes.ok : exitCodes.notWell;
}

/** A word that can be an allocation's ID, unless a job has this name. */
async function findAllocation(nomad: NomadApi, wanted: string): Promise<PlacedAllocation | undefined> {
  if (!/^[0-9a-f]{4,8}(-[0-9a-f-]{0,27})?$/.test(wanted)) return undefined;
  if ((await nomad.jobs()).some(({ ID }) => ID === wanted)) return undefined;
  const [found, ...others] = (await nomad.findAllocations(wanted)).filter(({ ID }) => ID.startsWith(wanted));
  if (others.length > 0 && found) {
    const ids = [found, ...others].map(({ ID, JobID }) => `${ID.slice(0, 13)} (${JobID})`).join(", ");
    throw new UserError(`"${wanted}" is more than one allocation: ${ids}.`);
  }
  return found;
}

interface Explanation {
  /** What is wrong; nothing where all is well. */
  sentences: string[];
  /** What is said then. */
  fine: string;
}

async function ofAllocation(nomad: NomadApi, allocation: PlacedAllocation): Promise<Explanation> {
  const name = `Allocation ${allocation.ID.slice(0, 8)} of group ${allocation.TaskGroup} (job ${allocation.JobID})`;
  const { ClientStatus } = allocation;
  const well = ClientStatus === "running" || ClientStatus === "complete";
  return {
    sentences: well ? [] : await explain(nomad, allocation),
    fine: `${name} is ${ClientStatus} on client ${allocation.NodeName}.`,
  };
}

async function ofJob(nomad: NomadApi, key: JobKey): Promise<Explanation> {
  const [job, evaluations, deployment, { Summary: summary }, allocations] = await Promise.all([
    nomad.job(key),
    nomad.evaluations(key),
    nomad.latestDeployment(key),
    nomad.summary(key),
    nomad.allocations(key),
  ]);
  if (job.Stop) return { sentences: [], fine: `Job ${key.ID} has been stopped.` };
  const queued = Object.entries(summary).filter(([, { Queued }]) => Queued > 0);
  const failures = openPlacements(evaluations);
  const placements = queued.flatMap(([group, { Queued }]) => {
    const failure = failures.get(group);
    return failure ? explainPlacement(group, failure, Queued) : [`Group ${group}: ${Queued} still to be placed.`];
  });
  const troubled = allocations.filter((allocation) => isTroubled(allocation, job.Version));
  const newest = troubled.sort((a, b) => b.CreateTime - a.CreateTime).slice(0, failuresExplained);
  const explained = await Promise.all(newest.map((allocation) => explain(nomad, allocation)));
  const further = troubled.length - newest.length;
  const running = Object.values(summary).reduce((sum, { Running }) => sum + Running, 0);
  return {
    sentences: [
      ...placements,
      ...explainEvaluation(evaluations),
      ...explainDeployment(deployment),
      ...explained.flat(),
      ...(further > 0 ? [`${further} more like these: \`npx pulumi-cos job ${key.ID}\`.`] : []),
    ],
    fine: `Nothing is wrong with job ${key.ID}: ${running} ${running === 1 ? "allocation runs" : "allocations run"}.`,
  };
}

/** Whether an allocation should run and does not, or has failed with nothing in its place. */
function isTroubled({ DesiredStatus, ClientStatus, NextAllocation, JobVersion }: PlacedAllocation, version: number) {
  if (ClientStatus === "failed" || ClientStatus === "lost") return JobVersion === version && !NextAllocation;
  return DesiredStatus === "run" && ClientStatus !== "running" && ClientStatus !== "complete";
}

async function explain(nomad: NomadApi, allocation: PlacedAllocation): Promise<string[]> {
  // A client that Nomad has forgotten is no reason not to say the rest.
  const node = await nomad.node(allocation.NodeID).catch(() => undefined);
  return explainAllocation(allocation, node);
}
