import { isDeepStrictEqual } from "node:util";
import { HttpError } from "../http-client";
import type { NomadClient } from "./client";
import { declaredVariables, variableFile } from "./hcl-variables";
import type { ApiJob } from "./api";

/** A job file's text and how to read it. */
export interface Jobspec {
  source: string;
  json: boolean;
  variables: Record<string, string>;
}

/** Job specifications, read by Nomad itself. */
export class Jobspecs {
  constructor(private readonly nomad: NomadClient) {}

  /**
   * The job of a job file, as it is written or, `canonical`, with Nomad's defaults filled in (not in JSON: there Nomad
   * fills them in only where it registers the job).
   *
   * @throws InvalidJobspec with Nomad's words, which name the line and column
   */
  async parse(spec: Jobspec, canonical: boolean, signal: AbortSignal): Promise<ApiJob> {
    return spec.json ? parseJson(spec.source) : this.parseHcl(spec, canonical, signal);
  }

  /** Whether two texts mean the same job; a text that cannot be read equals none. */
  async sameJob(a: Jobspec, b: Jobspec, signal: AbortSignal): Promise<boolean> {
    try {
      const jobs = await Promise.all([a, b].map((spec) => this.parse(spec, true, signal)));
      return isDeepStrictEqual(jobs[0], jobs[1]);
    } catch (error) {
      if (error instanceof InvalidJobspec) return false;
      throw error;
    }
  }

  private async parseHcl(spec: Jobspec, canonicalize: boolean, signal: AbortSignal): Promise<ApiJob> {
    const declared = declaredVariables(spec.source);
    const undeclared = Object.keys(spec.variables).filter((name) => !declared.has(name));
    if (undeclared.length > 0) {
      const known = declared.size > 0 ? `it declares ${[...declared.keys()].join(", ")}` : "it declares none";
      throw new InvalidJobspec(
        `hcl2.vars sets ${undeclared.join(", ")}, which the job file does not declare; ${known}`,
      );
    }
    try {
      return await this.nomad.json<ApiJob>({
        method: "PUT",
        path: "/jobs/parse",
        body: {
          JobHCL: spec.source,
          Variables: variableFile(spec.variables, declared),
          Canonicalize: canonicalize,
        },
        signal,
      });
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== 400) throw error;
      throw new InvalidJobspec(error.body.replace(/^Failed to parse job: /, ""));
    }
  }
}

/** The job file is no valid job. */
export class InvalidJobspec extends Error {
  constructor(reason: string) {
    super(`error parsing jobspec: ${reason}`);
  }
}

/** Reads a job in JSON, as it is or under `Job`, as `nomad job run -output` writes it. */
export function parseJson(source: string): ApiJob {
  let root: unknown;
  try {
    root = JSON.parse(source);
  } catch (error) {
    throw new InvalidJobspec(error instanceof Error ? error.message : String(error));
  }
  const job = isObject(root) && isObject(root["Job"]) ? root["Job"] : root;
  if (!isObject(job) || typeof job["ID"] !== "string" || job["ID"] === "") {
    throw new InvalidJobspec("input JSON is not a valid Nomad jobspec: it has no ID");
  }
  return withoutNulls(job) as ApiJob;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// In Nomad's JSON, null says the same as nothing.
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}
