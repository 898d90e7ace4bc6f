import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<JobArgs, JobState> = {
  type: "nomad:index/job:Job",
  inputs: {
    deregisterOnDestroy: "optional",
    deregisterOnIdChange: "optional",
    detach: "optional",
    hcl2: "optional",
    jobspec: "required",
    json: "optional",
    policyOverride: "optional",
    preserveCounts: "optional",
    purgeOnDestroy: "optional",
    readAllocationIds: "optional",
    rerunIfDead: "optional",
  },
  outputs: {
    allAtOnce: "plain",
    allocationIds: "plain",
    constraints: "plain",
    createIndex: "plain",
    datacenters: "plain",
    deploymentId: "plain",
    deploymentStatus: "plain",
    modifyIndex: "plain",
    name: "plain",
    namespace: "plain",
    parentId: "plain",
    periodicConfigs: "plain",
    priority: "plain",
    region: "plain",
    stable: "plain",
    status: "plain",
    statusDescription: "plain",
    stop: "plain",
    submitTime: "plain",
    taskGroups: "plain",
    type: "plain",
    updateStrategies: "plain",
    version: "plain",
  },
};

/** A Nomad job, registered from its specification. */
export class Job extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The Job that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, state?: JobState, opts?: pulumi.CustomResourceOptions): Job {
    return new Job(name, state as JobArgs, { ...opts, id });
  }

  /** Whether a value is a Job, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is Job {
    return utilities.isInstance(obj, Job.__pulumiType);
  }

  /** Whether a placement may be partial while nodes are short of room. */
  declare readonly allAtOnce: pulumi.Output<boolean>;
  /**
   * Ids of the job's allocations, with `readAllocationIds`.
   * @deprecated The public provider will drop it for a data source.
   */
  declare readonly allocationIds: pulumi.Output<string[]>;
  /** What a node must fulfil to run the job. */
  declare readonly constraints: pulumi.Output<outputs.JobConstraint[]>;
  /** Raft index at which the job was first registered. */
  declare readonly createIndex: pulumi.Output<number>;
  /** Datacenters that the job may run in. */
  declare readonly datacenters: pulumi.Output<string[]>;
  /** Id of the last deployment, with `detach: false` and where there is one. */
  declare readonly deploymentId: pulumi.Output<string>;
  /** How the last deployment went, with `detach: false`. */
  declare readonly deploymentStatus: pulumi.Output<string>;
  /** Raft index of the job's last change; a registration fails where it has moved on. */
  declare readonly modifyIndex: pulumi.Output<string>;
  /** Name of the job. */
  declare readonly name: pulumi.Output<string>;
  /** Namespace of the job. */
  declare readonly namespace: pulumi.Output<string>;
  /** Id of the periodic or parameterized job that made this one. */
  declare readonly parentId: pulumi.Output<string>;
  /** When a periodic job starts. */
  declare readonly periodicConfigs: pulumi.Output<outputs.JobPeriodicConfig[]>;
  /** Priority of the job, 1 to 100. */
  declare readonly priority: pulumi.Output<number>;
  /** Region of the job. */
  declare readonly region: pulumi.Output<string>;
  /** Whether this version of the job has been deployed successfully. */
  declare readonly stable: pulumi.Output<boolean>;
  /** What the job does: `pending`, `running` or `dead`. */
  declare readonly status: pulumi.Output<string>;
  /** Nomad's words on `status`. */
  declare readonly statusDescription: pulumi.Output<string>;
  /** Whether the job was asked to stop. */
  declare readonly stop: pulumi.Output<boolean>;
  /** When this version was registered, in nanoseconds since 1970. */
  declare readonly submitTime: pulumi.Output<string>;
  /** Groups of the job. */
  declare readonly taskGroups: pulumi.Output<outputs.JobTaskGroup[]>;
  /** Kind of the job: `service`, `batch`, `system` or `sysbatch`. */
  declare readonly type: pulumi.Output<string>;
  /** How the job is updated. */
  declare readonly updateStrategies: pulumi.Output<outputs.JobUpdateStrategy[]>;
  /** Version of the job, counted from 0. */
  declare readonly version: pulumi.Output<number>;

  // What JobArgs describes, as the provider holds it.
  declare readonly deregisterOnDestroy: pulumi.Output<boolean | undefined>;
  declare readonly deregisterOnIdChange: pulumi.Output<boolean | undefined>;
  declare readonly detach: pulumi.Output<boolean | undefined>;
  declare readonly hcl2: pulumi.Output<outputs.JobHcl2 | undefined>;
  declare readonly jobspec: pulumi.Output<string>;
  declare readonly json: pulumi.Output<boolean | undefined>;
  declare readonly policyOverride: pulumi.Output<boolean | undefined>;
  declare readonly preserveCounts: pulumi.Output<boolean | undefined>;
  declare readonly purgeOnDestroy: pulumi.Output<boolean | undefined>;
  /** @deprecated The public provider will drop it for a data source. */
  declare readonly readAllocationIds: pulumi.Output<boolean | undefined>;
  declare readonly rerunIfDead: pulumi.Output<boolean | undefined>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: JobArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a Job is made from. */
