import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../refuse";
import { type ClusterRecordArgs, clusterRecordErrors } from "./args";

export { type ClusterRecordArgs, clusterRecordErrors, type RecordedCluster } from "./args";

/**
 * The record that clusters have formed: an SSM parameter for each, which their servers look for at boot. Make it depend on a
 * `ReadyGate`.
 *
 * Without the record, servers without data wait for each other and form a cluster: as they must the first time. With it, such a
 * server joins the cluster, and never begins a second, empty one, not even where all servers are new. A restore from a snapshot,
 * after the loss of all servers, needs the record away: leave the component out until the new servers have a leader.
 */
export class ClusterRecord extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ClusterRecord", clusterRecordErrors(args));
    super("cos:index:ClusterRecord", name, {}, opts);

    const { consul, nomad, tags, transform } = args;
    for (const [key, cluster] of Object.entries({ consul, nomad })) {
      if (!cluster) continue;
      new aws.ssm.Parameter(
        `${name}-${key}`,
        {
          name: cluster.formedParameter,
          type: "String",
          value: "formed",
          description: `The ${key === "consul" ? "Consul" : "Nomad"} cluster has formed: servers without data join it`,
          tags: { ...tags, Name: `${name}-${key}` },
          ...transform?.parameter,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
