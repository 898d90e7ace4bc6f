import { basename } from "node:path";

/** The name of a job's resource: the one given, or else its file's without `.nomad.hcl`. */
export function jobName(job: { file: string; name?: string | undefined }): string {
  return job.name ?? basename(job.file).replace(/\.nomad(\.hcl)?$|\.hcl$/, "");
}
