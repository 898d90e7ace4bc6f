import * as pulumi from "@pulumi/pulumi";
import { Config, ConfigError, parseConfig } from "./config";

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

function parse(values: Record<string, string>): Config {
  try {
    const parsed = Object.entries(values).map(([key, text]) => [key, fromEngine(text)] as const);
    return parseConfig(Object.fromEntries(parsed), isSecret);
  } catch (error) {
    // A RunError is shown as it is, without a stack trace.
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
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
