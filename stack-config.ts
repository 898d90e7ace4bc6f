import * as pulumi from "@pulumi/pulumi";
import { type NomadJobArgs, nomadJobsErrors } from "./components/nomad-jobs/args";
import { type Config, ConfigError, parseConfig } from "./config";

/**
 * The configuration of the stack that the engine runs this program for. Where `cos:jobs` holds a secret, the variables of
 * the jobs are secrets.
 *
 * @throws pulumi.RunError which names every error
 */
export function loadConfig() {
  const config = parse(pulumi.runtime.allConfig());
  const jobs = isSecret("cos:jobs")
    ? config.jobs.map((job) => ({ ...job, variables: pulumi.secret(job.variables ?? {}) }))
    : config.jobs;
  return { ...config, jobs };
}

function parse(texts: Record<string, string>): Config {
  // The engine fills in the defaults of Pulumi.yaml, where an empty one stands for a key that is not there.
  const given = Object.entries(texts).filter(([, text]) => text !== "");
  const values = Object.fromEntries(given.map(([key, text]) => [key, fromEngine(text)]));
  const errors = jobErrors(values["cos:jobs"]);
  try {
    const config = parseConfig(values, isSecret);
    if (errors.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    errors.unshift(...error.errors);
  }
  // A RunError is shown as it is, without a stack trace.
  throw new pulumi.RunError(new ConfigError(errors).message);
}

/** What is wrong with the jobs beyond their shape, before anything is made: `NomadJobs` would find it too late. */
function jobErrors(jobs: unknown): string[] {
  if (!Array.isArray(jobs) || !jobs.every(isJob)) return [];
  return nomadJobsErrors({ jobs }).map(({ propertyPath, reason }) => `cos:${propertyPath}: ${reason}`);
}

function isJob(job: unknown): job is NomadJobArgs {
  return typeof job === "object" && job !== null && "file" in job && typeof job.file === "string" && job.file !== "";
}

/** The engine hands every value over as a string: objects, numbers and booleans as JSON. */
function fromEngine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The language host tells the program in its environment which keys are secrets; the SDK shows it nowhere else. */
function isSecret(key: string): boolean {
  const keys: unknown = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
  return Array.isArray(keys) && keys.includes(key);
}
