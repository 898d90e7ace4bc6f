import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cacheDirectory, workAlone } from "./cache";
import { executablesOnPath, isExecutable } from "./path-lookup";
import type { Attempt, ResolveOptions } from "./resolve";

export interface ResolvedPlugin {
  name: string;
  /** The version that the installed npm package asks the engine for. */
  version: string;
  /** Whether it was there, has just been downloaded, or is replaced by this project's stand-in. */
  source: "installed" | "downloaded" | "stand-in";
  /** Directory that must be on the engine's PATH; none for a plugin in Pulumi's own directory. */
  binDir?: string;
}

export interface PluginOptions extends ResolveOptions {
  /** Path of the pulumi program. */
  pulumi: string;
  /** How long a download may take, in milliseconds. @default 120000 */
  downloadTimeout?: number;
  /** Where `<name>/pulumi-resource-<name>` are. @default plugins */
  standIns?: string;
  /** The wanted version of a plugin. @default what the installed npm package `@pulumi/<name>` names */
  versionOf?: (name: string) => string;
}

/** A resource plugin can neither be found nor downloaded, and has no stand-in. The message says what was tried. */
export class PluginUnavailableError extends Error {
  override readonly name = "PluginUnavailableError";

  constructor(
    readonly plugin: string,
    readonly version: string,
    readonly attempts: readonly Attempt[],
  ) {
    super(
      [
        `the Pulumi plugin ${plugin} ${version} is needed, and there is no way to get it here. Tried:`,
        ...attempts.map(({ way, reason }) => `  - ${way}: ${reason}`),
        `With network access, this gets it: pulumi plugin install resource ${plugin} ${version}`,
      ].join("\n"),
    );
  }
}

/** Where Pulumi keeps plugins: `$PULUMI_HOME`, by default `~/.pulumi`. */
export function pulumiHome(env: NodeJS.ProcessEnv): string {
  return env.PULUMI_HOME || join(env.HOME ?? homedir(), ".pulumi");
}

/**
 * Finds Pulumi's resource plugins: installed ones, else by downloading them, else this project's stand-ins.
 *
 * A download that failed is tried again after a day, or at once with `COS_RETRY_PLUGINS=1` in the environment.
 * @throws {@link PluginUnavailableError}
 */
export function resolvePlugins(names: readonly string[], options: PluginOptions): Promise<ResolvedPlugin[]> {
  return Promise.all(names.map((name) => resolvePlugin(name, options)));
}

async function resolvePlugin(name: string, options: PluginOptions): Promise<ResolvedPlugin> {
  const { env = process.env, onProgress = () => undefined, signal, versionOf = packageVersion } = options;
  const version = versionOf(name);
  const executable = `pulumi-resource-${name}`;
  const standIn = join(options.standIns ?? join(__dirname, "..", "plugins"), name);
  const cache = cacheDirectory(env);
  const attempts: Attempt[] = [];

  // The engine prefers what is on PATH to what is in its own directory, whatever its version.
  const onPath = executablesOnPath(executable, env)
    .map(dirname)
    .find((directory) => directory !== standIn);
  if (onPath !== undefined) return { name, version, source: "installed", binDir: onPath };
  attempts.push({ way: "PATH", reason: `no ${executable} in its directories` });

  const home = pulumiHome(env);
  const installed = join(home, "plugins", `resource-${name}-v${version}`);
  // The engine marks what it has not finished installing.
  const isInstalled = () => isExecutable(join(installed, executable)) && !existsSync(`${installed}.partial`);
  if (isInstalled()) return { name, version, source: "installed" };
  attempts.push({ way: "Pulumi's plugins", reason: `no ${installed}` });

  const failure = join(cache, "plugins", `${name}-${version}.failed`);
  let reason = await rememberedFailure(failure, env);
  if (reason === undefined) {
    const onWait = ({ pid }: { pid: number }) => {
      onProgress(`waiting for process ${pid}, which is getting the plugin ${name} ${version}`);
    };
    const outcome = await workAlone(cache, `plugin-${name}-${version}`, { onWait, signal }, async () => {
      if (isInstalled()) return "installed";
      const known = await rememberedFailure(failure, env);
      if (known !== undefined) return { reason: known };
      onProgress(`downloading the plugin ${name} ${version}`);
      const problem = await install(name, version, home, { ...options, env });
      signal?.throwIfAborted();
      if (problem === undefined && isInstalled()) {
        await rm(failure, { force: true });
        return "downloaded";
      }
      const why = problem ?? `pulumi plugin install left no ${installed}`;
      await remember(failure, why);
      return { reason: why };
    });
    if (typeof outcome === "string") return { name, version, source: outcome };
    reason = outcome.reason;
  }
  attempts.push({ way: "download", reason });

  if (isExecutable(join(standIn, executable))) return { name, version, source: "stand-in", binDir: standIn };
  attempts.push({ way: "stand-in", reason: `no executable ${join(standIn, executable)}` });
  throw new PluginUnavailableError(name, version, attempts);
}

/** The plugin's version that the npm package asks for. */
function packageVersion(name: string): string {
  const path = createRequire(__filename).resolve(`@pulumi/${name}/package.json`);
  const description = JSON.parse(readFileSync(path, "utf8")) as { version: string; pulumi?: { version?: string } };
  return description.pulumi?.version ?? description.version;
}

/** Has Pulumi download a plugin; returns what went wrong, if anything. */
async function install(
  name: string,
  version: string,
  home: string,
  { pulumi, env, signal, downloadTimeout = 120_000 }: PluginOptions,
): Promise<string | undefined> {
  const { execa } = await import("execa");
  const result = await execa(pulumi, ["plugin", "install", "resource", name, version], {
    env: { ...env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: downloadTimeout,
    ...(signal && { cancelSignal: signal }),
  });
  if (!result.failed) return undefined;
  if (result.timedOut) return `it took more than ${downloadTimeout / 1000} s`;
  // The engine's last line only counts its attempts; what was wrong with them stands in the warnings before it.
  const lines = result.all.trim().split("\n");
  const warning = lines.map((line) => /^warning: Error downloading plugin: (.+)/.exec(line)?.[1]).findLast(Boolean);
  return warning ?? (lines.at(-1) || result.shortMessage);
}

/** Why the download failed lately; undefined if it did not, or may be tried again. */
async function rememberedFailure(file: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const day = 24 * 60 * 60 * 1000;
  if (env.COS_RETRY_PLUGINS === "1") return undefined;
  try {
    const { mtimeMs } = await stat(file);
    return Date.now() - mtimeMs < day
      ? `failed at ${new Date(mtimeMs).toISOString()}, to be tried again a day later or with COS_RETRY_PLUGINS=1: ${await readFile(file, "utf8")}`
      : undefined;
  } catch {
    return undefined;
  }
}

async function remember(file: string, reason: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, reason);
}
