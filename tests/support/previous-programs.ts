import { join } from "node:path";
import type { Program } from "../../programs/catalog";
import { hashicorp } from "../../programs/vendors";

/** Consul and Nomad of the minor version before those of the tests: what a cluster is upgraded from. */
export const previousPrograms = {
  consul: previous("consul", "1.21.5"),
  nomad: { ...previous("nomad", "1.10.5"), needsCgo: true },
};

function previous(name: string, version: string): Program {
  return {
    name,
    version,
    versionArgs: ["version"],
    accepts: "only the pinned version",
    release: hashicorp,
    moduleDirectory: join(__dirname, "previous", name),
  };
}
