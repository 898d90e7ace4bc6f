import type * as pulumi from "@pulumi/pulumi";
import { defaultEgressCidrs } from "../cluster-settings/servers";
import { consulSerfWanPort, type Edge, portGraph } from "../ports";
import type { Parties } from "../security-group";
import type { ConsulClusterArgs } from "./args";

/** The connections of a cluster: edges of the port graph, and who takes part. */
export interface Traffic {
  edges: readonly Edge[];
  parties: Parties;
}

/** Parties that a cluster's nodes call outside of it. */
export function outside(args: {
  egressCidrs?: readonly string[] | undefined;
  endpointSecurityGroupId?: pulumi.Input<string> | undefined;
}): Pick<Parties, "internet" | "endpoint"> {
  const { egressCidrs = defaultEgressCidrs, endpointSecurityGroupId } = args;
  return {
    internet: egressCidrs.map((cidrBlock) => ({ cidrBlock })),
    ...(endpointSecurityGroupId !== undefined && { endpoint: [{ securityGroupId: endpointSecurityGroupId }] }),
  };
}

/** The connections of a Consul cluster: among its servers, with those of federated datacenters, and out. */
export function consulTraffic(args: ConsulClusterArgs, securityGroupId: pulumi.Input<string>): Traffic {
  const { federation } = args;
  return {
    edges: federation ? portGraph : portGraph.filter(({ fromPort }) => fromPort !== consulSerfWanPort),
    parties: {
      "consul-server": [{ securityGroupId }],
      ...outside(args),
      ...(federation && { peer: federation.peerCidrs.map((cidrBlock) => ({ cidrBlock })) }),
    },
  };
}
