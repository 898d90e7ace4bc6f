import { resolveProgram } from "../../tools/programs";

/** The parts of a parsed job that the tests look at, in Nomad's names. */
export interface ParsedJob {
  ID: string;
  Type: string;
  Meta: Record<string, string> | null;
  TaskGroups: {
    Count: number | null;
    Update: { Canary: number; AutoPromote: boolean; AutoRevert: boolean; MaxParallel: number } | null;
    Tasks: { Name: string; Driver: string; Config: Record<string, unknown> | null; Env: Record<string, string> }[];
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