export interface JobArgs {
  /**
   * Whether the job is stopped together with this resource.
   * @default true
   */
  deregisterOnDestroy?: pulumi.Input<boolean>;
  /**
   * Whether the job under the old id is stopped where the specification gets a new one.
   * @default true
   */
  deregisterOnIdChange?: pulumi.Input<boolean>;
  /**
   * Whether to return as soon as the job is registered; `false` waits for its deployment.
   * @default true
   */
  detach?: pulumi.Input<boolean>;
  /** Options of the HCL2 parser. */
  hcl2?: pulumi.Input<inputs.JobHcl2>;
  /** The job's specification: the text of a job file, not its path. */
  jobspec: pulumi.Input<string>;
  /**
   * Whether `jobspec` is JSON rather than HCL2.
   * @default false
   */
  json?: pulumi.Input<boolean>;
  /**
   * Whether soft-mandatory Sentinel policies are overridden (Nomad Enterprise).
   * @default false
   */
  policyOverride?: pulumi.Input<boolean>;
  /**
   * Whether running counts of groups win over those of `jobspec`, as an autoscaler needs.
   * @default false
   */
  preserveCounts?: pulumi.Input<boolean>;
  /**
   * Whether the job is also removed from Nomad's state together with this resource.
   * @default false
   */
  purgeOnDestroy?: pulumi.Input<boolean>;
  /**
   * Whether to read `allocationIds`.
   * @default false
   * @deprecated The public provider will drop it for a data source.
   */
  readAllocationIds?: pulumi.Input<boolean>;
  /**
   * Whether a job found `dead` is registered again.
   * @default false
   */
  rerunIfDead?: pulumi.Input<boolean>;
}

/** What a Job can be found by: anything it is made from or reports. */
export interface JobState extends Partial<JobArgs> {
  allAtOnce?: pulumi.Input<boolean>;
  /** @deprecated The public provider will drop it for a data source. */
  allocationIds?: pulumi.Input<pulumi.Input<string>[]>;
  constraints?: pulumi.Input<pulumi.Input<inputs.JobConstraint>[]>;
  createIndex?: pulumi.Input<number>;
  datacenters?: pulumi.Input<pulumi.Input<string>[]>;
  deploymentId?: pulumi.Input<string>;
  deploymentStatus?: pulumi.Input<string>;
  modifyIndex?: pulumi.Input<string>;
  name?: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
  parentId?: pulumi.Input<string>;
  periodicConfigs?: pulumi.Input<pulumi.Input<inputs.JobPeriodicConfig>[]>;
  priority?: pulumi.Input<number>;
  region?: pulumi.Input<string>;
  stable?: pulumi.Input<boolean>;
  status?: pulumi.Input<string>;
  statusDescription?: pulumi.Input<string>;
  stop?: pulumi.Input<boolean>;
  submitTime?: pulumi.Input<string>;
  taskGroups?: pulumi.Input<pulumi.Input<inputs.JobTaskGroup>[]>;
  type?: pulumi.Input<string>;
  updateStrategies?: pulumi.Input<pulumi.Input<inputs.JobUpdateStrategy>[]>;
  version?: pulumi.Input<number>;
}
