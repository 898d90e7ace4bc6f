import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
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
