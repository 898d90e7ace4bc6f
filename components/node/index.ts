import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../checks";
import { type NodeGroupArgs, nodeGroupErrors } from "./args";

export * from "./args";

/** A group of equal nodes: launch template, Auto Scaling group, role and instance profile. */
export class NodeGroup extends pulumi.ComponentResource {
  readonly autoScalingGroupName!: pulumi.Output<string>;
  readonly launchTemplateId!: pulumi.Output<string>;
  readonly roleArn!: pulumi.Output<string>;
  readonly roleName!: pulumi.Output<string>;
  /** Value of the tag `cos-template` that nodes of the present launch template have. */
  readonly nodeTemplateTag!: pulumi.Output<string>;
  readonly role!: aws.iam.Role;

  constructor(name: string, args: NodeGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NodeGroup", nodeGroupErrors(args));
    super("cos:index:NodeGroup", name, {}, opts);
  }
}
