import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { loadBalancerName } from "../physical-name";
import type { Tags } from "../security-group";
import type { ApplicationLoadBalancerOptions, Scheme } from "./options";

/** An Application Load Balancer, complete. */
export interface ApplicationLoadBalancerArgs extends ApplicationLoadBalancerOptions {
  scheme: Scheme;
  subnetIds: pulumi.Input<string>[];
  securityGroupId: pulumi.Input<string>;
  idleTimeoutSeconds: number;
  tags?: Tags | undefined;
  transform?: Partial<aws.lb.LoadBalancerArgs> | undefined;
}

/** Makes it, and ties the web ACL to it. */
export function applicationLoadBalancer(
  name: string,
  args: ApplicationLoadBalancerArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.LoadBalancer {
  const { accessLogs, webAclArn } = args;
  const resourceName = loadBalancerName(`${name}-alb`);
  const loadBalancer = new aws.lb.LoadBalancer(
    resourceName,
    {
      loadBalancerType: "application",
      internal: args.scheme === "internal",
      ipAddressType: args.ipAddressType ?? "ipv4",
      subnets: args.subnetIds,
      securityGroups: [args.securityGroupId],
      idleTimeout: args.idleTimeoutSeconds,
      enableHttp2: args.http2 ?? true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: args.desyncMitigationMode ?? "defensive",
      enableDeletionProtection: args.deletionProtection ?? false,
      ...(accessLogs ? { accessLogs: { ...accessLogs, enabled: true } } : {}),
      tags: { ...args.tags, Name: resourceName },
      ...args.transform,
    },
    opts,
  );
  if (webAclArn !== undefined) {
    new aws.wafv2.WebAclAssociation(`${name}-web-acl`, { resourceArn: loadBalancer.arn, webAclArn }, opts);
  }
  return loadBalancer;
}
