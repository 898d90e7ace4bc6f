import type * as pulumi from "@pulumi/pulumi";
import { outside, type Traffic } from "../consul-cluster/traffic";
import { portGraph, type Role } from "../ports";
import type { NomadClusterArgs } from "./args";

/** The security groups of a Nomad cluster, by the roles that they make. */
export interface NomadGroups {
  /** `nomad-server` */
  server: pulumi.Input<string>;
  /** `client` */
  client: pulumi.Input<string>;
  /** `service` */
  service: pulumi.Input<string>;
}

const own: readonly Role[] = ["nomad-server", "client", "service"];

/**
 * The connections of a Nomad cluster: among its servers and clients, with the Consul servers, with the servers of other
 * regions, and out. What Consul's servers do among themselves is their own cluster's.
 */
export function nomadTraffic(
  args: Pick<NomadClusterArgs, "consul" | "peerCidrs" | "egressCidrs" | "endpointSecurityGroupId">,
  groups: NomadGroups,
): Traffic {
  return {
    edges: portGraph.filter(({ from, to }) => own.includes(from) || own.includes(to)),
    parties: {
      "consul-server": [{ securityGroupId: args.consul.securityGroupId }],
      "nomad-server": [{ securityGroupId: groups.server }],
      client: [{ securityGroupId: groups.client }],
      service: [{ securityGroupId: groups.service }],
      ...outside(args),
      ...(args.peerCidrs && { peer: args.peerCidrs.map((cidrBlock) => ({ cidrBlock })) }),
    },
  };
}
