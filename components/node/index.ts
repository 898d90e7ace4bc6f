import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { regionalArns } from "../arn";
import { isBurstable } from "../instance-type";
import { refuse } from "../refuse";
import { type NodeGroupArgs, nodeGroupErrors } from "./args";
import { isMixed, mixedInstancesPolicy } from "./instances";
import { healthLimit, healthStatements } from "./health";
import { deletionTimeout, lifecycleHooks, lifecycleOf } from "./lifecycle";
import { mountsOf } from "./mounts";
import { nodeFile, nodeFilePath } from "./node-file";
import { parameterStatements } from "./parameters";
import { groupStatement, nodePolicy, type PolicyStatement, trustPolicy } from "./policy";
import { instanceRefresh } from "./refresh";
import { nodeTagKeys, tagSpecifications, templateHash } from "./tags";
import { userData } from "./user-data";
import { roleResourceName } from "./role-name";
import { blockDeviceMappings } from "./volumes";

export * from "./args";
export { volumeKeyPolicy } from "./policy";
export { nodeTagKeys } from "./tags";

/**
 * A group of equal nodes: a launch template, an Auto Scaling group on a pinned version of it, and a role with exact rights.
 *
 * Auto Scaling replaces clients that run another template than the group's, within the limits of `refresh`; clients are in service
 * when they take tasks, and drain before they end, whoever ends them. Servers keep the template that they started with until a
 * `ServerRollout` replaces them, and their groups are never rebalanced over the zones and never scaled in. Every node has the tags of {@link nodeTagKeys}.
 */
export class NodeGroup extends pulumi.ComponentResource {
  /** Name of the Auto Scaling group. */
  readonly autoScalingGroupName: pulumi.Output<string>;
  /** ID of the launch template. */
  readonly launchTemplateId: pulumi.Output<string>;
  /** ARN of the nodes' role. */
  readonly roleArn: pulumi.Output<string>;
  /** Name of the nodes' role. */
  readonly roleName: pulumi.Output<string>;
  /** Value of the tag `cos-template` of nodes that run the present launch template. */
  readonly nodeTemplateTag: pulumi.Output<string>;

  constructor(name: string, args: NodeGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NodeGroup", nodeGroupErrors(args));
    super("cos:index:NodeGroup", name, {}, opts);

    const { role, rights, profile } = this.identity(name, args);
    const { template, hash } = this.template(name, args, profile);
    const group = this.group(name, args, template, rights);
    if (args.role === "client") this.hooks(name, args, group);

    this.autoScalingGroupName = group.name;
    this.launchTemplateId = template.id;
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.nodeTemplateTag = hash;
    this.registerOutputs({
      autoScalingGroupName: this.autoScalingGroupName,
      launchTemplateId: this.launchTemplateId,
      roleArn: this.roleArn,
      roleName: this.roleName,
      nodeTemplateTag: this.nodeTemplateTag,
    });
  }

  private identity(name: string, args: NodeGroupArgs) {
    const { policies, roleStatements = [], policyStatements = [], tags, transform } = args;
    const policy = nodePolicy([...this.bootStatements(args), ...roleStatements, ...policyStatements]);
    const named = (of: string) => ({ ...tags, Name: of });
    const role = new aws.iam.Role(
      roleResourceName(name),
      { assumeRolePolicy: JSON.stringify(trustPolicy), tags: named(`${name}-role`), ...transform?.role },
      { parent: this },
    );
    const rights = [
      new aws.iam.RolePolicy(
        `${name}-policy`,
        { role: role.name, policy: pulumi.jsonStringify(policy), ...transform?.rolePolicy },
        { parent: this },
      ),
      ...Object.entries(policies ?? {}).map(
        ([key, policyArn]) =>
          new aws.iam.RolePolicyAttachment(`${name}-policy-${key}`, { role: role.name, policyArn }, { parent: this }),
      ),
    ];
    const profile = new aws.iam.InstanceProfile(
      `${name}-profile`,
      { role: role.name, tags: named(`${name}-profile`), ...transform?.instanceProfile },
      { parent: this },
    );
    return { role, rights, profile };
  }

  /** What the boot program needs rights for. */
  private bootStatements(args: NodeGroupArgs): PolicyStatement[] {
    const { role, formedParameter, secrets = [] } = args;
    const arn = regionalArns({ parent: this });
    const parameters = [
      ...(formedParameter === undefined ? [] : [formedParameter]),
      ...secrets.map(({ parameter }) => parameter),
    ];
    const groups = arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*");
    return [
      ...parameterStatements(parameters, secrets, (name) => arn("ssm", pulumi.interpolate`parameter${name}`)),
      // A server never of itself: Auto Scaling would take its data with it.
      ...(role === "client" ? [groupStatement(groups, identityTags(args))] : []),
      ...healthStatements(args, groups),
    ];
  }

