import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, publish, workAlone } from "./cache";
import { catalog, programNames, type Program, type ProgramName } from "./catalog";
import { goBuild, neededGo } from "./go-build";
import { askVersion, findOnPath, isExecutable } from "./path-lookup";
import { downloadRelease } from "./release";

export interface ResolvedProgram {
  name: string;
  version: string;
  /** Absolute path of the executable file. */
  path: string;
  /** Where it was found, or how it has just come into the cache. */
  source: "PATH" | "cache" | "release" | "build";
}

export interface ResolveOptions {
  /** @default process.env */
  env?: NodeJS.ProcessEnv | undefined;
  /** Told, often, what is being done; short enough for a line. */
  onProgress?: ((message: string) => void) | undefined;
  /** Interrupts the work; the promise then rejects with the signal's reason, and nothing half-done stays. */
  signal?: AbortSignal | undefined;
}

/** One way to get a program, and why it did not work. */
export interface Attempt {
  way: string;
  reason: string;
}

/** No way to get a program has worked. The message says what was tried and what would help. */
export class ProgramUnavailableError extends Error {
  override readonly name = "ProgramUnavailableError";

  constructor(
    readonly program: string,
    readonly version: string,
    readonly attempts: readonly Attempt[],
    remedies: readonly string[],
  ) {
    super(
      [
        `${program} ${version} is needed, and there is no way to get it here. Tried:`,
        ...attempts.map(({ way, reason }) => `  - ${way}: ${reason}`),
        "Any one of these would do:",
        ...remedies.map((remedy) => `  - ${remedy}`),
      ].join("\n"),
    );
  }
}

/**
 * Finds a pinned program: on PATH, in the user's cache, as the vendor's release, or by building it.
 *
 * `COS_MIRROR_HASHICORP` and `COS_MIRROR_FABIO` (URLs) replace the vendors' sites; see programs/vendors.ts.
 * @throws {@link ProgramUnavailableError} when no way works
 */
export function resolveProgram(name: ProgramName, options: ResolveOptions = {}): Promise<ResolvedProgram> {
  return resolve(catalog[name], options);
}

/** Finds pinned programs, by default all of them, one after the other. */
export async function resolvePrograms(
  names: readonly ProgramName[] = programNames,
  options: ResolveOptions = {},
): Promise<ResolvedProgram[]> {
  const resolved: ResolvedProgram[] = [];
  for (const name of names) resolved.push(await resolveProgram(name, options));
  return resolved;
}

/** What {@link resolveProgram} does, for any program. */
export async function resolve(program: Program, options: ResolveOptions = {}): Promise<ResolvedProgram> {
  const { env = process.env, onProgress = () => undefined, signal } = options;
  const { name, version } = program;
  const cache = cacheDirectory(env);
  const context = { cache, env, onProgress, signal };
  signal?.throwIfAborted();

  const onPath = await findOnPath(program, context);
  if ("path" in onPath) return { name, ...onPath, source: "PATH" };

  const directory = join(cache, "programs", name, version, `${process.platform}-${process.arch}`);
  const path = join(directory, name);
  if (isExecutable(path)) return { name, version, path, source: "cache" };
  const attempts: Attempt[] = [
    { way: "PATH", reason: onPath.reason },
    { way: "cache", reason: `no ${path}` },
  ];

  const key = `${name}-${version}`;
  const onWait = ({ pid }: { pid: number }) => {
    onProgress(`waiting for process ${pid}, which is getting ${name} ${version}`);
  };
  return workAlone(cache, key, { onWait, signal }, async () => {
    if (isExecutable(path)) return { name, version, path, source: "cache" };
    for (const way of waysToGet(program)) {
      try {
        await publish(cache, key, directory, async (temporary) => {
          await way.get(temporary, context);
          await checkVersion(program, join(temporary, name), context);
        });
        return { name, version, path, source: way.source };
      } catch (error) {
        signal?.throwIfAborted();
        attempts.push({ way: way.title, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    throw new ProgramUnavailableError(name, version, attempts, await remedies(program));
  });
}

type Context = Parameters<typeof goBuild>[2] & Parameters<typeof findOnPath>[1];

interface Way {
  title: string;
  source: ResolvedProgram["source"];
  get(directory: string, context: Context): Promise<void>;
}

function waysToGet(program: Program): Way[] {
  const { release } = program;
  return [
    {
      title: "the vendor's release",
      source: "release",
      get: (directory, context) =>
        "notTaken" in release
          ? Promise.reject(new Error(release.notTaken))
          : downloadRelease(program, release, directory, context),
    },
    ...(isBuilt(program)
      ? [
          {
            title: "go build of the pinned module",
            source: "build" as const,
            get: (directory: string, context: Context) => goBuild(program, directory, context),
          },
        ]
      : []),
  ];
}

/** Whether it can be built here: the npm package has no Go modules. */
const isBuilt = ({ moduleDirectory }: Program): boolean => existsSync(moduleDirectory);

/** What has just been made must run on this machine and be what was asked for. */
async function checkVersion(program: Program, path: string, context: Context): Promise<void> {
  if (!program.versionArgs) return;
  const version = await askVersion(program, path, context);
  if (version !== program.version) throw new Error(`that made version ${version}`);
}

async function remedies(program: Program): Promise<string[]> {
  const { name, version, shippedWith, release } = program;
  const wanted = (of: Program) =>
    `${of.name} ${of.version}${of.accepts === "newer of the same major" ? " or newer" : ""}`;
  return [
    shippedWith
      ? `install ${wanted(shippedWith)} with its ${name} in a directory of PATH`
      : `install ${wanted(program)} in a directory of PATH`,
    ...("notTaken" in release
      ? []
      : [
          `allow network access to ${new URL(release.baseUrl).host}, or set ${release.mirrorVariable} to a mirror's URL`,
        ]),
    ...(isBuilt(program)
      ? [
          `install Go ${await neededGo(program)} or newer${program.needsCgo ? " and a C compiler" : ""}, with access to Go modules, to build ${name} ${version}`,
        ]
      : []),
  ];
}
