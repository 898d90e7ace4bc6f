import { dirname } from "node:path";
import { localProgramNames, ProgramName } from "../programs/catalog";
import { pulumiHome, resolvePlugins } from "../programs/provider-plugins";
import { resolvePrograms } from "../programs/resolve";
import { throttle } from "../programs/throttle";
import type { Programs } from "./agents";
import type { Engine } from "./stack";

/** Everything that the local run executes. */
export interface LocalPrograms extends Programs, Engine {}

/** Finds, fetches or builds every program and every provider plugin that the local run needs. */
export async function resolveLocalPrograms(
  signal: AbortSignal,
  onProgress: (message: string) => void,
): Promise<LocalPrograms> {
  // A build tells of each package; a log needs less of it than a terminal.
  const tell = throttle(onProgress, process.stdout.isTTY ? 100 : 10_000);
  const found = await resolvePrograms(localProgramNames, { signal, onProgress: tell });
  const paths = Object.fromEntries(found.map(({ name, path }) => [name, path])) as Record<ProgramName, string>;
  const plugins = await resolvePlugins(["nomad", "command"], { pulumi: paths.pulumi, signal, onProgress });
  return {
    agents: { consul: paths.consul, nomad: paths.nomad },
    taskPath: [dirname(paths.fabio)],
    pulumi: paths.pulumi,
    path: [dirname(paths["pulumi-language-nodejs"]), ...plugins.flatMap(({ binDir }) => binDir ?? [])],
    home: pulumiHome(process.env),
  };
}
