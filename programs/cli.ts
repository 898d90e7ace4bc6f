/** Resolves pinned programs, by default all, and prints a line for each: name, version, source, path. */
import { programNames, type ProgramName } from "./catalog";
import { resolvePrograms } from "./resolve";
import { throttle } from "./throttle";

/** Progress comes with every package compiled; a log needs less of it. In milliseconds. */
const progressInterval = 5_000;

function isProgramName(name: string): name is ProgramName {
  return (programNames as readonly string[]).includes(name);
}

async function main(names: string[]): Promise<void> {
  const wanted = names.filter(isProgramName);
  if (wanted.length < names.length) {
    const unknown = names.filter((name) => !isProgramName(name));
    throw new RangeError(`unknown program ${unknown.join(", ")}; known are ${programNames.join(", ")}`);
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interrupted.abort(new Error(`interrupted by ${signal}`));
    });
  }
  const onProgress = throttle((message) => process.stderr.write(`${message}\n`), progressInterval);
  for (const program of await resolvePrograms(wanted.length > 0 ? wanted : programNames, {
    onProgress,
    signal: interrupted.signal,
  })) {
    process.stdout.write(`${program.name} ${program.version} ${program.source} ${program.path}\n`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
