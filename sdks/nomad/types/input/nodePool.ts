import type * as pulumi from "@pulumi/pulumi";

/** How the scheduler places on a node pool. */
export interface NodePoolSchedulerConfig {
  /** Whether tasks may use more memory than they reserve: `enabled` or `disabled`. */
  memoryOversubscription?: pulumi.Input<string>;
  /** How nodes are chosen: `binpack` or `spread`. */
  schedulerAlgorithm?: pulumi.Input<string>;
}
