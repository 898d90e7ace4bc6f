import * as aws from "@pulumi/aws";
import * as consul from "@pulumi/consul";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { ApiAccess } from "../api-access";
import { Bastion } from "../bastion";
import type { ClientPool } from "../client-pool";
import type { ClusterAcl } from "../cluster-acl";
import { ClusterRecord } from "../cluster-record";
import { ClusterSettings } from "../cluster-settings";
import type { ClusterApis } from "../cluster-apis";
import { ConsulAcl } from "../consul-acl";
import { ConsulCluster } from "../consul-cluster";
import { ContainerRegistry } from "../container-registry";
import { Ingress } from "../ingress";
import { type Architecture } from "../instance-type";
import { MachineImage } from "../machine-image";
import { Network } from "../network";
import { NomadAcl } from "../nomad-acl";
import { NomadCluster } from "../nomad-cluster";
import { nomadPorts, portGraph } from "../ports";
import { ReadyGate } from "../ready-gate";
import { refuse } from "../refuse";
import { allow } from "../security-group";
import { serverNamesOf } from "../server-names";
import { ServerRollout } from "../server-rollout";
import { SharedFileSystem } from "../shared-file-system";
import { UiAccess } from "../ui-access";
import { without } from "../without";
import { type CosArgs, cosErrors } from "./args";
import { cutOffWarnings } from "./cut-off";
import { clusterOutputs } from "./outputs";
import { outdatedNodes } from "./outdated-nodes";
import {
  consulArgs,
  defaultTiers,
  ingressArgs,
  ingressPools,
  nomadArgs,
  outerTier,
  type Surroundings,
  uiArgs,
} from "./parts";
import { secure, type Security } from "./security";

export * from "./args";
export type { ClusterOutputs } from "./outputs";
export { defaultPools, terraformCosPools } from "./pools";

/**
 * A whole container orchestration system on AWS: a network, Consul's and Nomad's servers, pools of clients, and load
 * balancers for traffic and for the APIs. It is there once the cluster is ready for jobs:
 *
 *     const cos = new Cos("cos", { apiAccess: { allowedCidrs: ["198.51.100.7/32"] } });
 *     new NomadJobs("jobs", { jobs }, cos.forJobs);
 */
export class Cos extends pulumi.ComponentResource {
  /** Name of the cluster: the tag `cos-cluster` of its nodes. */
  readonly clusterName: string;
  /** AWS region. */
  readonly region: pulumi.Output<string>;
  /** ID of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** IDs of the subnets by tier. */
  readonly subnetIds: Readonly<Record<string, pulumi.Output<string>[]>>;
  /** The network; undefined where an existing one is used. */
  readonly network?: Network;
  /** Consul's servers. */
  readonly consul: ConsulCluster;
  /** Nomad's servers and pools. */
  readonly nomad: NomadCluster;
  /** The ingresses by name. */
  readonly ingresses: Readonly<Record<string, Ingress>>;
  /** The load balancer of the APIs. */
  readonly apiAccess: ApiAccess;
  /** The load balancer of the UIs, where there is one. */
  readonly uiAccess?: UiAccess;
  /** The bastion, where there is one. */
  readonly bastion?: Bastion;
  /** The registry, where there is one. */
  readonly registry?: ContainerRegistry;
  /** The shared file system, where there is one. */
  readonly fileSystem?: SharedFileSystem;
  /** URL of the Consul API. */
  readonly consulAddress: pulumi.Output<string>;
  /** URL of the Nomad API. */
  readonly nomadAddress: pulumi.Output<string>;
  /** Certificates of the authorities that those of the APIs are by, PEM; none where there is no TLS. */
  readonly caPem: pulumi.Output<string> | undefined;
  /**
   * What people and pipelines are let in with, where there are ACLs, by the name of their policy: a token of Consul, and by what Nomad's `acl/login` gives one for a day.
   * All of it is secret.
   */
  readonly access: ClusterAcl["people"] | undefined;
  /** The warning of a cluster that is ready but degraded, otherwise an empty string. */
  readonly warning: pulumi.Output<string>;
  /** Number of nodes that run an older launch template than their group's; without servers where this `up` replaces them. */
  readonly outdatedNodes: pulumi.Output<number>;
  /** A command line that logs into a node through SSM Session Manager; `INSTANCE_ID` in it is to be replaced. */
  readonly loginCommand: pulumi.Output<string>;
  /** Options for what runs on the cluster: its Nomad and Consul providers, after the cluster is ready, and gone with it. */
  readonly forJobs: pulumi.ComponentResourceOptions;
  /** All that is to know of it from outside, for a stack to export. */
  readonly outputs: ReturnType<typeof clusterOutputs>;
  private readonly acl: ClusterAcl | undefined;
  private rollouts: ServerRollout[] = [];

