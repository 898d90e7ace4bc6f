import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { JobVariable } from "../components/nomad-jobs/args";
import { jobName } from "../components/nomad-jobs/job-name";
import { ApiError } from "./http";
import { JobSpec, NomadApi } from "./cluster";
import { Installation, UserError } from "./installation";
import { listenerOn } from "./listeners";
import { findProcesses } from "./processes";

/** A job of the configuration as its file, with its variables, describes it. */
export interface ConfiguredJob {
  /** Its name in the configuration. */
  name: string;
  file: string;
  spec: JobSpec;
}

/** Parses all job files. @throws UserError with every error, each with its file and line */
export async function parseJobs(installation: Installation, nomad: NomadApi): Promise<ConfiguredJob[]> {
  const results = await Promise.all(
    installation.config.jobs.map(async (job) => {
      const text = readFileSync(resolve(installation.root, job.file), "utf8");
      try {
        const spec = await nomad.parse(text, variablesFile(job.variables ?? {}));
        return { name: jobName(job), file: job.file, spec };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === undefined) throw error;
        return `${job.file}: ${tidyParseError(error.message, job.file)}`;
      }
    }),
  );
  const errors = results.filter((result) => typeof result === "string");
  if (errors.length > 0) throw new UserError(`Jobs cannot be registered:\n${errors.map((error) => `  ${error}`).join("\n")}`);
  return results.filter((result) => typeof result !== "string");
}

/** The variables as the text of an HCL variables file. */
export function variablesFile(variables: Record<string, JobVariable>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name} = ${hclLiteral(value)}\n`)
    .join("");
}

function hclLiteral(value: JobVariable): string {
  // JSON is HCL but for the two marks that begin a template inside a string.
  return JSON.stringify(value).replaceAll("${", "$${").replaceAll("%{", "%%{");
}

/** Nomad names the text it was sent `input.hcl` and the variables `input.hclvar` or the like; a person knows them by the file's name. */
function tidyParseError(message: string, file: string): string {
  return message.trim().replaceAll("input.hcl", file);
}

/** Checks that no other program listens on a static port of a job. @throws UserError with every port */
export function checkJobPorts(installation: Installation, jobs: ConfiguredJob[]): void {
  const own = new Set(taskProcesses(installation));
  const taken = jobs.flatMap(({ file, spec }) =>
    spec.TaskGroups.flatMap((group) => group.Networks ?? [])
      .flatMap((network) => network.ReservedPorts ?? [])
      .flatMap(({ Label, Value }) => {
        const listener = listenerOn(Value);
        if (!listener || (listener.pid !== undefined && own.has(listener.pid))) return [];
        const who = listener.pid === undefined ? "a program of another user" : `${String(listener.program)}, process ${listener.pid}`;
        return [`  ${file}: port ${Value} ("${Label}") is in use by ${who}`];
      }),
  );
  if (taken.length > 0) throw new UserError(`Jobs cannot get their ports:\n${taken.join("\n")}\nEnd that program, or give the job another port by its variables.`);
}

const allocations = (installation: Installation) => join(installation.directory, "agents", "nomad", "alloc");

/** Ids of the processes that run tasks of this installation, known by the directory that Nomad gave them. */
export function taskProcesses(installation: Installation): number[] {
  const mark = `NOMAD_ALLOC_DIR=${allocations(installation)}/`;
  return findProcesses((_command, environment) => environment().some((entry) => entry.startsWith(mark)));
}

/** Ids of the processes with which Nomad watches over tasks of this installation. */
export function executorProcesses(installation: Installation): number[] {
  const mark = `"LogFile":"${allocations(installation)}/`;
  return findProcesses((command) => command[1] === "executor" && (command[2] ?? "").includes(mark));
}
