import type { Deployment, JobSpec, JobSummary, PlacedAllocation } from "../../apis/nomad";
import { type Context, exitCodes, nomadOf } from "../context";
import { findJob } from "../find-job";
import { ageOf } from "../time";
import { alignColumns, titledTable } from "../table";

export interface JobOptions {
  namespace?: string;
  json?: boolean;
}

/** What is to be known of a job. */
interface Details {
  spec: JobSpec;
  summary: JobSummary["Summary"];
  deployment: Deployment | null;
  allocations: PlacedAllocation[];
}

/** Allocations shown: those that should run, and the last others. */
const othersShown = 5;

/** Prints the details of a job. */
export async function job(context: Context, name: string, options: JobOptions): Promise<number> {
  const nomad = nomadOf(await context.outputs(), context.env);
  const key = await findJob(nomad, name, options.namespace);
  const [spec, { Summary: summary }, deployment, allocations] = await Promise.all([
    nomad.job(key),
    nomad.summary(key),
    nomad.latestDeployment(key),
    nomad.allocations(key),
  ]);
  const problems = problemsOf({ spec, summary, deployment, allocations });
  const details = { spec, summary, deployment, allocations: chosen(allocations) };
  context.terminal.print(
    options.json
      ? JSON.stringify({ job: spec, summary, deployment, allocations, problems }, undefined, 2)
      : [
          ...describe(details, context),
          ...(problems.length > 0 ? [""] : []),
          ...problems.map((problem) => context.terminal.paint("red", `! ${problem}`)),
          ...(problems.length > 0 ? [`\`npx pulumi-cos why ${key.ID}\` says why.`] : []),
        ].join("\n"),
  );
  return problems.length === 0 ? exitCodes.ok : exitCodes.notWell;
}

/** What is not as the job asks for, in words; nothing where it has been stopped. */
export function problemsOf({ spec, summary, deployment, allocations }: Details): string[] {
  if (spec.Stop) return [];
  const isLasting = spec.Type === "service" || spec.Type === "system";
  return [
    ...Object.entries(summary).flatMap(([group, { Queued }]) =>
      Queued > 0 ? [`group ${group}: ${Queued} ${Queued === 1 ? "waits" : "wait"} for a place`] : [],
    ),
    ...allocations
      .filter(({ DesiredStatus, ClientStatus }) => DesiredStatus === "run" && isLasting && ClientStatus !== "running")
      .map(({ ID, TaskGroup, ClientStatus }) => `allocation ${short(ID)} of group ${TaskGroup} is ${ClientStatus}`),
    ...(deployment && !["successful", "running", "cancelled"].includes(deployment.Status)
      ? [`deployment ${short(deployment.ID)} is ${deployment.Status}: ${deployment.StatusDescription}`]
      : []),
  ];
}

function chosen(allocations: PlacedAllocation[]): PlacedAllocation[] {
  const newestFirst = [...allocations].sort((a, b) => b.CreateTime - a.CreateTime);
  const wanted = newestFirst.filter(({ DesiredStatus }) => DesiredStatus === "run");
  const others = newestFirst.filter(({ DesiredStatus }) => DesiredStatus !== "run");
  return [...wanted, ...others.slice(0, othersShown)];
}

function describe({ spec, summary, deployment, allocations }: Details, { terminal }: Context): string[] {
  const groups = spec.TaskGroups.map(({ Name, Count }) => {
    const numbers = summary[Name];
    const cell = (key: keyof NonNullable<typeof numbers>) => String(numbers?.[key] ?? 0);
    return [
      Name,
      spec.Type === "system" ? "each node" : String(Count),
      ...(["Running", "Starting", "Queued", "Failed", "Lost"] as const).map(cell),
    ];
  });
  return [
    terminal.paint("bold", `Job ${spec.ID}`),
    ...alignColumns([
      ["namespace", spec.Namespace],
      ["type", spec.Type],
      ["status", spec.Stop ? "stopped" : spec.Status],
      ["version", String(spec.Version)],
      ...(spec.NodePool ? [["node pool", spec.NodePool]] : []),
      ...(spec.Datacenters ? [["datacenters", spec.Datacenters.join(", ")]] : []),
      ...(deployment ? [["deployment", describeDeployment(deployment)]] : []),
    ]),
    "",
    ...titledTable(
      terminal.paint("bold", "Groups"),
      ["GROUP", "WANTED", "RUNNING", "STARTING", "QUEUED", "FAILED", "LOST"],
      groups,
    ),
    "",
    ...titledTable(
      terminal.paint("bold", "Allocations"),
      ["ID", "GROUP", "VERSION", "DESIRED", "STATUS", "NODE", "NODE ID", "AGE"],
      allocations.map((allocation) => [
        short(allocation.ID),
        allocation.TaskGroup,
        String(allocation.JobVersion),
        allocation.DesiredStatus,
        allocation.ClientStatus,
        allocation.NodeName,
        short(allocation.NodeID),
        ageOf(allocation.CreateTime),
      ]),
    ),
  ];
}

function describeDeployment({ ID, Status, JobVersion, TaskGroups }: Deployment): string {
  const groups = Object.entries(TaskGroups).map(
    ([name, { HealthyAllocs, DesiredTotal }]) => `${name} ${HealthyAllocs}/${DesiredTotal} healthy`,
  );
  return `${short(ID)} of version ${JobVersion}, ${Status} (${groups.join(", ")})`;
}

const short = (id: string) => id.slice(0, 8);
