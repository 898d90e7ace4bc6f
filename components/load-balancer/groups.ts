import type * as pulumi from "@pulumi/pulumi";
import type { ClientPoolRef } from "../client-pool/ref";
import type { Party } from "../security-group";

/** Servers of Consul or of Nomad behind a load balancer. */
export interface ServerGroupRef {
  /** Name of the servers' Auto Scaling group. */
  autoScalingGroupName: pulumi.Input<string>;
  /** ID of the security group of the servers. */
  securityGroupId: pulumi.Input<string>;
  /** Whether their API is by TLS, as with the clusters' `tls`. @default false */
  tls?: boolean | undefined;
}

/** By what load balancers speak to the servers' API, and ask for its health. */
export const protocolOf = ({ tls }: ServerGroupRef) => (tls ? "HTTPS" : "HTTP");

/** Names of the pools' Auto Scaling groups, by the pools' names. */
export function groupNamesOf(pools: Record<string, ClientPoolRef>): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(Object.entries(pools).map(([key, pool]) => [key, pool.autoScalingGroupName]));
}

/** The pools in the port graph's role `ingress`. */
export function partiesOf(pools: Record<string, ClientPoolRef>): Party[] {
  return Object.entries(pools).map(([key, { securityGroupId }]) => ({ key, securityGroupId }));
}
