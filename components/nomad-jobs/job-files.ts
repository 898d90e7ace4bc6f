import { join } from "node:path";
import { packageRoot } from "../package-root";

const path = (name: string) => join(packageRoot, "jobs", `${name}.nomad.hcl`);

/** Paths of the job files that come with this package, for {@link NomadJobArgs.file}; their variables are described in them. */
export const jobFiles = {
  /** The ingress, a system job: fabio on each client of the node pool that its variable `node_pool` names. */
  fabio: path("fabio"),
  /** The sample service, which answers `/ping`. */
  ping: path("ping"),
} as const;
