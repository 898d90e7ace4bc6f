import { createRequire } from "node:module";
import type * as components from "./components";
import type { CosArgs } from "./components/cos";
import { ExistingCluster } from "./components/existing-cluster";
import { NomadJobs } from "./components/nomad-jobs";
import { loadConfig } from "./stack-config";

const config = loadConfig();

// A cluster that this program makes on AWS, or one that is there already, and the jobs that run on it.
const made = config.target === "aws" ? newCos(config.cos) : new ExistingCluster("cluster", config.existing);
const jobs = new NomadJobs("jobs", { jobs: config.jobs }, made.forJobs);

export const consulAddress = made.consulAddress;
export const nomadAddress = made.nomadAddress;
export const caPem = made.caPem;
export const access = made.access;
export const clusterWarning = made.warning;
export const jobIds = jobs.ids;
export const cluster = made.outputs;

/** AWS's packages take longer to load than everything else together: stacks without AWS do without them. */
function newCos(args: CosArgs) {
  const { Cos } = createRequire(__filename)("./components") as typeof components;
  return new Cos("cos", args);
}
