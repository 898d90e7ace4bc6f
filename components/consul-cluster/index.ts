import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AutopilotSettings, autopilotSettings } from "../cluster-settings/autopilot";
import { clusterNameOf, formedParameter } from "../cluster-settings/names";
import { defaultServers, nodeOptionsOf, serverInstanceType, serverRaftMultiplier } from "../cluster-settings/servers";
import { NodeGroup } from "../node";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { type ConsulClusterArgs, consulClusterErrors } from "./args";
import { consulConfigFile, consulNodeAgent } from "./node-agent";
import type { ConsulClusterRef, JoinTag } from "./ref";
import { consulTraffic } from "./traffic";

export { type ConsulClusterArgs, consulClusterErrors, type ConsulFederation } from "./args";
export type { ConsulClusterRef, JoinTag } from "./ref";

/**
 * The servers of a Consul datacenter, in an Auto Scaling group of a fixed size: each is replaced when it dies, and the new
 * one finds the others by their tag. Autopilot removes the dead one once the new one is in.
 *
 * Autopilot's settings in the servers' files count when the cluster is made; later changes go through the API: see
 * `ClusterSettings`.
 */
export class ConsulCluster extends pulumi.ComponentResource implements ConsulClusterRef {
  /** Name of the cluster: the value of its nodes' tag `cos-cluster`. */
  readonly clusterName: string;
  /** Consul datacenter. */
  readonly datacenter: pulumi.Output<string>;
  /** Tag of the servers, by which agents join. */
  readonly joinTag: JoinTag;
  /** Whether agents know each other by certificates. */
  readonly tls: boolean;
  /** ID of the servers' security group. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Number of servers. */
  readonly servers: number;
  /** Name of the servers' Auto Scaling group. */
  readonly autoScalingGroupName: pulumi.Output<string>;
  /** ARN of the servers' role. */
  readonly roleArn: pulumi.Output<string>;
  /** Name of the servers' role. */
  readonly roleName: pulumi.Output<string>;
  /** ID of the servers' launch template. */
  readonly launchTemplateId: pulumi.Output<string>;
  /** Value of the tag `cos-template` that servers of the present launch template have. */
  readonly nodeTemplateTag: pulumi.Output<string>;
  /** Autopilot's settings, with nothing left open. */
  readonly autopilot: AutopilotSettings;
  /** Name of the SSM parameter that is to exist once the cluster has formed: see `ClusterRecord`. */
  readonly formedParameter: pulumi.Output<string>;

  constructor(name: string, args: ConsulClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ConsulCluster", consulClusterErrors(args));
    super("cos:index:ConsulCluster", name, {}, opts);

    const { vpcId, subnetIds, image, federation, tags } = args;
    const raftMultiplier = serverRaftMultiplier(args);
    const awsRegion = aws.getRegionOutput({}, { parent: this }).region;
    this.clusterName = clusterNameOf(name, args);
    this.datacenter = pulumi.output(args.datacenter ?? awsRegion);
    this.joinTag = { key: "cos-consul-servers", value: this.clusterName };
    this.tls = args.tls ?? false;
    this.servers = args.servers ?? defaultServers;
    this.autopilot = autopilotSettings(this.servers, raftMultiplier, args.autopilot);

    const group = securityGroup(
      `${name}-security-group`,
      { vpcId, description: "Consul servers", tags },
      { parent: this },
    );
    this.formedParameter = formedParameter(group.id);
    const traffic = consulTraffic(args, group.id);
    const rules = allow(name, traffic.edges, traffic.parties, { parent: this }, tags);

    const config = pulumi
      .all([this.datacenter, awsRegion, federation?.primaryDatacenter])
      .apply(([datacenter, region, primaryDatacenter]) =>
        consulNodeAgent({
          datacenter,
          joinTag: this.joinTag,
          awsRegion: region,
          tls: this.tls,
          server: {
            expect: this.servers,
            raftMultiplier,
            autopilot: this.autopilot,
            federation:
              primaryDatacenter === undefined ? undefined : { primaryDatacenter, retryJoin: federation?.retryJoin },
          },
        }),
      );
    const nodes = new NodeGroup(
      `${name}-servers`,
      {
        ...nodeOptionsOf(args),
        clusterName: this.clusterName,
        role: "consul-server",
        image,
        instanceTypes: [serverInstanceType(args)],
        subnetIds,
        roleSecurityGroupIds: [group.id],
        formedParameter: this.formedParameter,
        replaceUnhealthyAfterSeconds: args.replaceUnhealthyAfterSeconds,
        minSize: this.servers,
        maxSize: this.servers,
        files: { [consulConfigFile]: config },
        joinTags: { [this.joinTag.key]: this.joinTag.value },
      },
      // Nodes call AWS and each other as soon as they are up, and until they are gone.
      { parent: this, dependsOn: rules },
    );

    this.securityGroupId = group.id;
    this.autoScalingGroupName = nodes.autoScalingGroupName;
    this.roleArn = nodes.roleArn;
    this.roleName = nodes.roleName;
    this.launchTemplateId = nodes.launchTemplateId;
    this.nodeTemplateTag = nodes.nodeTemplateTag;
    this.registerOutputs({
      clusterName: this.clusterName,
      datacenter: this.datacenter,
      joinTag: this.joinTag,
      tls: this.tls,
      securityGroupId: this.securityGroupId,
      servers: this.servers,
      autoScalingGroupName: this.autoScalingGroupName,
      roleArn: this.roleArn,
      roleName: this.roleName,
      launchTemplateId: this.launchTemplateId,
      nodeTemplateTag: this.nodeTemplateTag,
      autopilot: this.autopilot,
      formedParameter: this.formedParameter,
    });
  }
}
