import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { NodeRole } from "./args";
import type { PolicyStatement } from "./policy";
import { nodeTagKeys } from "./tags";

/** When nodes are replaced because their agents are ill. */
export interface HealthOptions {
  /**
   * For how long, in seconds, a node's agents may be dead, frozen or cut off until Auto Scaling puts another instance in its place: 60 to
   * 86400; `false`: for ever. Consul's leader looks after Consul's servers, Nomad's after Nomad's servers and the clients of all pools; so it is said of
   * servers, and a change replaces them. One server is replaced at a time, and none where the healthy ones are no quorum; no client where
   * most of its group look ill.
   * @default 600
   */
  replaceUnhealthyAfterSeconds?: number | false | undefined;
}

/** Whom servers look after. */
const patients: Record<NodeRole, NodeRole[]> = {
  "consul-server": ["consul-server"],
  "nomad-server": ["nomad-server", "client"],
  client: [],
};

/** The limit in seconds of a node that looks after others; undefined where it does not. */
export function healthLimit(role: NodeRole, { replaceUnhealthyAfterSeconds = 600 }: HealthOptions): number | undefined {
  return patients[role].length === 0 || replaceUnhealthyAfterSeconds === false
    ? undefined
    : replaceUnhealthyAfterSeconds;
}

/** Names of the statements below. */
export const healthSids = ["FindGroups", "ReplaceUnhealthy"] as const;

/**
 * What a node that looks after others may do.
 *
 * @param groups ARN of all Auto Scaling groups
 */
export function healthStatements(
  node: HealthOptions & { role: NodeRole; clusterName: string },
  groups: pulumi.Input<string>,
): (PolicyStatement & { sid: (typeof healthSids)[number] })[] {
  if (healthLimit(node.role, node) === undefined) return [];
  const tag = (key: string) => `aws:ResourceTag/${key}`;
  return [
    // The API has no narrower resource. Source: the service authorization reference for Amazon EC2 Auto Scaling.
    { sid: "FindGroups", actions: ["autoscaling:DescribeAutoScalingGroups"], resources: ["*"] },
    {
      sid: "ReplaceUnhealthy",
      actions: ["autoscaling:SetInstanceHealth"],
      resources: [groups],
      conditions: {
        StringEquals: { [tag(nodeTagKeys.cluster)]: node.clusterName, [tag(nodeTagKeys.role)]: patients[node.role] },
      },
    },
  ];
}

/** What is wrong with the limit. */
export function healthErrors({ replaceUnhealthyAfterSeconds: limit }: HealthOptions): PropertyError[] {
  if (limit === undefined || limit === false) return [];
  // An agent that starts again, or a change of leader, is no illness.
  if (Number.isInteger(limit) && limit >= 60 && limit <= 86_400) return [];
  const reason = `must be a whole number of seconds from 60 to 86400, or false, got ${limit}`;
  return [{ propertyPath: "replaceUnhealthyAfterSeconds", reason }];
}
