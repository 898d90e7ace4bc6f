import type * as pulumi from "@pulumi/pulumi";

/** A tag, on EC2 instances, by which agents find the servers of their cluster. Both parts are plain. */
export interface JoinTag {
  /** Key of the tag. */
  key: string;
  /** Value of the tag. */
  value: string;
}

/**
 * What others need to know of a Consul cluster. A `ConsulCluster` is one; plain values of a cluster made elsewhere are
 * another.
 */
export interface ConsulClusterRef {
  /** Consul datacenter. */
  datacenter: pulumi.Input<string>;
  /** Tag of the servers' EC2 instances. */
  joinTag: JoinTag;
  /** Whether its agents know each other by certificates, which the secrets of all nodes must bring then. @default false */
  tls?: boolean | undefined;
  /** Security group of the servers: the role `consul-server` of the port graph. */
  securityGroupId: pulumi.Input<string>;
}