  constructor(name: string, args: CosArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Cos", cosErrors(args));
    super("cos:index:Cos", name, {}, opts);
    const { tags } = args;
    const parent = { parent: this };

    this.clusterName = args.clusterName ?? `${pulumi.getProject()}-${pulumi.getStack()}`;
    this.region = aws.getRegionOutput({}, parent).region;

    // The network.
    this.network = args.existingNetwork ? undefined : new Network(`${name}-network`, { ...args.network, tags }, parent);
    const { vpcId, subnetIds } = args.existingNetwork ?? (this.network as Network);
    for (const warning of cutOffWarnings(args)) void pulumi.log.warn(warning, this);
    this.vpcId = pulumi.output(vpcId);
    this.subnetIds = outputsOf(subnetIds);
    const within = (tier: string) => ({ vpcId, subnetIds: this.subnetIds[tier] ?? [], tags });
    if (args.registry) this.registry = new ContainerRegistry(`${name}-registry`, { ...args.registry, tags }, parent);
    if (args.fileSystem) {
      const { tier = defaultTiers.nodes, ...fileSystem } = args.fileSystem;
      this.fileSystem = new SharedFileSystem(`${name}-file-system`, { ...fileSystem, ...within(tier) }, parent);
    }

    // The way to the servers' APIs, whose certificates are for its name.
    const tls = args.security?.tls !== false;
    const consulServers = {
      autoScalingGroupName: later(() => this.consul.autoScalingGroupName),
      securityGroupId: later(() => this.consul.securityGroupId),
      tls,
    };
    const nomadServers = {
      autoScalingGroupName: later(() => this.nomad.autoScalingGroupName),
      securityGroupId: later(() => this.nomad.serverSecurityGroupId),
      tls,
    };
    this.apiAccess = new ApiAccess(
      `${name}-api`,
      {
        ...without(args.apiAccess, "tier"),
        ...within(outerTier(args.apiAccess)),
        consul: consulServers,
        nomad: nomadServers,
      },
      parent,
    );
    this.consulAddress = this.apiAccess.consulAddress;
    this.nomadAddress = this.apiAccess.nomadAddress;

    // The nodes.
    const cluster = { clusterName: this.clusterName, awsRegion: this.region, apiName: this.apiAccess.dnsName };
    const security = secure(name, args, cluster, this);
    this.caPem = security.caPem;
    this.acl = security.acl;
    this.access = security.acl?.people;
    const place: Surroundings = {
      clusterName: this.clusterName,
      vpcId,
      subnetIds: (tier) => this.subnetIds[tier] ?? [],
      image: images(name, args, parent),
      endpointSecurityGroupId: this.network?.endpointSecurityGroupId,
      repositoryArns: this.registry && Object.values(this.registry.arns),
      fileSystemId: this.fileSystem?.id,
      secrets: (role) => security.secrets(role),
      tls,
      keyringKmsKeyArn: security.keyringKmsKeyArn,
    };
    this.consul = new ConsulCluster(`${name}-consul`, consulArgs(args, place), parent);
    this.nomad = new NomadCluster(
      `${name}-nomad`,
      // Known when this constructor has ended: they need the way to the servers' APIs.
      { ...nomadArgs(args, place, this.consul), poolsAfter: Promise.resolve().then(() => this.rollouts) },
      parent,
    );
    const { replaceServers: replacesServers = true } = args;
    const servers = replacesServers ? [] : [this.consul, this.nomad];
    this.outdatedNodes = outdatedNodes([...servers, ...Object.values(this.nomad.pools)], parent);

    // The ways in.
    const poolOf = (pool: string) => this.pool(pool);
    this.ingresses = Object.fromEntries(
      (args.ingresses ?? []).map((ingress) => [
        ingress.name,
        new Ingress(
          `${name}-${ingress.name}`,
          { ...ingressArgs(args, ingress, poolOf), ...within(outerTier(ingress)) },
          parent,
        ),
      ]),
    );
    if (args.uiAccess) {
      this.uiAccess = new UiAccess(
        `${name}-ui`,
        {
          ...uiArgs(args, args.uiAccess, poolOf),
          ...within(outerTier(args.uiAccess)),
          consul: consulServers,
          nomad: nomadServers,
        },
        parent,
      );
    }
    if (args.bastion) {
      const [subnetId] = within(outerTier(args.bastion)).subnetIds;
      const targets = {
        "consul-server": this.consul.securityGroupId,
        "nomad-server": this.nomad.serverSecurityGroupId,
        client: this.nomad.clientSecurityGroupId,
      };
      // The checks have refused a tier without subnets.
      const host = { vpcId, subnetId: subnetId ?? "", targets, tags };
      this.bastion = new Bastion(`${name}-bastion`, { ...without(args.bastion, "tier"), ...host }, parent);
    }
    this.allowServices(name, args);
    this.loginCommand = pulumi.interpolate`aws ssm start-session --region ${this.region} --target INSTANCE_ID`;

    // What it is for.
    if (replacesServers) this.rollouts = this.replaceServers(name, args);
    const { warning, forJobs } = this.ready(name, args, security);
    this.warning = warning;
    this.forJobs = forJobs;
    this.outputs = clusterOutputs(this);
    this.registerOutputs({
      clusterName: this.clusterName,
      region: this.region,
      vpcId: this.vpcId,
      subnetIds: this.subnetIds,
      consulAddress: this.consulAddress,
      nomadAddress: this.nomadAddress,
      caPem: this.caPem,
      warning: this.warning,
      outdatedNodes: this.outdatedNodes,
      loginCommand: this.loginCommand,
    });
  }