  private template(name: string, args: NodeGroupArgs, profile: aws.iam.InstanceProfile) {
    const { dataVolumes = [], instanceTypes, keyName, transform } = args;
    const lifecycle = args.role === "client" ? lifecycleOf(name, args) : undefined;
    const node = nodeFile({
      ...args,
      mounts: mountsOf(args),
      lifecycle,
      healthLimitSeconds: healthLimit(args.role, args),
    });
    const files = Object.entries({ ...args.files, [nodeFilePath]: node }).map(([path, content]) => ({ path, content }));
    const ours: aws.ec2.LaunchTemplateArgs = {
      imageId: args.image.id,
      // The types of a mixed group are overrides in the group.
      ...(!isMixed(instanceTypes, args.spot) && { instanceType: instanceTypes[0] }),
      iamInstanceProfile: { arn: profile.arn },
      vpcSecurityGroupIds: [...args.roleSecurityGroupIds, ...(args.securityGroupIds ?? [])],
      userData: pulumi.output(files).apply(userData),
      ...(keyName !== undefined && { keyName }),
      blockDeviceMappings: blockDeviceMappings(args.rootVolume, dataVolumes, args.kmsKeyId, args.image.rootDevice),
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: args.metadataHopLimit ?? 1,
        instanceMetadataTags: "enabled",
      },
      // EC2 refuses credits with any type that has none.
      ...(instanceTypes.every(isBurstable) && { creditSpecification: { cpuCredits: args.cpuCredits ?? "standard" } }),
      monitoring: { enabled: false },
    };
    const tags = nodeTags(name, args);
    const hash = pulumi.output({ ...ours, ...transform?.launchTemplate, nodes: tags }).apply(templateHash);
    const template = new aws.ec2.LaunchTemplate(
      `${name}-template`,
      {
        ...ours,
        updateDefaultVersion: true,
        tagSpecifications: tagSpecifications({ ...tags, instance: { ...tags.instance, [nodeTagKeys.template]: hash } }),
        tags: { ...args.tags, Name: `${name}-template` },
        ...transform?.launchTemplate,
      },
      { parent: this },
    );
    return { template, hash };
  }

  private group(name: string, args: NodeGroupArgs, template: aws.ec2.LaunchTemplate, rights: pulumi.Resource[]) {
    const { instanceTypes, minSize, maxSize, spot, tags, transform } = args;
    const pinned = { id: template.id, version: pulumi.interpolate`${template.latestVersion}` };
    const mixed = isMixed(instanceTypes, spot);
    const isClient = args.role === "client";
    return new aws.autoscaling.Group(
      `${name}-group`,
      {
        vpcZoneIdentifiers: args.subnetIds,
        minSize,
        maxSize,
        // Not waited for: others may have given it another size than this program knows, and the provider would wait for its own
        // number. The ready gate looks for nodes.
        waitForCapacityTimeout: "0",
        ...(mixed
          ? { mixedInstancesPolicy: mixedInstancesPolicy(pinned, instanceTypes, spot) }
          : { launchTemplate: pinned }),
        healthCheckType: "EC2",
        ...(isClient ? clientGroup(name, args, mixed) : serverGroup(minSize)),
        tags: Object.entries({ ...tags, Name: `${name}-group`, ...identityTags(args) }).map(([key, value]) => {
          return { key, value, propagateAtLaunch: false };
        }),
        ...transform?.autoScalingGroup,
      },
      {
        parent: this,
        // Nodes ask AWS for their servers as soon as they are up.
        dependsOn: rights,
        // Auto Scaling takes them with a new group only; later, hooks are resources of their own.
        ignoreChanges: ["initialLifecycleHooks"],
        ...(isClient && { customTimeouts: { delete: deletionTimeout(args) } }),
      },
    );
  }

  /** By which Auto Scaling waits until a node takes tasks, and until it has drained. */
  private hooks(name: string, args: NodeGroupArgs, group: aws.autoscaling.Group): void {
    for (const [key, hook] of Object.entries(lifecycleHooks(name, args))) {
      new aws.autoscaling.LifecycleHook(
        `${name}-${key}`,
        { ...hook, autoscalingGroupName: group.name },
        // They go with their group, whose last nodes drain too: without them, they would not.
        { parent: this, retainOnDelete: true },
      );
    }
  }
}

/** The tags that say what a group and its nodes are. */
function identityTags({ clusterName, role, pool }: NodeGroupArgs): Record<string, string> {
  return {
    [nodeTagKeys.cluster]: clusterName,
    [nodeTagKeys.role]: role,
    ...(pool !== undefined && { [nodeTagKeys.pool]: pool }),
  };
}

/** Tags of nodes, but for the hash that is made of them too. */
function nodeTags(name: string, args: NodeGroupArgs) {
  const { joinTags, tags, instanceTags, volumeTags } = args;
  return {
    all: { ...tags, Name: name, ...identityTags(args) },
    instance: { ...instanceTags, ...joinTags },
    volume: { ...volumeTags },
  };
}

/** Servers: a fixed number, of which Auto Scaling takes none away but a broken one, and one more while they are replaced. */
function serverGroup(size: number): Partial<aws.autoscaling.GroupArgs> {
  return { maxSize: size + 1, protectFromScaleIn: true, suspendedProcesses: ["AZRebalance"] };
}

/** Clients: whoever scales the group decides on their number, unless it is given; of too many, those of old templates go first. */
function clientGroup(
  name: string,
  { desiredSize, spot, refresh = {}, ...lifecycle }: NodeGroupArgs,
  mixed: boolean,
): Partial<aws.autoscaling.GroupArgs> {
  return {
    initialLifecycleHooks: Object.values(lifecycleHooks(name, lifecycle)),
    ...(refresh && { instanceRefresh: instanceRefresh(refresh) }),
    // A spot instance that EC2 may take away soon is ended as any other is, once another is there.
    ...(spot && { capacityRebalance: true }),
    ...(desiredSize !== undefined && { desiredCapacity: desiredSize }),
    terminationPolicies: ["OldestLaunchTemplate", ...(mixed ? ["AllocationStrategy"] : []), "OldestInstance"],
  };
}
