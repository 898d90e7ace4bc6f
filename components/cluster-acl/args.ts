import { defaultSecrets } from "../acl-token/args";
import type { PropertyError } from "../checks";
import { nameErrors } from "../cluster-settings/servers";
import { rotationErrors } from "../rotation";

/** Arguments of {@link ClusterAcl}. */
export interface ClusterAclArgs {
  /** Name of the cluster: the same that `ConsulAcl` and the nodes are given. */
  clusterName: string;
  /**
   * Names of the secrets of all tokens, those of the management among them, and of the keys of Nomad's logins; at least one. The first is for those who use a
   * token, all are accepted. Rotation takes three updates: `["1"]` to `["1", "2"]` to `["2", "1"]` to `["2"]`. In one step there would be no token to make the
   * others known by: `up` says so, and is mended by giving the old name back.
   * @default ["1"]
   */
  secrets?: string[] | undefined;
}

/** What is wrong with the arguments of {@link ClusterAcl}. */
export function clusterAclErrors({ clusterName, secrets = [...defaultSecrets] }: ClusterAclArgs): PropertyError[] {
  return [...nameErrors("clusterName", clusterName), ...rotationErrors("secrets", "secret", secrets, [])];
}
