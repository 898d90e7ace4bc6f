import type { types } from "@pulumi/aws";
import type { PropertyError } from "../checks";

/**
 * How Auto Scaling replaces the nodes of a pool whose launch template has changed: by new ones that take tasks, before an old one drains
 * and ends. Shares are percentages of the pool. Where a new node does not come, the refresh stops, and goes back to the template before.
 */
export interface RefreshOptions {
  /** Share that is to be in service all the time, but for one node at a time. 0 to 100, whole. @default 100 */
  minHealthyPercentage?: number | undefined;
  /**
   * Share up to which the pool may grow meanwhile: above 100, nodes are launched before others end, one at least. 100 to 200, at most
   * 100 above the least. @default 110
   */
  maxHealthyPercentage?: number | undefined;
  /** Shares, ascending, after which it pauses. @default none */
  checkpoints?: number[] | undefined;
  /** For how long it pauses there: 0 to 172800 seconds. @default 3600 */
  checkpointDelaySeconds?: number | undefined;
  /** Whether it goes back by itself to the launch template before, where it fails. @default true */
  rollBack?: boolean | undefined;
}

const defaults = { minHealthyPercentage: 100, maxHealthyPercentage: 110, checkpointDelaySeconds: 3600 };

/** The `instanceRefresh` of a group. */
export function instanceRefresh(options: RefreshOptions): types.input.autoscaling.GroupInstanceRefresh {
  const { checkpoints = [], rollBack = true } = options;
  return {
    strategy: "Rolling",
    preferences: {
      minHealthyPercentage: options.minHealthyPercentage ?? defaults.minHealthyPercentage,
      maxHealthyPercentage: options.maxHealthyPercentage ?? defaults.maxHealthyPercentage,
      // A node is in service when it takes tasks, and not before.
      instanceWarmup: "0",
      autoRollback: rollBack,
      skipMatching: true,
      ...(checkpoints.length > 0 && {
        // What is after the last is replaced too.
        checkpointPercentages: checkpoints.at(-1) === 100 ? checkpoints : [...checkpoints, 100],
        checkpointDelay: String(options.checkpointDelaySeconds ?? defaults.checkpointDelaySeconds),
      }),
    },
  };
}

/** What is wrong with the limits, as EC2 Auto Scaling checks them. Source: its API reference, "RefreshPreferences". */
export function refreshErrors(options: RefreshOptions): PropertyError[] {
  const { minHealthyPercentage: least = defaults.minHealthyPercentage } = options;
  const { maxHealthyPercentage: most = defaults.maxHealthyPercentage, checkpoints = [] } = options;
  const errors: PropertyError[] = [];
  const whole = (name: string, value: number | undefined, from: number, to: number, unit: string) => {
    if (value === undefined || (Number.isInteger(value) && value >= from && value <= to)) return;
    const reason = `must be a whole number of ${unit} from ${from} to ${to}, got ${value}`;
    errors.push({ propertyPath: `refresh.${name}`, reason });
  };
  whole("minHealthyPercentage", options.minHealthyPercentage, 0, 100, "percent");
  whole("maxHealthyPercentage", options.maxHealthyPercentage, 100, 200, "percent");
  checkpoints.forEach((share, i) => {
    const last = checkpoints[i - 1] ?? 0;
    whole(`checkpoints[${i}]`, share, last + 1, 100, "percent, ascending,");
  });
  whole("checkpointDelaySeconds", options.checkpointDelaySeconds, 0, 172_800, "seconds");
  if (errors.length === 0 && most - least > 100) {
    const reason = `must be at most 100 above minHealthyPercentage, which is ${least}, got ${most}`;
    errors.push({ propertyPath: "refresh.maxHealthyPercentage", reason });
  }
  return errors;
}
