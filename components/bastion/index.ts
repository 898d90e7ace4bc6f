import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { architectureOf, isBurstable } from "../instance-type";
import { addresses } from "../load-balancer/listeners";
import { nodePolicy, trustPolicy } from "../node/policy";
import { roleResourceName } from "../node/role-name";
import { defaultRootSizeGiB } from "../node/volumes";
import { edgesBetween } from "../ports";
import { refuse } from "../refuse";
import { allow, type Parties, securityGroup } from "../security-group";
import { type BastionArgs, bastionErrors, bastionTargets, defaultInstanceType } from "./args";

export { bastionErrors } from "./args";
export type { BastionArgs, BastionTarget, BastionTransform } from "./args";

/**
 * A host in a public subnet from which nodes are logged in to by SSH. Not needed as a rule: SSM Session Manager reaches every
 * node by itself.
 */
export class Bastion extends pulumi.ComponentResource {
  /** Its address; another one after it was stopped. */
  readonly publicIp: pulumi.Output<string>;
  /** Name of the key pair; undefined without one. */
  readonly keyName: pulumi.Output<string> | undefined;
  /** A command line that logs into it: `ssh` with a key pair, otherwise SSM Session Manager. */
  readonly loginCommand: pulumi.Output<string>;
  /** ID of the instance. */
  readonly instanceId: pulumi.Output<string>;
  /** ID of its security group. */
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: BastionArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Bastion", bastionErrors(args));
    super("cos:index:Bastion", name, {}, opts);

    const { vpcId, keyName, image, tags, transform } = args;
    const instanceType = args.instanceType ?? defaultInstanceType;
    const own = { parent: this };
    const named = (of: string) => ({ ...tags, Name: of });

    const securityGroupId = securityGroup(`${name}-security-group`, { vpcId, description: "Bastion", tags }, own).id;
    allow(name, traffic, partiesOf(args, securityGroupId), own, tags);

    const role = new aws.iam.Role(
      roleResourceName(name),
      { assumeRolePolicy: JSON.stringify(trustPolicy), tags: named(`${name}-role`), ...transform?.role },
      own,
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: JSON.stringify(nodePolicy()) },
      own,
    );
    const profile = new aws.iam.InstanceProfile(
      `${name}-profile`,
      { role: role.name, tags: named(`${name}-profile`), ...transform?.instanceProfile },
      own,
    );
    const instance = new aws.ec2.Instance(
      `${name}-instance`,
      {
        ami: image?.id ?? this.amazonLinux(instanceType),
        instanceType,
        subnetId: args.subnetId,
        associatePublicIpAddress: true,
        vpcSecurityGroupIds: [securityGroupId],
        iamInstanceProfile: profile.name,
        ...(keyName !== undefined && { keyName }),
        rootBlockDevice: {
          encrypted: true,
          volumeType: "gp3",
          ...(args.kmsKeyId !== undefined && { kmsKeyId: args.kmsKeyId }),
          volumeSize: args.rootVolumeSizeGiB ?? defaultRootSizeGiB,
        },
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        // EC2 refuses credits with any type that has none.
        ...(isBurstable(instanceType) && { creditSpecification: { cpuCredits: "standard" } }),
        tags: named(`${name}-instance`),
        volumeTags: named(`${name}-instance`),
        ...transform?.instance,
      },
      { ...own, dependsOn: [policy], ...(image ? {} : { ignoreChanges: ["ami"] }) },
    );

    this.publicIp = instance.publicIp;
    this.keyName = keyName === undefined ? undefined : pulumi.output(keyName);
    this.instanceId = instance.id;
    this.securityGroupId = securityGroupId;
    const user = args.user ?? (image ? "admin" : "ec2-user");
    const region = aws.getRegionOutput({}, own).region;
    this.loginCommand =
      keyName === undefined
        ? pulumi.interpolate`aws ssm start-session --region ${region} --target ${instance.id}`
        : pulumi.interpolate`ssh ${user}@${instance.publicIp}`;
    this.registerOutputs({
      publicIp: this.publicIp,
      keyName: this.keyName,
      loginCommand: this.loginCommand,
      instanceId: this.instanceId,
      securityGroupId: this.securityGroupId,
    });
  }

  /** The newest Amazon Linux 2023, which has the agent of Session Manager; AWS publishes its ID as a parameter. */
  private amazonLinux(instanceType: string): pulumi.Output<string> {
    const architecture = architectureOf(instanceType) ?? "arm64";
    const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
    return aws.ssm.getParameterOutput({ name }, { parent: this }).insecureValue;
  }
}

const traffic = [
  ...edgesBetween(["operator"], ["bastion"], ["tcp"], 22, "SSH to the bastion"),
  ...edgesBetween(["bastion"], bastionTargets, ["tcp"], 22, "SSH from the bastion"),
  ...edgesBetween(["bastion"], ["internet"], ["tcp"], 443, "HTTPS: Session Manager, packages"),
];

function partiesOf({ allowedCidrs = [], targets = {} }: BastionArgs, securityGroupId: pulumi.Input<string>): Parties {
  const parties: Parties = {
    operator: addresses(allowedCidrs),
    bastion: [{ securityGroupId }],
    internet: addresses(["0.0.0.0/0"]),
  };
  for (const target of bastionTargets) {
    const id = targets[target];
    if (id !== undefined) parties[target] = [{ securityGroupId: id }];
  }
  return parties;
}
