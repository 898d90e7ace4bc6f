import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, under } from "../checks";
import { nameErrors, serverErrors, type ServerOptions } from "../cluster-settings/servers";
import { cidrErrors } from "../load-balancer/cidrs";
import { tlsFileErrors } from "../node/tls-files";

/** Arguments of {@link ConsulCluster}. */
export interface ConsulClusterArgs extends ServerOptions {
  /**
   * Consul datacenter: small letters, digits and `-_`. It cannot be changed: agents with another one do not join.
   * @default the AWS region
   */
  datacenter?: pulumi.Input<string> | undefined;
  /**
   * Whether agents know each other over RPC by certificates, and their APIs are by TLS, which certificates `secrets` must bring: see `agentCertificates`. Turned on or off with a
   * cluster that runs, its new servers cannot join the old ones.
   * @default false: RPC and the API are in clear
   */
  tls?: boolean | undefined;
  /** Makes the datacenter one of several that know each other. @default none: the port between datacenters is closed */
  federation?: ConsulFederation | undefined;
}

/** How a Consul datacenter is federated with others. */
export interface ConsulFederation {
  /** Consul datacenter that is authoritative for all of them, in ACLs for instance. */
  primaryDatacenter: pulumi.Input<string>;
  /** CIDR blocks of the other datacenters' servers, which routes must lead to. */
  peerCidrs: string[];
  /** Addresses, or go-discover terms, of servers of other datacenters. @default none: they join this one */
  retryJoin?: string[] | undefined;
}

/** What is wrong with the arguments of {@link ConsulCluster}. */
export function consulClusterErrors(args: ConsulClusterArgs): PropertyError[] {
  const { federation } = args;
  return [
    ...serverErrors(args),
    ...tlsFileErrors(args.secrets, { consul: args.tls }),
    ...nameErrors("datacenter", args.datacenter, "datacenter"),
    ...(federation
      ? under("federation", [
          ...nameErrors("primaryDatacenter", federation.primaryDatacenter, "datacenter"),
          ...cidrErrors("peerCidrs", federation.peerCidrs, "narrow"),
        ])
      : []),
  ];
}
