import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Program } from "./catalog";
import { executablesOnPath } from "./path-lookup";

export interface BuildContext {
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/** Builds the program from its pinned Go module into a directory, as a file of the program's name. */
export async function goBuild(program: Program, directory: string, context: BuildContext): Promise<void> {
  const { env, signal } = context;
  const [go] = executablesOnPath("go", env);
  if (go === undefined) throw new Error("there is no go on PATH");
  const { execa } = await import("execa");
  const cancel = signal ? { cancelSignal: signal } : {};

  // Asked outside of the module, where go does not switch to another version of itself.
  const asked = await execa(go, ["env", "GOVERSION", "GOTOOLCHAIN"], {
    env,
    extendEnv: false,
    cwd: directory,
    ...cancel,
  });
  const [version = "", toolchain = ""] = asked.stdout.split("\n");
  const needed = await neededGo(program);
  if (isOlder(version, needed) && (toolchain === "local" || isOlder(version, "1.21"))) {
    throw new Error(`${go} is ${version}, but its module needs Go ${needed} or newer`);
  }

  const build = execa(
    go,
    ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-v", `-ldflags=${linkerFlags(program)}`].concat(
      "-o",
      join(directory, program.name),
      "tool",
    ),
    {
      cwd: program.moduleDirectory,
      // GOTMPDIR: what a killed build leaves behind is then removed with the directory.
      env: { ...env, CGO_ENABLED: program.needsCgo ? "1" : "0", GOWORK: "off", GOTMPDIR: directory },
      extendEnv: false,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      buffer: false,
      reject: false,
      // Upon SIGINT go removes what it has begun.
      killSignal: "SIGINT",
      ...cancel,
    },
  );
  const said: string[] = [];
  let packages = 0;
  for await (const line of build.iterable({ from: "stderr" })) {
    if (/^\S+$/.test(line)) packages += 1;
    else if (!line.startsWith("go: downloading ")) said.push(line);
    context.onProgress(
      packages === 0
        ? `building ${program.name} ${program.version} with ${version}: ${line}`
        : `building ${program.name} ${program.version} with ${version}: ${packages} packages compiled`,
    );
  }
  const result = await build;
  signal?.throwIfAborted();
  if (result.failed) throw new Error(`go build fails: ${said.slice(-5).join("; ") || result.shortMessage}`);
  if (program.flags) await addFlags(join(directory, program.name), program.flags);
}

/** Puts a script in the place of a program, which starts it with some flags before those that it gets itself. */
async function addFlags(path: string, flags: readonly string[]): Promise<void> {
  await rename(path, `${path}.bin`);
  const script = `#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/${basename(path)}.bin" ${flags.join(" ")} "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
}

/** The oldest Go that builds the program: the `go` line of its module. */
export async function neededGo(program: Program): Promise<string> {
  const text = await readFile(join(program.moduleDirectory, "go.mod"), "utf8");
  const version = /^go (\S+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`${program.moduleDirectory}/go.mod has no go line`);
  return version;
}

function linkerFlags(program: Program): string {
  const withoutDebugInformation = "-s -w";
  return program.versionVariable
    ? `${withoutDebugInformation} -X ${program.versionVariable}=v${program.version}`
    : withoutDebugInformation;
}

/** Compares versions of Go such as `go1.25.7`, `1.26` and `go1.27rc1`. */
function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => [...text.matchAll(/\d+/g)].map(Number);
  const [a, b] = [numbers(version), numbers(than)];
  for (const [i, right] of b.entries()) {
    const left = a[i] ?? 0;
    if (left !== right) return left < right;
  }
  return false;
}
