import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import { loadBalancerName } from "../physical-name";
import type { Tags } from "../security-group";
import { choiceErrors, wholeNumberErrors } from "./numbers";

/** Whether a load balancer has addresses of the internet, or of its subnets only. */
export type Scheme = "public" | "internal";

/** What may be said of an Application Load Balancer. */
export interface ApplicationLoadBalancerOptions {
  /** Bucket of S3 for a line about each request; its policy must let Elastic Load Balancing write there. @default none */
  accessLogs?: { bucket: pulumi.Input<string>; prefix?: pulumi.Input<string> | undefined } | undefined;
  /** ARN of a web ACL of WAF (WAFv2, regional) that filters the requests. @default none */
  webAclArn?: pulumi.Input<string> | undefined;
  /**
   * Whether AWS refuses to delete the load balancer. Before a `destroy`, or a change that replaces it, it must be set to false
   * by an update. @default false
   */
  deletionProtection?: boolean | undefined;
  /** `dualstack` needs subnets with IPv6 addresses, and adds AAAA records where there is a `domain`. @default "ipv4" */
  ipAddressType?: "ipv4" | "dualstack" | undefined;
  /** What happens to requests that servers may understand differently: AWS's desync mitigation. @default "defensive" */
  desyncMitigationMode?: "monitor" | "defensive" | "strictest" | undefined;
  /** Whether clients may speak HTTP/2; targets are always spoken to by HTTP/1.1. @default true */
  http2?: boolean | undefined;
  /** Seconds without a byte from either side after which a connection is closed, 1 to 4000. */
  idleTimeoutSeconds?: number | undefined;
}

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

/** What is wrong with the options. */
export function applicationLoadBalancerErrors(options: ApplicationLoadBalancerOptions): PropertyError[] {
  return [
    ...choiceErrors("ipAddressType", options.ipAddressType, ["ipv4", "dualstack"]),
    ...choiceErrors("desyncMitigationMode", options.desyncMitigationMode, ["monitor", "defensive", "strictest"]),
    ...wholeNumberErrors("idleTimeoutSeconds", options.idleTimeoutSeconds, { least: 1, most: 4000, unit: "seconds" }),
  ];
}

/** What is wrong with where a load balancer is to be. */
export function placeErrors(
  args: { scheme?: Scheme | undefined; subnetIds: pulumi.Input<string>[] },
  leastSubnets: number,
): PropertyError[] {
  const { scheme, subnetIds } = args;
  const errors = choiceErrors("scheme", scheme, ["public", "internal"]);
  if (subnetIds.length < leastSubnets) {
    const wanted =
      leastSubnets === 1 ? "at least one subnet" : `subnets in at least ${leastSubnets} availability zones`;
    errors.push({ propertyPath: "subnetIds", reason: `must have ${wanted}, has ${subnetIds.length}` });
  }
  for (const { value, indexes } of repeated(subnetIds.filter((id) => typeof id === "string"))) {
    errors.push({ propertyPath: "subnetIds", reason: `"${value}" is there ${indexes.length} times` });
  }
  return errors;
}
