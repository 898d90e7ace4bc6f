import { existsSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { jobName } from "./job-name";

/** A value of a job's HCL2 variable: what the variable's declared type in the job file takes. */
export type JobVariable = string | number | boolean | JobVariable[] | { [key: string]: JobVariable };

/** One job to register. */
export interface NomadJobArgs {
  /** Path of the job file, HCL2 (`*.nomad.hcl`), relative to the directory of the Pulumi program. */
  file: string;
  /** Name of the resource; a change replaces the job. @default the file's name without `.nomad.hcl` */
  name?: string | undefined;
  /** Values of the file's variables, by name. A variable without a default must have one. @default {} */
  variables?: pulumi.Input<Record<string, JobVariable>>;
}

/** Arguments of {@link NomadJobs}. */
export interface NomadJobsArgs {
  /** The jobs, each with a name of its own. */
  jobs: NomadJobArgs[];
}

/** What is wrong with the list: names that are there twice, files that are not there. */
export function nomadJobsErrors(args: NomadJobsArgs): PropertyError[] {
  const errors: PropertyError[] = [];
  const seen = new Map<string, number>();
  args.jobs.forEach((job, i) => {
    const name = jobName(job);
    const first = seen.get(name);
    if (first !== undefined) {
      errors.push({
        propertyPath: `jobs[${i}].name`,
        reason: `"${name}" is taken by jobs[${first}]; give one of them another name`,
      });
    }
    seen.set(name, first ?? i);
    if (!existsSync(job.file)) {
      errors.push({
        propertyPath: `jobs[${i}].file`,
        reason: `no such file: "${job.file}" (looked in ${process.cwd()})`,
      });
    }
  });
  return errors;
}
