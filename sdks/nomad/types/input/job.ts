import type * as pulumi from "@pulumi/pulumi";

/** What a node must fulfil to run a job. */
export interface JobConstraint {
  /** Attribute of the node. */
  ltarget?: pulumi.Input<string>;
  /** How to compare. */
  operand?: pulumi.Input<string>;
  /** Value to compare with. */
  rtarget?: pulumi.Input<string>;
}

/** Options of the HCL2 parser. */
export interface JobHcl2 {
  /**
   * Whether the specification may read files of the machine that Pulumi runs on.
   * @default false
   */
  allowFs?: pulumi.Input<boolean>;
  /** Values of the specification's variables. */
  vars?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** When a periodic job starts. */
export interface JobPeriodicConfig {
  /** Whether it starts at all. */
  enabled?: pulumi.Input<boolean>;
  /** Whether it waits for its last run to end. */
  prohibitOverlap?: pulumi.Input<boolean>;
  /** The times, as a cron expression. */
  spec?: pulumi.Input<string>;
  /** What `spec` is: `cron`. */
  specType?: pulumi.Input<string>;
  /** Time zone of `spec`. */
  timezone?: pulumi.Input<string>;
}

/** A group of a job. */
export interface JobTaskGroup {
  /** Number of instances. */
  count?: pulumi.Input<number>;
  /** Free key-value pairs. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name of the group. */
  name?: pulumi.Input<string>;
  /** Tasks of the group. */
  tasks?: pulumi.Input<pulumi.Input<JobTaskGroupTask>[]>;
  /** How the group is updated. */
  updateStrategies?: pulumi.Input<pulumi.Input<JobTaskGroupUpdateStrategy>[]>;
  /** Volumes that the group claims. */
  volumes?: pulumi.Input<pulumi.Input<JobTaskGroupVolume>[]>;
}

/** A task of a group. */
export interface JobTaskGroupTask {
  /** Task driver. */
  driver?: pulumi.Input<string>;
  /** Free key-value pairs. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name of the task. */
  name?: pulumi.Input<string>;
  /** Volumes that the task mounts. */
  volumeMounts?: pulumi.Input<pulumi.Input<JobTaskGroupTaskVolumeMount>[]>;
}

/** A volume that a task mounts. */
export interface JobTaskGroupTaskVolumeMount {
  /** Path in the task. */
  destination?: pulumi.Input<string>;
  /** Whether the task may only read. */
  readOnly?: pulumi.Input<boolean>;
  /** Name of the group's volume. */
  volume?: pulumi.Input<string>;
}

/** How a group is updated. */
export interface JobTaskGroupUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert?: pulumi.Input<boolean>;
  /** Number of canaries that run before the old allocations are replaced. */
  canary?: pulumi.Input<number>;
  /** What decides that an allocation is healthy: `checks`, `task_states` or `manual`. */
  healthCheck?: pulumi.Input<string>;
  /** Time within which an allocation must become healthy, as a duration. */
  healthyDeadline?: pulumi.Input<string>;
  /** Number of allocations replaced at the same time. */
  maxParallel?: pulumi.Input<number>;
  /** Time an allocation must stay healthy before it counts, as a duration. */
  minHealthyTime?: pulumi.Input<string>;
  /** Pause between two rounds of a system job's update, as a duration. */
  stagger?: pulumi.Input<string>;
}

/** A volume that a group claims. */
export interface JobTaskGroupVolume {
  /** Name within the group. */
  name?: pulumi.Input<string>;
  /** Whether the group may only read. */
  readOnly?: pulumi.Input<boolean>;
  /** Name or id of the volume. */
  source?: pulumi.Input<string>;
  /** Kind of the volume: `host` or `csi`. */
  type?: pulumi.Input<string>;
}

/** How a job is updated. */
export interface JobUpdateStrategy {
  /** Whether a failed deployment goes back to the last stable version. */
  autoRevert?: pulumi.Input<boolean>;
  /** Number of canaries that run before the old allocations are replaced. */
  canary?: pulumi.Input<number>;
  /** What decides that an allocation is healthy: `checks`, `task_states` or `manual`. */
  healthCheck?: pulumi.Input<string>;
  /** Time within which an allocation must become healthy, as a duration. */
  healthyDeadline?: pulumi.Input<string>;
  /** Number of allocations replaced at the same time. */
  maxParallel?: pulumi.Input<number>;
  /** Time an allocation must stay healthy before it counts, as a duration. */
  minHealthyTime?: pulumi.Input<string>;
  /** Pause between two rounds of a system job's update, as a duration. */
  stagger?: pulumi.Input<string>;
}
