import type { PropertyError } from "../checks";
import type { NodeFile } from "./node-file";

/** How nodes of a client pool come and go. Times in seconds. */
export interface LifecycleOptions {
  /**
   * For how long a new node may take until it takes tasks: Auto Scaling has it in service, and behind load balancers, only then, and
   * puts another in the place of one that does not come. 30 to 7200. @default 600
   */
  readyTimeoutSeconds?: number | undefined;
  /**
   * For how long tasks of a node that Auto Scaling ends (a smaller size, a refresh, a rebalancing, an end by hand) may take to be
   * elsewhere: what is left then is stopped. Nodes that EC2 takes away have its two minutes. 10 to 17700. @default 900
   */
  drainDeadlineSeconds?: number | undefined;
}

/** The times where nobody has said any. */
const timesOf = ({ readyTimeoutSeconds = 600, drainDeadlineSeconds = 900 }: LifecycleOptions) => {
  return { readyTimeoutSeconds, drainDeadlineSeconds };
};

/**
 * For how long Auto Scaling waits without a word from a node that it ends: one that is dead or cut off holds its group no longer than
 * this. Nodes say a word three times meanwhile.
 */
const heartbeatSeconds = 180;

/** How long a hook may wait in all: 100 times its heartbeat. Source: the API reference of EC2 Auto Scaling, "RecordLifecycleActionHeartbeat". */
const longestWait = 100 * heartbeatSeconds;

/** What a node needs after its deadline: see STOPPING in ami/files/usr/local/lib/cos-boot/cos_boot/departure.py, and its agents' own end. */
const farewellSeconds = 300;

/** Of the characters that Auto Scaling takes. */
const hookName = (name: string, kind: string) => `${name}-${kind}`.replace(/[^A-Za-z0-9_/-]/g, "-");

/**
 * The hooks by which Auto Scaling waits for clients: until a new one takes tasks, or else ends it; and until one that it ends has
 * drained, whatever the reason of its end is.
 *
 * @param name of the group's component
 */
export function lifecycleHooks(name: string, options: LifecycleOptions) {
  const { readyTimeoutSeconds } = timesOf(options);
  return {
    ready: {
      name: hookName(name, "ready"),
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      defaultResult: "ABANDON",
      heartbeatTimeout: readyTimeoutSeconds,
    },
    drain: {
      name: hookName(name, "drain"),
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      defaultResult: "CONTINUE",
      heartbeatTimeout: heartbeatSeconds,
    },
  };
}

/** What the node has to know of it. */
export function lifecycleOf(name: string, options: LifecycleOptions): NodeFile["lifecycle"] {
  const { ready, drain } = lifecycleHooks(name, options);
  const { drainDeadlineSeconds } = timesOf(options);
  return {
    arrivalHook: ready.name,
    departureHook: drain.name,
    drainDeadlineSeconds,
    heartbeatSeconds: heartbeatSeconds / 3,
  };
}

/** How long the deletion of a group may take, whose nodes drain at the same time; Go's form. */
export function deletionTimeout(options: LifecycleOptions): string {
  const { drainDeadlineSeconds } = timesOf(options);
  // 10 minutes are what the provider allows without any of it.
  return `${Math.ceil((drainDeadlineSeconds + farewellSeconds) / 60) + 10}m`;
}

/** What is wrong with the times. */
export function lifecycleErrors(options: LifecycleOptions): PropertyError[] {
  const bounds = [
    // Source: the API reference of EC2 Auto Scaling, "PutLifecycleHook".
    { propertyPath: "readyTimeoutSeconds", least: 30, most: 7200 },
    { propertyPath: "drainDeadlineSeconds", least: 10, most: longestWait - farewellSeconds },
  ] as const;
  return bounds.flatMap(({ propertyPath, least, most }) => {
    const value = timesOf(options)[propertyPath];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    return [{ propertyPath, reason: `must be a whole number of seconds from ${least} to ${most}, got ${value}` }];
  });
}
