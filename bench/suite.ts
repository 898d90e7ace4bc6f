import type { Comparison, Growth } from "./figure";

/** What a suite works with. */
export interface Surroundings {
  /** Aborted when the run is interrupted. */
  signal: AbortSignal;
  /** Tells what is being done. */
  log: (text: string) => void;
}

/** Sets up what its measurements need, has each measured, and removes all that it has started, also on failure. */
export type Suite = (
  surroundings: Surroundings,
  compare: (what: Comparison | Growth) => Promise<void>,
) => Promise<void>;
