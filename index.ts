import type { CosArgs } from "./components/cos";
import { ExistingCluster } from "./components/existing-cluster";
import { NomadJobs } from "./components/nomad-jobs";
import { loadConfig } from "./stack-config";

/** The program: a cluster, made on AWS or there already, and the jobs that run on it. */
export = async () => {
  const config = loadConfig();
  const cluster =
    config.target === "aws" ? await makeCluster(config.cos) : new ExistingCluster("cluster", config.existing);
  const jobs = new NomadJobs("jobs", { jobs: config.jobs }, cluster.forJobs);
  return {
    consulAddress: cluster.consulAddress,
    nomadAddress: cluster.nomadAddress,
    clusterWarning: cluster.warning,
    jobIds: jobs.ids,
    cluster: cluster.outputs,
  };
};

/** AWS's packages take longer to load than everything else together: stacks without AWS do without them. */
async function makeCluster(args: CosArgs) {
  const { Cos } = await import("./components/cos");
  return new Cos("cos", args);
}
