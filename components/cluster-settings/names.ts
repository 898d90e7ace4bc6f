import * as pulumi from "@pulumi/pulumi";
import type { ServerOptions } from "./servers";

/** The name of the cluster that a component makes. */
export function clusterNameOf(component: string, { clusterName }: Pick<ServerOptions, "clusterName">): string {
  return clusterName ?? `${pulumi.getProject()}-${pulumi.getStack()}-${component}`;
}

/**
 * Name of the SSM parameter that records that a cluster has formed. The ID of the servers' security group is in it: that is made
 * with the cluster and goes with it, so that no other cluster, of the same name or before it, is taken for this one.
 */
export function formedParameter(securityGroupId: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`/cos/${securityGroupId}/formed`;
}
