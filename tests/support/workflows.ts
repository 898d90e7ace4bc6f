import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The repository, whose workflows these are. */
export const repository = join(__dirname, "..", "..");
/** The workflows' directory in it. */
export const directory = join(".github", "workflows");
/** The action in it that sets a job up. */
export const action = join(".github", "actions", "setup", "action.yml");

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
}

/** A job as its file has it. */
export interface Job {
  if?: string;
  environment?: string;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  strategy?: { matrix: Record<string, string[]> };
  steps?: Step[];
  /** A workflow that it is, in the place of steps. */
  uses?: string;
}

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

/** The text of a file of the repository. */
export const read = (file: string) => readFileSync(join(repository, file), "utf8");

/** The names of the workflows' files. */
export const files = readdirSync(join(repository, directory)).sort();

/** The workflows by the names of their files. */
export const workflows = Object.fromEntries(
  files.map((file) => [file, parse(read(join(directory, file))) as Workflow]),
);

/** The jobs of all workflows. */
export const jobs = Object.entries(workflows).flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({
    ...{ title: `${file} ${name}`, file, name, workflow },
    job: { ...job, steps: job.steps ?? [] },
  })),
);

const { runs } = parse(read(action)) as { runs: { steps: Step[] } };

/** All run steps, those of the action as of a job; `id` is the file, the job and the step's name. */
export const runSteps = [...jobs, { file: "action.yml", name: "setup", job: { steps: runs.steps } as Job }].flatMap(
  ({ file, name, job }) =>
    (job.steps ?? []).flatMap((step) =>
      step.run === undefined ? [] : [{ id: `${file} ${name} ${step.name ?? step.run}`, job, step }],
    ),
);
