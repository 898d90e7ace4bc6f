import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { loadBalancerName } from "../physical-name";
import type { Tags } from "../security-group";

/** Nodes behind a load balancer, on one port. */
export interface TargetGroupArgs {
  vpcId: pulumi.Input<string>;
  /** What targets are spoken to by: HTTP and HTTPS from Application, TCP from Network Load Balancers. */
  protocol: "HTTP" | "HTTPS" | "TCP";
  port: number;
  healthCheck: aws.types.input.lb.TargetGroupHealthCheck;
  deregistrationDelaySeconds: number;
  /** Names of the Auto Scaling groups whose instances are the targets, by names that stay. */
  autoScalingGroupNames: Record<string, pulumi.Input<string>>;
  /** Further arguments of the resource. */
  options?: Partial<aws.lb.TargetGroupArgs> | undefined;
  tags?: Tags | undefined;
  transform?: Partial<aws.lb.TargetGroupArgs> | undefined;
}

/**
 * Makes the group, and ties the Auto Scaling groups to it. A change of protocol, port or VPC makes a new one, which the
 * listeners use before the old one goes; this is why it has no name of its own.
 */
export function targetGroup(
  name: string,
  args: TargetGroupArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.TargetGroup {
  const resourceName = loadBalancerName(name);
  const group = new aws.lb.TargetGroup(
    resourceName,
    {
      vpcId: args.vpcId,
      targetType: "instance",
      protocol: args.protocol,
      port: args.port,
      healthCheck: args.healthCheck,
      deregistrationDelay: args.deregistrationDelaySeconds,
      ...args.options,
      tags: { ...args.tags, Name: resourceName },
      ...args.transform,
    },
    opts,
  );
  for (const [key, autoscalingGroupName] of Object.entries(args.autoScalingGroupNames)) {
    new aws.autoscaling.Attachment(`${name}-${key}`, { autoscalingGroupName, lbTargetGroupArn: group.arn }, opts);
  }
  return group;
}
