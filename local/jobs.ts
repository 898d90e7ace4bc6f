import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { JobVariable } from "../components/nomad-jobs/args";
import { hclLiteral } from "../components/nomad-jobs/hcl-variables";
import { jobName } from "../components/nomad-jobs/job-name";
import { ApiError } from "../apis/http";
import { JobSpec, NomadApi } from "../apis/nomad";
import { Installation, UserError } from "./installation";
import { describeListener, listenerOn } from "./listeners";
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
      const undeclared = undeclaredVariables(text, Object.keys(job.variables ?? {}));
      if (undeclared.length > 0) return undeclared.map((error) => `${job.file}: ${error}`).join("\n  ");
      try {
        const spec = await nomad.parse(text, variablesFile(job.variables ?? {}));
        return { name: jobName(job), file: job.file, spec };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === undefined) throw error;
        const reason = tidyParseError(error.message, job.file);
        return reason.startsWith(`${job.file}:`) ? reason : `${job.file}: ${reason}`;
      }
    }),
  );
  const errors = results.filter((result) => typeof result === "string");
  if (errors.length > 0)
    throw new UserError(`Jobs cannot be registered:\n${errors.map((error) => `  ${error}`).join("\n")}`);
  return results.filter((result) => typeof result !== "string");
}

/** The variables as the text of an HCL variables file. */
export function variablesFile(variables: Record<string, JobVariable>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name} = ${hclLiteral(value)}\n`)
    .join("");
}

/** Nomad's parser passes over values for variables that a file does not declare, most often misspelt ones. */
function undeclaredVariables(text: string, names: string[]): string[] {
  const declared = [...text.matchAll(/^[ \t]*variable[ \t]+"?([\w-]+)"?[ \t]*\{/gm)].map((match) => match[1] ?? "");
  return names
    .filter((name) => !declared.includes(name))
    .map((name) => `there is no variable "${name}"; the file declares ${declared.join(", ") || "none"}`);
}

/** Nomad calls both the file and the variables that it is sent `input.hcl`; people know them by other names. */
function tidyParseError(message: string, file: string): string {
  return message
    .trim()
    .replace(/^Failed to parse job: (<nil>: )?/, "")
    .replace(/input\.hcl:[\d,-]+: Invalid value for varfile variable; /g, "invalid value of a variable: ")
    .replace(/; see https:.*/, "")
    .replace(/\s+This was checked by/g, " This was checked by")
    .replaceAll("input.hcl", file);
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
        return [`  ${file}: port ${Value} ("${Label}") is in use by ${describeListener(listener)}`];
      }),
  );
  if (taken.length > 0)
    throw new UserError(
      `Jobs cannot get their ports:\n${taken.join("\n")}\nEnd that program, or give the job another port by its variables.`,
    );
}

/** Ids of the processes that run tasks of this installation, known by the directory that Nomad gave them. */
export function taskProcesses(installation: Installation): number[] {
  const mark = `NOMAD_ALLOC_DIR=${join(installation.directory, "agents", "nomad", "alloc")}/`;
  return findProcesses(({ environment }) => environment().some((entry) => entry.startsWith(mark)));
}

/** Ids of the processes with which Nomad watches over tasks and their logs: they have their agent's directory. */
export function helperProcesses(installation: Installation): number[] {
  return findProcesses(
    ({ command, directory }) =>
      ["executor", "logmon", "docker_logger"].includes(command[1] ?? "") && directory() === installation.directory,
  );
}
