import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Program } from "./catalog";

export interface LookupContext {
  cache: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}

export type Lookup = { path: string; version: string } | { reason: string };

/** Looks for a program of a suitable version on PATH; otherwise says what was found instead. */
export async function findOnPath(program: Program, context: LookupContext): Promise<Lookup> {
  if (program.shippedWith) return findBeside(program, program.shippedWith, context);
  const rejected: string[] = [];
  for (const path of executablesOnPath(program.name, context.env)) {
    try {
      const version = await rememberedVersion(program, path, context);
      if (isSuitable(program, version)) return { path, version };
      rejected.push(`${path} is ${version}`);
    } catch (error) {
      context.signal?.throwIfAborted();
      rejected.push(`${path} does not say its version (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return { reason: rejected.join("; ") || `no ${program.name} in its directories` };
}

/** Absolute paths of the executable files of that name on PATH, in its order. */
export function executablesOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .map((directory) => join(directory, name))
    .filter(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs a program to ask it for its version. Rejects when it fails, takes more than 10 seconds or prints none. */
export async function askVersion(program: Program, path: string, context: LookupContext): Promise<string> {
  // Loaded only here: what is already known must not cost the time of loading it.
  const { execa } = await import("execa");
  const { stdout } = await execa(path, program.versionArgs ?? [], {
    // Neither Pulumi nor HashiCorp's programs shall ask the network whether there is a newer one.
    env: { ...context.env, PULUMI_SKIP_UPDATE_CHECK: "true", CHECKPOINT_DISABLE: "1" },
    extendEnv: false,
    timeout: 10_000,
    ...(context.signal && { cancelSignal: context.signal }),
  });
  const version = /(?:^|\s)v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`it printed ${JSON.stringify(stdout.slice(0, 80))}`);
  return version;
}

async function findBeside(program: Program, companion: Program, context: LookupContext): Promise<Lookup> {
  const found = await findOnPath(companion, context);
  if ("reason" in found) return { reason: `no suitable ${companion.name} there, beside which it would be` };
  const directories = [dirname(found.path), dirname(realpathSync(found.path))];
  const path = directories.map((directory) => join(directory, program.name)).find(isExecutable);
  return path ? { path, version: found.version } : { reason: `none beside ${found.path}` };
}

function isSuitable(program: Program, version: string): boolean {
  if (program.accepts === "only the pinned version") return version === program.version;
  const [major, minor, patch] = numbers(version);
  const [pinnedMajor, pinnedMinor, pinnedPatch] = numbers(program.version);
  // A pre-release has a patch that is not a number, so it is never suitable.
  return major === pinnedMajor && (minor > pinnedMinor ? patch >= 0 : minor === pinnedMinor && patch >= pinnedPatch);
}

function numbers(version: string): [major: number, minor: number, patch: number] {
  const [major, minor, ...patch] = version.split(".");
  return [Number(major), Number(minor), Number(patch.join("."))];
}

/** The version of an executable file; it is run only if that file, as it is, was never asked before. */
async function rememberedVersion(program: Program, path: string, context: LookupContext): Promise<string> {
  const memory = join(context.cache, "versions", fingerprint(path, statSync(path)));
  const known = readKnown(memory);
  if (known !== undefined) return known;
  const version = await askVersion(program, path, context);
  // A cache that cannot be written to costs time, nothing else.
  await mkdir(dirname(memory), { recursive: true })
    .then(() => writeFile(memory, `${version}\n`))
    .catch(() => undefined);
  return version;
}

const fingerprint = (path: string, { size, mtimeMs, ctimeMs, ino }: Stats): string =>
  createHash("sha256").update([path, size, mtimeMs, ctimeMs, ino].join("\n")).digest("hex").slice(0, 32);

function readKnown(memory: string): string | undefined {
  try {
    return /^(\S+)\n$/.exec(readFileSync(memory, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
