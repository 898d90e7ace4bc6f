import type { ClusterOutputs } from "../components/cos/outputs";

export type { ClusterOutputs } from "../components/cos/outputs";

/** Outputs of the stack that the commands read, as index.ts of this repository exports them. */
export interface StackOutputs {
  /** URL of the Consul API. */
  consulAddress: string;
  /** URL of the Nomad API. */
  nomadAddress: string;
  /** Certificates of the authorities of both APIs, PEM; none where they are by none of their own. */
  caPem?: string;
  /** What the commands are let in with, by the policy's name; none where there are no ACLs, or none that the stack has made. */
  access?: Record<"operator" | "read-only", { consulToken: string; nomadLogin: string }>;
  /** IDs of the jobs, by the names of their resources. */
  jobIds?: Record<string, string>;
  /** The cluster on AWS; none where the stack only uses a cluster that is there already. */
  cluster?: ClusterOutputs;
}
