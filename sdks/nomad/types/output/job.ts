// What the types of ../input/job become: the same properties, resolved. Those that the provider always fills are required.

/** What a node must fulfil to run a job. */
export interface JobConstraint {
  ltarget: string;
  operand: string;
  rtarget: string;
}

/** Options of the HCL2 parser. */
export interface JobHcl2 {
  allowFs?: boolean;
  vars?: { [key: string]: string };
}

/** When a periodic job starts. */
export interface JobPeriodicConfig {
  enabled: boolean;
  prohibitOverlap: boolean;
  spec: string;
  specType: string;
  timezone: string;
}

/** A group of a job. */
export interface JobTaskGroup {
  count: number;
  meta: { [key: string]: string };
  name: string;
  tasks: JobTaskGroupTask[];
  updateStrategies: JobTaskGroupUpdateStrategy[];
  volumes: JobTaskGroupVolume[];
}

/** A task of a group. */
export interface JobTaskGroupTask {
  driver: string;
  meta: { [key: string]: string };
  name: string;
  volumeMounts: JobTaskGroupTaskVolumeMount[];
}

/** A volume that a task mounts. */
export interface JobTaskGroupTaskVolumeMount {
  destination: string;
  readOnly: boolean;
  volume: string;
}

/** How a group is updated. */
export interface JobTaskGroupUpdateStrategy {
  autoRevert: boolean;
  canary: number;
  healthCheck: string;
  healthyDeadline: string;
  maxParallel: number;
  minHealthyTime: string;
  stagger: string;
}

/** A volume that a group claims. */
export interface JobTaskGroupVolume {
  name: string;
  readOnly: boolean;
  source: string;
  type: string;
}

/** How a job is updated. */
export interface JobUpdateStrategy {
  autoRevert: boolean;
  canary: number;
  healthCheck: string;
  healthyDeadline: string;
  maxParallel: number;
  minHealthyTime: string;
  stagger: string;
}
