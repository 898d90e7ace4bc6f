import { ApiError } from "../apis/http";
import { JobDiff, NomadApi, ObjectDiff } from "../apis/nomad";
import { ConfiguredJob } from "./jobs";

/**
 * How a registered job differs from its file: one line a field, as `group ping: Count 5 → 3`, the registered value first.
 * Empty where they are the same, and for a job that is not registered.
 */
export async function driftOf(nomad: NomadApi, job: ConfiguredJob): Promise<string[]> {
  try {
    const diff = await nomad.plan(job.spec);
    return diff.Type === "Edited" ? describeJobDiff(diff) : [];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

export function describeJobDiff(diff: JobDiff): string[] {
  const own = describeObject({ ...diff, Name: "" }, "job");
  const groups = (diff.TaskGroups ?? []).flatMap((group) => [
    ...describeObject(group, `group ${group.Name}`),
    ...(group.Tasks ?? []).flatMap((task) => describeObject(task, `task ${task.Name}`)),
  ]);
  return [...own, ...groups];
}

function describeObject(object: ObjectDiff, path: string): string[] {
  if (object.Type === "None") return [];
  const fields = (object.Fields ?? [])
    .filter((field) => field.Type !== "None")
    .map((field) => `${path}: ${field.Name} ${show(field.Old)} → ${show(field.New)}`);
  return [
    ...fields,
    ...(object.Objects ?? []).flatMap((inner) => describeObject(inner, `${path} ${inner.Name.toLowerCase()}`)),
  ];
}

/** Scripts and templates are long, and only that they changed is of interest. */
function show(value: string): string {
  if (value === "") return "(none)";
  const line = value.split("\n")[0] ?? "";
  return value.length > 60 || line !== value ? `"${line.slice(0, 50)}…"` : value;
}
