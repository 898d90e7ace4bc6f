import { resolveProgram } from "../../programs/resolve";

/** How a job is updated; what the file leaves out is null. */
export interface ParsedUpdate {
  Canary: number | null;
  AutoPromote: boolean | null;
  AutoRevert: boolean | null;
  MaxParallel: number | null;
  MinHealthyTime: number | null;
  HealthyDeadline: number | null;
}

/** The parts of a parsed job that the tests look at, in Nomad's names. */
export interface ParsedJob {
  ID: string;
  Type: string;
  Meta: Record<string, string> | null;
  Update: ParsedUpdate | null;
  TaskGroups: {
    Count: number | null;
    /** In nanoseconds, as all durations are. */
    ShutdownDelay: number | null;
    Networks: { ReservedPorts: { Label: string; Value: number }[] | null }[] | null;
    Update: ParsedUpdate | null;
    Tasks: {
      Name: string;
      Driver: string;
      Config: Record<string, unknown> | null;
      Env: Record<string, string>;
      KillTimeout: number | null;
      Lifecycle: { Hook: string; Sidecar: boolean } | null;
      Templates: { EmbeddedTmpl: string }[] | null;
    }[];
  }[];
}

/**
 * Parses a job file with the real Nomad, which needs no server for it.
 *
 * @param options of `nomad job run`
 * @throws Error with what Nomad printed
 */
export async function nomadParse(file: string, ...options: string[]): Promise<ParsedJob> {
  const { execa } = await import("execa");
  const { path } = await resolveProgram("nomad");
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("NOMAD_")));
  const result = await execa(path, ["job", "run", "-output", ...options, file], {
    env,
    extendEnv: false,
    reject: false,
  });
  if (result.exitCode !== 0) throw new Error(result.stderr || result.stdout);
  return (JSON.parse(result.stdout) as { Job: ParsedJob }).Job;
}

/** For a hook before the suite: where Nomad is neither on PATH nor in the cache, it is fetched or built first. */
export async function prepareNomad(this: Mocha.Context): Promise<void> {
  this.timeout(30 * 60_000);
  await resolveProgram("nomad");
}
