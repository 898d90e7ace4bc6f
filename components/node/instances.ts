/** How EC2 chooses among spot capacity pools. */
export type SpotStrategy =
  "price-capacity-optimized" | "capacity-optimized" | "capacity-optimized-prioritized" | "lowest-price";

/** Spot instances of a group. */
export interface SpotOptions {
  /** Percentage of the nodes that are spot instances, 0 to 100, whole. @default 100 */
  share?: number | undefined;
  /** Which spot capacity is taken. @default "price-capacity-optimized" */
  strategy?: SpotStrategy | undefined;
}
