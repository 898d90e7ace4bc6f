import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { portGraph } from "../ports";
import { refuse } from "../refuse";
import { allow, securityGroup } from "../security-group";
import { type SharedFileSystemArgs, sharedFileSystemErrors } from "./args";
import { lifecyclePolicies } from "./lifecycle";

export {
  FileLifecycle,
  IdleDays,
  SharedFileSystemArgs,
  sharedFileSystemErrors,
  SharedFileSystemTransform,
} from "./args";

/** An encrypted EFS file system that the nodes of several zones mount, reached by NFS from their security group alone. */
export class SharedFileSystem extends pulumi.ComponentResource {
  /** ID of the file system; what is made with it waits until nodes of all the subnets can mount it. */
  readonly id: pulumi.Output<string>;
  /** Name that nodes mount it by; it resolves to the mount target of the node's zone. */
  readonly dnsName: pulumi.Output<string>;
  /** ARN of the file system, for policies. */
  readonly arn: pulumi.Output<string>;
  /** ID of the mount targets' security group. */
  readonly securityGroupId: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError for arguments that are wrong or do not fit together */
  constructor(name: string, args: SharedFileSystemArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("SharedFileSystem", sharedFileSystemErrors(args));
    super("cos:index:SharedFileSystem", name, {}, opts);

    const { vpcId, tags, clientSecurityGroupId, transform = {} } = args;
    const parent = { parent: this };
    const fileSystem = new aws.efs.FileSystem(
      `${name}-files`,
      {
        encrypted: true,
        ...(args.kmsKeyId !== undefined && { kmsKeyId: args.kmsKeyId }),
        throughputMode: args.throughput ?? "elastic",
        lifecyclePolicies: lifecyclePolicies(args.lifecycle),
        tags: { ...tags, Name: `${name}-files` },
        ...transform.fileSystem,
      },
      { ...parent, ...(args.protect !== undefined && { protect: args.protect }) },
    );
    // A file system without a policy has no backups, and one whose policy is deleted has none any more.
    if (args.backup ?? true) {
      const backupPolicy = { status: "ENABLED" };
      new aws.efs.BackupPolicy(`${name}-backup`, { fileSystemId: fileSystem.id, backupPolicy }, parent);
    }

    const description = "Mount targets of a shared file system";
    const group = securityGroup(`${name}-efs`, { vpcId, description, tags }, parent);
    const parties = {
      client: clientSecurityGroupId === undefined ? [] : [{ securityGroupId: clientSecurityGroupId }],
      efs: [{ securityGroupId: group.id }],
    };
    allow(`${name}-efs`, nfs, parties, parent, tags);
    const targets = args.subnetIds.map(
      (subnetId, zone) =>
        new aws.efs.MountTarget(
          `${name}-target-${zone + 1}`,
          { fileSystemId: fileSystem.id, subnetId, securityGroups: [group.id], ...transform.mountTarget },
          parent,
        ),
    );

    // A node that mounts before its zone has a target fails, so who asks for the file system waits for them: by their URNs,
    // which previews know.
    const ready = pulumi.all(targets.map(({ urn }) => urn));
    this.id = pulumi.all([fileSystem.id, ready]).apply(([id]) => id);
    this.dnsName = pulumi.all([fileSystem.dnsName, ready]).apply(([dnsName]) => dnsName);
    this.arn = fileSystem.arn;
    this.securityGroupId = group.id;
    this.registerOutputs({
      id: this.id,
      dnsName: this.dnsName,
      arn: this.arn,
      securityGroupId: this.securityGroupId,
    });
  }
}

const nfs = portGraph.filter(({ to }) => to === "efs");
