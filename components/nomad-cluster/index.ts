import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ClientPool } from "../client-pool";
import { type AutopilotSettings, autopilotSettings } from "../cluster-settings/autopilot";
import { clusterNameOf, formedParameter } from "../cluster-settings/names";
import { defaultServers, nodeOptionsOf, serverInstanceType, serverRaftMultiplier } from "../cluster-settings/servers";
import { consulConfigFile, consulNodeAgent } from "../consul-cluster/node-agent";
import type { ConsulClusterRef, JoinTag } from "../consul-cluster/ref";
import type { ServerGroupRef } from "../load-balancer/groups";
import { NodeGroup } from "../node";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { clientPoolArgs, type NomadClusterArgs, nomadClusterErrors } from "./args";
import { keyringStatement } from "./keyring";
import { nomadConfigFile, nomadNodeAgent } from "./node-agent";
import type { NomadClusterRef } from "./ref";
import { type SchedulerSettings, schedulerSettings } from "./scheduler";
import { nomadTraffic } from "./traffic";

export { type NomadClusterArgs, nomadClusterErrors, type NomadPoolArgs } from "./args";
export type { SchedulerArgs, SchedulerSettings } from "./args";
export type { NomadClusterRef } from "./ref";

/**
 * A Nomad cluster: its servers, in an Auto Scaling group of a fixed size, each with a Consul agent; the security groups that
 * make nodes its servers and clients; and its pools of clients.
 *
 * Settings of autopilot and the scheduler in the servers' files count when the cluster is made; later changes go through the
 * API: see `ClusterSettings`.
 */
export class NomadCluster extends pulumi.ComponentResource implements NomadClusterRef {
  /** Name of the cluster: the value of its nodes' tag `cos-cluster`. */
  readonly clusterName: string;
  /** Nomad region. */
  readonly region: pulumi.Output<string>;
  /** Tag of the servers, by which agents join. */
  readonly joinTag: JoinTag;
  /** Whether agents know each other by certificates, and APIs are by TLS. */
  readonly tls: boolean;
  /** ID of the servers' security group. */
  readonly serverSecurityGroupId: pulumi.Output<string>;
  /** ID of the security group of all clients. */
  readonly clientSecurityGroupId: pulumi.Output<string>;
  /** ID of the security group of clients whose tasks may call each other. */
  readonly serviceSecurityGroupId: pulumi.Output<string>;
  /** The Consul cluster that it was given. */
  readonly consul: ConsulClusterRef;
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
  /** The pools, by their names. */
  readonly pools: Record<string, ClientPool>;
  /** The scheduler's settings, with nothing left open. */
  readonly scheduler: SchedulerSettings;
  /** Autopilot's settings, with nothing left open. */
  readonly autopilot: AutopilotSettings;
  /** Name of the SSM parameter that is to exist once the cluster has formed: see `ClusterRecord`. */
  readonly formedParameter: pulumi.Output<string>;

  constructor(name: string, args: NomadClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NomadCluster", nomadClusterErrors(args));
    super("cos:index:NomadCluster", name, {}, opts);

    const awsRegion = aws.getRegionOutput({}, { parent: this }).region;
    this.clusterName = clusterNameOf(name, args);
    this.region = pulumi.output(args.region ?? awsRegion);
    this.joinTag = { key: "cos-nomad-servers", value: this.clusterName };
    this.consul = args.consul;
    this.tls = args.tls ?? false;
    this.servers = args.servers ?? defaultServers;
    this.scheduler = schedulerSettings(args.scheduler);
    this.autopilot = autopilotSettings(this.servers, serverRaftMultiplier(args), args.autopilot);

    const { rules, ...groups } = this.securityGroups(name, args);
    this.serverSecurityGroupId = groups.server;
    this.clientSecurityGroupId = groups.client;
    this.serviceSecurityGroupId = groups.service;
    this.formedParameter = formedParameter(groups.server);
    // Nodes call AWS and each other as soon as they are up, and until they are gone.
    const withRules = { parent: this, dependsOn: rules };
    const nodes = this.serverNodes(name, args, awsRegion, withRules);
    this.autoScalingGroupName = nodes.autoScalingGroupName;
    this.roleArn = nodes.roleArn;
    this.roleName = nodes.roleName;
    this.launchTemplateId = nodes.launchTemplateId;
    this.nodeTemplateTag = nodes.nodeTemplateTag;
    const before = (args.poolsAfter ?? Promise.resolve([])).then((others) => [...rules, ...others]);
    this.pools = Object.fromEntries(
      (args.pools ?? []).map((pool) => [
        pool.name,
        new ClientPool(
          `${name}-${pool.name}`,
          { ...clientPoolArgs(args, pool), cluster: this },
          { parent: this, dependsOn: before },
        ),
      ]),
    );

    this.registerOutputs({
      clusterName: this.clusterName,
      region: this.region,
      joinTag: this.joinTag,
      tls: this.tls,
      serverSecurityGroupId: this.serverSecurityGroupId,
      clientSecurityGroupId: this.clientSecurityGroupId,
      serviceSecurityGroupId: this.serviceSecurityGroupId,
      consul: this.consul,
      servers: this.servers,
      autoScalingGroupName: this.autoScalingGroupName,
      roleArn: this.roleArn,
      roleName: this.roleName,
      launchTemplateId: this.launchTemplateId,
      nodeTemplateTag: this.nodeTemplateTag,
      pools: this.pools,
      scheduler: this.scheduler,
      autopilot: this.autopilot,
      formedParameter: this.formedParameter,
    });
  }

