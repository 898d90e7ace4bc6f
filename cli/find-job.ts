import type { JobKey, NomadApi } from "../apis/nomad";
import { UserError } from "./errors";

/**
 * The job that a person means by its ID or the beginning of it.
 *
 * @throws UserError where it is none or more than one
 */
export async function findJob(nomad: NomadApi, wanted: string, namespace?: string): Promise<JobKey> {
  const all = await nomad.jobs();
  const jobs = namespace === undefined ? all : all.filter((job) => job.Namespace === namespace);
  const exact = jobs.filter(({ ID }) => ID === wanted);
  const matching = exact.length > 0 ? exact : jobs.filter(({ ID }) => ID.startsWith(wanted));
  const [found, ...others] = matching;
  const names = (keys: JobKey[]) => keys.map(({ ID, Namespace }) => `${ID} (namespace ${Namespace})`).join(", ");
  if (!found) throw new UserError(`No job is "${wanted}". There are: ${names(jobs) || "none"}.`);
  if (others.length > 0) throw new UserError(`"${wanted}" is more than one job: ${names(matching)}.`);
  return { ID: found.ID, Namespace: found.Namespace };
}
