import type * as pulumi from "@pulumi/pulumi";
import type { ConsulClusterRef, JoinTag } from "../consul-cluster/ref";

/**
 * What others need to know of a Nomad cluster, for instance a pool that joins it. A `NomadCluster` is one; plain values of
 * a cluster made elsewhere are another.
 */
export interface NomadClusterRef {
  /** Nomad region. */
  region: pulumi.Input<string>;
  /** Tag of the servers' EC2 instances. */
  joinTag: JoinTag;
  /** Whether its agents know each other by certificates, which the secrets of all nodes must bring then. @default false */
  tls?: boolean | undefined;
  /** Security group of the servers: the role `nomad-server` of the port graph. */
  serverSecurityGroupId: pulumi.Input<string>;
  /** Security group that all clients are in, whatever their pool: the role `client` of the port graph. */
  clientSecurityGroupId: pulumi.Input<string>;
  /** Security group of clients whose tasks may call each other: the role `service` of the port graph. */
  serviceSecurityGroupId: pulumi.Input<string>;
  /** The Consul cluster that it registers its services with. */
  consul: ConsulClusterRef;
}
