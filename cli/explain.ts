import type { Deployment, Evaluation, PlacedAllocation, PlacementFailure, TaskState } from "../apis/nomad";
import { ageOf } from "./time";

/** Events of a task that say nothing of what went wrong. */
const uneventful = ["Received", "Task Setup", "Started", "Downloading Artifacts", "Building Task Directory"];

/** Events shown of each task: enough to see a cause and what followed. */
const eventsShown = 3;

/** How often what was wrong, as Nomad counts it, the most frequent first. */
function counted(numbers: Record<string, number> | null, say: (count: number, what: string) => string): string[] {
  return Object.entries(numbers ?? {})
    .sort((a, b) => b[1] - a[1])
    .map(([what, count]) => say(count, what));
}

const clients = (count: number, singular: string, plural: string) =>
  `${count} ${count === 1 ? `client ${singular}` : `clients ${plural}`}`;

/**
 * Why the scheduler found no place for a group.
 *
 * @param group its name
 * @param waiting how many of its instances wait
 * @returns sentences, the first of them a headline
 */
export function explainPlacement(group: string, failure: PlacementFailure, waiting: number): string[] {
  const headline = `Group ${group}: ${waiting} ${waiting === 1 ? "instance waits" : "instances wait"} for a place.`;
  if (failure.NodesEvaluated === 0) return [headline, `  ${noCandidates(failure)}`];
  const reasons = [
    ...counted(failure.ConstraintFiltered, (count, constraint) => constraintSentence(count, constraint)),
    ...counted(failure.ClassFiltered, (count, name) =>
      clients(count, `of class ${name} is ruled out`, `of class ${name} are ruled out`),
    ),
    ...counted(failure.DimensionExhausted, (count, dimension) => dimensionSentence(count, dimension)),
    ...counted(failure.ClassExhausted, (count, name) =>
      clients(count, `of class ${name} has no room`, `of class ${name} have no room`),
    ),
    ...(failure.QuotaExhausted ?? []).map((quota) => `the quota of the namespace is used up: ${quota}`),
  ];
  const { NodesEvaluated, NodesFiltered, NodesExhausted } = failure;
  const considered = `Of ${NodesEvaluated} ${NodesEvaluated === 1 ? "client" : "clients"} considered, ${NodesFiltered} did not fit and ${NodesExhausted} had no room.`;
  return [headline, `  ${considered}`, ...reasons.map((reason) => `  - ${reason}`)];
}

function noCandidates({ NodesAvailable, NodePool }: PlacementFailure): string {
  const ready = Object.entries(NodesAvailable ?? {}).map(([name, count]) => `${count} in datacenter ${name}`);
  const pool = NodePool ? `node pool ${NodePool}` : "its node pool";
  return `No client was considered: none that is ready is in ${pool} and in its datacenters. Ready in that pool: ${ready.join(", ") || "none"}.`;
}

function constraintSentence(count: number, constraint: string): string {
  if (constraint === "missing drivers")
    return clients(count, "lacks a driver of its tasks", "lack a driver of its tasks");
  if (constraint === "missing host volumes" || constraint === "missing compatible host volumes") {
    return clients(count, "lacks a host volume that it needs", "lack a host volume that it needs");
  }
  if (constraint === "computed class ineligible") {
    return clients(count, "is of a kind that was ruled out before", "are of a kind that was ruled out before");
  }
  return clients(count, `does not meet the constraint ${constraint}`, `do not meet the constraint ${constraint}`);
}

function dimensionSentence(count: number, dimension: string): string {
  const collision = /^network: reserved port collision (.+)$/.exec(dimension);
  if (collision) {
    return clients(
      count,
      `has its port in use: ${String(collision[1])}`,
      `have its port in use: ${String(collision[1])}`,
    );
  }
  return clients(count, `has too little ${dimension} left`, `have too little ${dimension} left`);
}

