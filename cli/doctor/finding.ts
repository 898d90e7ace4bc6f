/** Something that is wrong with a cluster, and what mends it. */
export interface Finding {
  problem: string;
  /** A command, or what to look at with one. */
  remedy: string;
}
