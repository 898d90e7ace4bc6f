import { readFileSync } from "node:fs";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../refuse";
import { NomadJobsArgs, nomadJobsErrors } from "./args";
import { hclVariables } from "./hcl-variables";
import { jobName } from "./job-name";

export { JobVariable, NomadJobArgs, NomadJobsArgs, nomadJobsErrors } from "./args";
export { jobFiles } from "./job-files";

/**
 * Registers job files with Nomad and waits until each runs: a job whose deployment fails fails the update. A job that was
 * stopped by hand is run again by the next update with a refresh.
 *
 * Needs a Nomad provider: `new NomadJobs(name, args, { providers: { nomad: provider }, dependsOn: gate })`. With
 * `deletedWith`, a destruction of that resource leaves the jobs alone: they go with their cluster, which may be out of reach.
 */
export class NomadJobs extends pulumi.ComponentResource {
  /** The registered jobs, by the names they have in {@link NomadJobsArgs}. */
  readonly jobs: Readonly<Record<string, nomad.Job>>;
  /** The IDs of the registered jobs in Nomad, by the same names. */
  readonly ids: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: NomadJobsArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NomadJobs", nomadJobsErrors(args));
    super("cos:index:NomadJobs", name, {}, opts);

    this.jobs = Object.fromEntries(
      args.jobs.map((job) => [
        jobName(job),
        new nomad.Job(
          `${name}-${jobName(job)}`,
          {
            jobspec: readFileSync(job.file, "utf8"),
            hcl2: { vars: pulumi.output(job.variables ?? {}).apply(hclVariables) },
            detach: false,
            rerunIfDead: true,
          },
          { parent: this, deletedWith: opts?.deletedWith },
        ),
      ]),
    );
    this.ids = pulumi.output(Object.fromEntries(Object.entries(this.jobs).map(([key, job]) => [key, job.id])));
    this.registerOutputs({ ids: this.ids });
  }
}