  private pool(name: string): ClientPool {
    const pool = this.nomad.pools[name];
    // The checks have refused a name that is not there.
    if (!pool) throw new Error(`there is no pool ${name}`);
    return pool;
  }

  /** The rules between parts of which neither is given the other. */
  private allowServices(name: string, args: CosArgs): void {
    const pools = ingressPools(args).map((key) => ({ key, securityGroupId: this.pool(key).securityGroupId }));
    const clients = [{ securityGroupId: this.nomad.clientSecurityGroupId }];
    const { fileSystem } = this;
    const parties = {
      ingress: pools,
      client: clients,
      ...(fileSystem && { efs: [{ securityGroupId: fileSystem.securityGroupId }] }),
    };
    const edges = portGraph.filter(({ from, to }) => (from === "ingress" && to === "client") || to === "efs");
    allow(name, edges, parties, { parent: this }, args.tags);
  }

  /** How the APIs of the cluster are asked. */
  private asked(): ClusterApis {
    const { consulAddress, nomadAddress, caPem, acl } = this;
    const names = pulumi.all([this.consul.datacenter, this.nomad.region]).apply((each) => serverNamesOf(...each));
    return { consulAddress, nomadAddress, ...(caPem && { caPem, serverNames: names }), tokens: acl?.management };
  }

  /** What the APIs of the cluster need. */
  private get apis(): pulumi.Resource[] {
    return [this.consul, this.apiAccess, ...(this.network ? [this.network] : [])];
  }

  /** Consul's servers first: Nomad's are clients of theirs. Nomad's pools come after them, its servers are known by their group. */
  private replaceServers(name: string, args: CosArgs): ServerRollout[] {
    const common = { ...this.asked(), timeoutSeconds: args.readyTimeoutSeconds };
    const consul = new ServerRollout(
      `${name}-consul-rollout`,
      { ...common, product: "Consul", cluster: this.consul },
      { parent: this, dependsOn: this.apis },
    );
    const nomad = new ServerRollout(
      `${name}-nomad-rollout`,
      { ...common, product: "Nomad", cluster: this.nomad },
      { parent: this, dependsOn: [...this.apis, consul] },
    );
    return [consul, nomad];
  }

