import { local } from "@pulumi/command";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { awsEnvironment } from "../aws-environment";
import { apiEnvironment } from "../cluster-apis";
import { refuse } from "../refuse";
import { type ServerRolloutArgs, serverRolloutErrors } from "./args";

export { type ServerRolloutArgs, type ServersRef, serverRolloutErrors } from "./args";

/**
 * Replaces the servers of a cluster one at a time when their launch template changes (image, instance type, configuration), and takes
 * out those that are too many when their number does.
 *
 * A new server is launched first. Once it has a vote and all are healthy, an old one ends: a follower, in the fullest zone; the leader goes last, once
 * another leads. So the cluster bears as many failures meanwhile as always. It stops at once where a server is not healthy, or a new one does not come, and the
 * update fails with the reason: the next `pulumi up` goes on from there, as after an interruption.
 *
 * It runs by the package's name with the `node` on the PATH of the machine that runs Pulumi, with that machine's AWS credentials, which
 * need `autoscaling:DescribeAutoScalingGroups`, `SetDesiredCapacity` and `TerminateInstanceInAutoScalingGroup`, and the tokens in `CONSUL_HTTP_TOKEN` and
 * `NOMAD_TOKEN`. When it is created it does nothing: servers of a new cluster are new. What is old
 * already is replaced with the next change.
 */
export class ServerRollout extends pulumi.ComponentResource {
  /** What the last run has done; empty where nothing had to be. */
  readonly changes: pulumi.Output<string>;

  constructor(name: string, args: ServerRolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ServerRollout", serverRolloutErrors(args));
    super("cos:index:ServerRollout", name, {}, opts);

    const { product, cluster, timeoutSeconds = 900 } = args;
    const region = aws.getRegionOutput({}, { parent: this }).region;
    const command = new local.Command(
      `${name}-servers`,
      {
        interpreter: ["node", "--input-type=module", "--eval"],
        update: 'import { main } from "pulumi-cos/server-rollout"; await main();',
        environment: {
          ...awsEnvironment(region),
          ...apiEnvironment(args),
          COS_ROLLOUT: pulumi.jsonStringify({
            product,
            group: cluster.autoScalingGroupName,
            servers: cluster.servers,
            template: cluster.nodeTemplateTag,
            timeoutSeconds,
          }),
        },
      },
      { parent: this },
    );

    this.changes = command.stdout;
    this.registerOutputs({ changes: this.changes });
  }
}