  /** Its servers, as load balancers take them. */
  get serverGroup(): ServerGroupRef {
    const { autoScalingGroupName, serverSecurityGroupId: securityGroupId, tls } = this;
    return { autoScalingGroupName, securityGroupId, tls };
  }

  private securityGroups(name: string, args: NomadClusterArgs) {
    const { vpcId, tags } = args;
    const group = (key: string, description: string) =>
      securityGroup(`${name}-${key}-security-group`, { vpcId, description, tags }, { parent: this }).id;
    const groups = {
      server: group("server", "Nomad servers"),
      client: group("client", "Nomad clients of all pools"),
      service: group("service", "Nomad clients whose tasks may call each other"),
    };
    const traffic = nomadTraffic(args, groups);
    const rules = allow(name, traffic.edges, traffic.parties, { parent: this }, tags);
    return { ...groups, rules };
  }

  private serverNodes(
    name: string,
    args: NomadClusterArgs,
    awsRegion: pulumi.Output<string>,
    opts: pulumi.ComponentResourceOptions,
  ): NodeGroup {
    const { consul, image, subnetIds } = args;
    const consulFile = pulumi
      .all([consul.datacenter, awsRegion])
      .apply(([datacenter, region]) =>
        consulNodeAgent({ datacenter, joinTag: consul.joinTag, awsRegion: region, tls: consul.tls }),
      );
    const nomadFile = pulumi
      .all([this.region, awsRegion, args.authoritativeRegion, args.keyringKmsKeyArn])
      .apply(([nomadRegion, region, authoritativeRegion, kmsKeyArn]) =>
        nomadNodeAgent({
          region: nomadRegion,
          // Servers run no tasks: their datacenter is a name only.
          datacenter: nomadRegion,
          joinTag: this.joinTag,
          awsRegion: region,
          tls: this.tls,
          server: {
            expect: this.servers,
            raftMultiplier: serverRaftMultiplier(args),
            autopilot: this.autopilot,
            scheduler: this.scheduler,
            authoritativeRegion,
            keyring: kmsKeyArn === undefined ? undefined : { kmsKeyArn, awsRegion: region },
          },
        }),
      );
    return new NodeGroup(
      `${name}-servers`,
      {
        ...nodeOptionsOf(args),
        clusterName: this.clusterName,
        role: "nomad-server",
        image,
        instanceTypes: [serverInstanceType(args)],
        subnetIds,
        roleSecurityGroupIds: [this.serverSecurityGroupId],
        roleStatements: args.keyringKmsKeyArn === undefined ? [] : [keyringStatement(args.keyringKmsKeyArn)],
        formedParameter: this.formedParameter,
        replaceUnhealthyAfterSeconds: args.replaceUnhealthyAfterSeconds,
        minSize: this.servers,
        maxSize: this.servers,
        files: { [consulConfigFile]: consulFile, [nomadConfigFile]: nomadFile },
        joinTags: { [this.joinTag.key]: this.joinTag.value },
      },
      opts,
    );
  }
}