  /** Waits for the cluster, and then sets what is set through its APIs. */
  private ready(name: string, args: CosArgs, { gossipKeys, versions }: Security) {
    const { consulAddress, nomadAddress, caPem, acl } = this;
    const providers = {
      consul: new consul.Provider(
        `${name}-consul-api`,
        { address: consulAddress, caPem, token: acl?.management.consul },
        { parent: this },
      ),
      nomad: new nomad.Provider(
        `${name}-nomad-api`,
        { address: nomadAddress, caPem, secretId: acl?.management.nomad },
        { parent: this },
      ),
    };
    const withCluster = { parent: this, providers, deletedWith: this.nomad };
    const { readyTimeoutSeconds: timeoutSeconds = 900 } = args;
    // Not after Nomad's clients, which are in service once their programs have tokens.
    const nomadAcl =
      acl &&
      new NomadAcl(
        `${name}-nomad-acl`,
        { ...this.asked(), managementTokens: acl.managementTokens.nomad, logins: acl.logins, timeoutSeconds },
        { ...withCluster, dependsOn: this.apis },
      );
    const pools = Object.values(this.nomad.pools).filter(({ minSize }) => minSize > 0);
    const gate = new ReadyGate(
      `${name}-ready`,
      {
        ...this.asked(),
        consulServers: this.consul.servers,
        nomadServers: this.nomad.servers,
        nodePools: pools.map(({ nodePool }) => nodePool),
        // The first jobs are not to be placed all on the first of a pool's clients.
        minClients: clientsOf(pools),
        timeoutSeconds,
      },
      { parent: this, dependsOn: [...this.apis, this.nomad, ...this.rollouts, ...(nomadAcl ? [nomadAcl] : [])] },
    );
    if (!(args.restoring ?? false)) {
      const formed = { consul: this.consul, nomad: this.nomad, tags: args.tags };
      new ClusterRecord(`${name}-record`, formed, { parent: this, dependsOn: gate });
    }
    const secrets = versions && { clusterName: this.clusterName, versions };
    const settings = new ClusterSettings(
      `${name}-settings`,
      { ...this.asked(), consul: this.consul, nomad: this.nomad, gossipKeys, secrets },
      { ...withCluster, dependsOn: gate },
    );
    // Of the settings, jobs depend on how they are placed; and on who is let in.
    const dependsOn: pulumi.Resource[] = [gate, settings.scheduler];
    if (acl) dependsOn.push(this.consulAcl(name, args, acl, { ...withCluster, dependsOn: gate }));
    return { warning: gate.warning, forJobs: { providers, dependsOn, deletedWith: this.nomad } };
  }

  /** Nomad is there by then: Consul asks it for the keys that it signs the identities of tasks with. */
  private consulAcl(name: string, args: CosArgs, acl: ClusterAcl, opts: pulumi.ComponentResourceOptions): ConsulAcl {
    const { caPem, clusterName } = this;
    const namespaces = args.security?.acl === false ? undefined : args.security?.acl?.namespaces;
    const url = `${caPem ? "https" : "http"}://nomad.service.consul:${nomadPorts.http}/.well-known/jwks.json`;
    return new ConsulAcl(
      `${name}-consul-acl`,
      {
        ...this.asked(),
        clusterName,
        managementToken: acl.management.consul,
        tokens: acl.tokens,
        workloads: { jwksUrl: url, caPem, namespaces },
      },
      opts,
    );
  }
}

/** What is known once the constructor has ended. */
const later = <T>(of: () => pulumi.Output<T>) => pulumi.output(Promise.resolve().then(of)) as pulumi.Output<T>;

function outputsOf(ids: Readonly<Record<string, pulumi.Input<string>[]>>): Record<string, pulumi.Output<string>[]> {
  return Object.fromEntries(Object.entries(ids).map(([tier, of]) => [tier, of.map((id) => pulumi.output(id))]));
}

/** The image given, or those looked up, one for each architecture that is asked for. */
function images(name: string, { image }: CosArgs, opts: pulumi.ComponentResourceOptions) {
  const found = new Map<Architecture, MachineImage>();
  return (architecture: Architecture): MachineImage => {
    const wanted = image?.id === undefined ? architecture : (image.architecture ?? "arm64");
    const known = found.get(wanted);
    if (known) return known;
    const made = new MachineImage(`${name}-image-${wanted}`, { ...image, architecture: wanted }, opts);
    found.set(wanted, made);
    return made;
  };
}

/** How many clients node pools have at least: several groups may be of one. */
function clientsOf(pools: readonly { nodePool: string; minSize: number }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { nodePool, minSize } of pools) counts[nodePool] = (counts[nodePool] ?? 0) + minSize;
  return counts;
}
