import { join } from "node:path";
import { parseConfig } from "../../config";
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
    config: parseConfig({ "cos:target": "existing", "cos:existing": { consulAddress, nomadAddress } }),
    consulAddress: new URL(consulAddress),
    nomadAddress: new URL(nomadAddress),
    processes: new ProcessTable(join(directory, "run")),
  };
}
