import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { regionalArns } from "../arn";
import { consulConfigFile, consulNodeAgent } from "../consul-cluster/node-agent";
import { NodeGroup } from "../node";
import { nomadConfigFile, nomadNodeAgent } from "../nomad-cluster/node-agent";
import { tlsFileErrors } from "../node/tls-files";
import { portGraph } from "../ports";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { clientOptions, dockerConfigPath, pullsFromEcr } from "./agent-options";
import { type ClientPoolArgs, clientPoolErrors } from "./args";
import { sizesOf } from "./defaults";
import { hostVolumesOf } from "./host-volumes";
import { dockerConfig, poolStatements } from "./policy";
import type { ClientPoolRef } from "./ref";

export { type BucketAccess, type ClientPoolArgs, clientPoolErrors, type HostVolume, type WithHostVolume } from "./args";
export type { ClientPoolRef } from "./ref";

/**
 * A pool of Nomad clients: equal nodes that run tasks, as many as its Auto Scaling group says, in one Nomad datacenter, node
 * pool and node class.
 *
 * Its nodes are in the cluster's security groups of clients, and in one of its own, which has no rules but those that `metrics` asks
 * for: it is what the pool is to load balancers and other parts that are told of it.
 */
export class ClientPool extends pulumi.ComponentResource implements ClientPoolRef {
  /** Name of the pool: the value of its nodes' tag `cos-pool`. */
  readonly poolName: string;
  /** Nomad datacenter of the nodes. */
  readonly datacenter: string;
  /** Nomad node pool of the nodes. */
  readonly nodePool: string;
  /** Class of the nodes. */
  readonly nodeClass: string;
  /** Least number of nodes. */
  readonly minSize: number;
  /** Largest number of nodes. */
  readonly maxSize: number;
  /** Name of the Auto Scaling group. */
  readonly autoScalingGroupName: pulumi.Output<string>;
  /** ID of the pool's own security group. */
  readonly securityGroupId: pulumi.Output<string>;
  /** ARN of the nodes' role. */
  readonly roleArn: pulumi.Output<string>;
  /** Name of the nodes' role. */
  readonly roleName: pulumi.Output<string>;
  /** ID of the launch template. */
  readonly launchTemplateId: pulumi.Output<string>;
  /** Value of the tag `cos-template` that nodes of the present launch template have. */
  readonly nodeTemplateTag: pulumi.Output<string>;

  constructor(name: string, args: ClientPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    const agents = { nomad: args.cluster.tls, consul: args.cluster.consul.tls };
    refuse("ClientPool", [...clientPoolErrors(args), ...tlsFileErrors(args.secrets, agents)]);
    super("cos:index:ClientPool", name, {}, opts);

    const { cluster, vpcId, tags } = args;
    const sizes = sizesOf(args);
    this.poolName = args.poolName ?? name;
    this.datacenter = args.datacenter ?? this.poolName;
    this.minSize = sizes.minSize;
    this.maxSize = sizes.maxSize;
    const client = clientOptions(this.poolName, args);
    this.nodePool = client.nodePool;
    this.nodeClass = client.nodeClass;

    const group = securityGroup(
      `${name}-security-group`,
      { vpcId, description: `Nomad clients of the pool ${this.poolName}`, tags },
      { parent: this },
    );
    if (args.metrics) {
      const parties = {
        metrics: [{ securityGroupId: group.id }],
        "nomad-server": [{ securityGroupId: cluster.serverSecurityGroupId }],
        client: [{ securityGroupId: cluster.clientSecurityGroupId }],
      };
      const edges = portGraph.filter(({ from }) => from === "metrics");
      allow(name, edges, parties, { parent: this }, tags);
    }
    const repositories = this.repositories(args);
    const nodes = new NodeGroup(
      `${name}-nodes`,
      {
        ...args,
        ...sizes,
        clusterName: args.clusterName ?? cluster.joinTag.value,
        role: "client",
        pool: this.poolName,
        roleSecurityGroupIds: [
          cluster.clientSecurityGroupId,
          ...((args.serviceToService ?? true) ? [cluster.serviceSecurityGroupId] : []),
          group.id,
        ],
        roleStatements: poolStatements({ repositories, buckets: this.buckets(args) }),
        files: {
          ...this.agentFiles(args, client),
          ...(pullsFromEcr(args) && { [dockerConfigPath]: pulumi.all(repositories).apply(dockerConfig) }),
        },
        directories: hostVolumesOf(args).map(({ path }) => path),
      },
      { parent: this },
    );

    this.autoScalingGroupName = nodes.autoScalingGroupName;
    this.securityGroupId = group.id;
    this.roleArn = nodes.roleArn;
    this.roleName = nodes.roleName;
    this.launchTemplateId = nodes.launchTemplateId;
    this.nodeTemplateTag = nodes.nodeTemplateTag;
    this.registerOutputs({
      poolName: this.poolName,
      datacenter: this.datacenter,
      nodePool: this.nodePool,
      nodeClass: this.nodeClass,
      minSize: this.minSize,
      maxSize: this.maxSize,
      autoScalingGroupName: this.autoScalingGroupName,
      securityGroupId: this.securityGroupId,
      roleArn: this.roleArn,
      roleName: this.roleName,
      launchTemplateId: this.launchTemplateId,
      nodeTemplateTag: this.nodeTemplateTag,
    });
  }

  private agentFiles({ cluster }: ClientPoolArgs, client: ReturnType<typeof clientOptions>) {
    const { consul } = cluster;
    const awsRegion = aws.getRegionOutput({}, { parent: this }).region;
    return {
      [consulConfigFile]: pulumi
        .all([consul.datacenter, awsRegion])
        .apply(([datacenter, region]) =>
          consulNodeAgent({ datacenter, joinTag: consul.joinTag, awsRegion: region, tls: consul.tls }),
        ),
      [nomadConfigFile]: pulumi.all([cluster.region, awsRegion]).apply(([nomadRegion, region]) =>
        nomadNodeAgent({
          region: nomadRegion,
          datacenter: this.datacenter,
          joinTag: cluster.joinTag,
          awsRegion: region,
          tls: cluster.tls,
          client,
        }),
      ),
    };
  }

  /** ARNs of the repositories that nodes may pull from. */
  private repositories({ ecrPull }: ClientPoolArgs): pulumi.Input<string>[] {
    if (Array.isArray(ecrPull)) return ecrPull;
    if (ecrPull !== true) return [];
    return [regionalArns({ parent: this })("ecr", "repository/*")];
  }

  private buckets({ buckets = [] }: ClientPoolArgs) {
    if (buckets.length === 0) return [];
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    return buckets.map(({ name, access }) => ({ arn: pulumi.interpolate`arn:${partition}:s3:::${name}`, access }));
  }
}
