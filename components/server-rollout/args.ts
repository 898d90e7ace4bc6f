import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { ClusterApis } from "../cluster-apis";

/** A cluster of servers, as `ConsulCluster` and `NomadCluster` are. */
export interface ServersRef {
  /** Name of the servers' Auto Scaling group. */
  autoScalingGroupName: pulumi.Input<string>;
  /** Value of the tag `cos-template` of servers that are as the group's launch template says. */
  nodeTemplateTag: pulumi.Input<string>;
  /** Number of servers. */
  servers: number;
}

/** Arguments of {@link ServerRollout}. */
export interface ServerRolloutArgs extends ClusterApis {
  /** Whose servers they are. */
  product: "Consul" | "Nomad";
  /** The cluster. When its launch template or its number of servers changes, its servers are replaced. */
  cluster: ServersRef;
  /** For how long each new server may take until it has a vote, in seconds. @default 900 */
  timeoutSeconds?: number | undefined;
}

/** What is wrong with the plain values. */
export function serverRolloutErrors({ timeoutSeconds = 900 }: ServerRolloutArgs): PropertyError[] {
  if (timeoutSeconds > 0) return [];
  return [{ propertyPath: "timeoutSeconds", reason: `must be more than 0, got ${timeoutSeconds}` }];
}
