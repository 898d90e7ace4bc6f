/** What of a group is in which state, in the midst of an instance refresh. */
export interface Progress {
  /** How many instances the group is to have. */
  desired: number;
  /** With the present launch template, in service. */
  current: number;
  /** With the present launch template, not in service yet. */
  coming: number;
  /** With another launch template. */
  outdated: number;
}

/** Limits of an instance refresh, in percent of the group. */
export interface Limits {
  minHealthy: number;
  maxHealthy: number;
  /** After which shares of the group it pauses. */
  checkpoints: readonly number[];
}

/**
 * What an instance refresh does next: launch an instance, or end one that is outdated. Nothing while it waits for instances, or has none
 * to replace. As EC2 Auto Scaling does it with a minimum and a maximum healthy percentage: above 100 it launches before it ends.
 */
export function nextStep(
  { desired, current, coming, outdated }: Progress,
  limits: Limits,
): "launch" | "end" | undefined {
  const total = current + coming + outdated;
  if (outdated === 0) return total < desired ? "launch" : undefined;
  const more = limits.maxHealthy > 100 ? Math.max(1, Math.floor((desired * (limits.maxHealthy - 100)) / 100)) : 0;
  const least = Math.ceil((desired * limits.minHealthy) / 100);
  // One at a time is replaced, whatever the least is.
  const spared = current + outdated - 1 >= (more > 0 ? least : Math.min(least, desired - 1));
  if (spared && total >= desired + Math.min(more, 1)) return "end";
  return total < desired + more ? "launch" : undefined;
}

/** The last checkpoint that a refresh has come to. */
export function checkpointOf({ desired, current }: Progress, { checkpoints }: Limits): number | undefined {
  return checkpoints.filter((share) => share < 100 && (100 * current) / desired >= share).at(-1);
}
