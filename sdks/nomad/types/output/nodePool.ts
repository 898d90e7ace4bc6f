// What the types of ../input/nodePool become: the same properties, resolved. Those that the provider always fills are required.

/** How the scheduler places on a node pool. */
export interface NodePoolSchedulerConfig {
  memoryOversubscription?: string;
  schedulerAlgorithm?: string;
}