/** The placements that the scheduler still owes, by group, newest word first. */
export function openPlacements(evaluations: Evaluation[]): Map<string, PlacementFailure> {
  const newestFirst = [...evaluations].sort((a, b) => b.ModifyIndex - a.ModifyIndex);
  const found = new Map<string, PlacementFailure>();
  for (const { FailedTGAllocs } of newestFirst) {
    for (const [group, failure] of Object.entries(FailedTGAllocs ?? {})) {
      if (!found.has(group)) found.set(group, failure);
    }
  }
  return found;
}

/** Why the newest evaluation of a job was not carried out; nothing where it was. */
export function explainEvaluation(evaluations: Evaluation[]): string[] {
  const [newest] = [...evaluations].sort((a, b) => b.ModifyIndex - a.ModifyIndex);
  if (!newest || !["failed", "pending"].includes(newest.Status)) return [];
  return newest.Status === "failed"
    ? [`Its evaluation ${newest.ID.slice(0, 8)} failed: ${newest.StatusDescription}.`]
    : [`Its evaluation ${newest.ID.slice(0, 8)}, because of ${newest.TriggeredBy}, still waits for the scheduler.`];
}

/** Why an allocation does not run; nothing where it does, or should not. */
export function explainAllocation(allocation: PlacedAllocation, node: { Status: string } | undefined): string[] {
  const { ID, TaskGroup, JobID, JobVersion, NodeName, ClientStatus, CreateTime } = allocation;
  const tasks = Object.entries(allocation.TaskStates ?? {});
  return [
    `Allocation ${ID.slice(0, 8)} of group ${TaskGroup} (job ${JobID}, version ${JobVersion}), ${ageOf(CreateTime)} old, on client ${NodeName}, is ${ClientStatus}${allocation.ClientDescription ? `: ${ended(allocation.ClientDescription)}` : "."}`,
    ...(node && node.Status !== "ready" ? [`  Its client is ${node.Status}.`] : []),
    ...(tasks.length === 0 ? ["  Its client has not reported on its tasks yet."] : []),
    ...tasks.flatMap(([name, state]) => explainTask(name, state)),
    ...(allocation.DesiredStatus !== "run" && allocation.DesiredDescription
      ? [`  It should ${allocation.DesiredStatus}: ${ended(allocation.DesiredDescription)}`]
      : []),
    ...whatFollows(allocation),
  ];
}

function explainTask(name: string, { State, Failed, Restarts = 0, Events }: TaskState): string[] {
  if (State === "running") return [];
  const telling = (Events ?? []).filter(({ Type }) => !uneventful.includes(Type)).slice(-eventsShown);
  const outcome = Failed ? "failed" : `is ${State}`;
  const restarts = Restarts > 0 ? ` after ${Restarts} ${Restarts === 1 ? "restart" : "restarts"}` : "";
  return [
    `  Task ${name} ${outcome}${restarts}.`,
    ...telling.map(({ Type, DisplayMessage, Time }) => `    ${ageOf(Time)} ago: ${Type}: ${ended(DisplayMessage)}`),
  ];
}

function whatFollows({ ClientStatus, NextAllocation, FollowupEvalID }: PlacedAllocation): string[] {
  if (ClientStatus !== "failed" && ClientStatus !== "lost") return [];
  if (NextAllocation) return [`  Allocation ${NextAllocation.slice(0, 8)} took its place.`];
  return FollowupEvalID ? ["  It is to be tried again after a delay."] : ["  Nothing has taken its place."];
}

/** How a deployment went wrong; nothing where it did not. */
export function explainDeployment(deployment: Deployment | null): string[] {
  if (!deployment || ["successful", "running", "cancelled"].includes(deployment.Status)) return [];
  return [
    `The deployment of version ${deployment.JobVersion} is ${deployment.Status}: ${ended(deployment.StatusDescription)}`,
  ];
}

const ended = (text: string) => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
