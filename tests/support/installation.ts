import { join } from "node:path";
import { type ExistingConfig, parseConfig } from "../../config";
import type { Installation } from "../../local/installation";
import { ProcessTable } from "../../local/processes";

const root = join(__dirname, "..", "..");

/** An installation in a directory, whose agents are reached under two addresses, with no jobs. */
export function installationIn(
  directory: string,
  consulAddress = "http://127.0.0.1:8500",
  nomadAddress = "http://127.0.0.1:4646",
): Installation {
  return {
    root,
    directory,
    configFile: join(directory, "Pulumi.local.yaml"),
    config: existingConfig({ consulAddress, nomadAddress }),
    consulAddress: new URL(consulAddress),
    nomadAddress: new URL(nomadAddress),
    processes: new ProcessTable(join(directory, "run")),
    security: () => undefined,
  };
}

/** The configuration of a stack for a cluster that is there already. */
export function existingConfig(existing: object, jobs: object[] = []): ExistingConfig {
  const config = parseConfig({ "cos:target": "existing", "cos:existing": existing, "cos:jobs": jobs });
  if (config.target === "existing") return config;
  throw new Error("not the target that was asked for");
}
