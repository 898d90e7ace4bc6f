import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

const schema: utilities.Schema<SchedulerConfigArgs, SchedulerConfigState> = {
  type: "nomad:index/schedulerConfig:SchedulerConfig",
  inputs: {
    memoryOversubscriptionEnabled: "optional",
    preemptionConfig: "optional",
    schedulerAlgorithm: "optional",
  },
  outputs: {},
};

/** The scheduler's configuration: one for the whole cluster. */
export class SchedulerConfig extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The SchedulerConfig that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: SchedulerConfigState,
    opts?: pulumi.CustomResourceOptions,
  ): SchedulerConfig {
    return new SchedulerConfig(name, state, { ...opts, id });
  }

  /** Whether a value is a SchedulerConfig, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is SchedulerConfig {
    return utilities.isInstance(obj, SchedulerConfig.__pulumiType);
  }

  // What SchedulerConfigArgs describes, as the provider holds it.
  declare readonly memoryOversubscriptionEnabled: pulumi.Output<boolean | undefined>;
  declare readonly preemptionConfig: pulumi.Output<{ [key: string]: boolean } | undefined>;
  declare readonly schedulerAlgorithm: pulumi.Output<string | undefined>;

  constructor(name: string, args?: SchedulerConfigArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a SchedulerConfig is made from. */
export interface SchedulerConfigArgs {
  /**
   * Whether tasks may use more memory than they reserve, up to `memory_max`.
   * @default false
   */
  memoryOversubscriptionEnabled?: pulumi.Input<boolean>;
  /** Kinds of job that may displace those of lower priority, such as `{ serviceSchedulerEnabled: true }`. */
  preemptionConfig?: pulumi.Input<{ [key: string]: pulumi.Input<boolean> }>;
  /**
   * How nodes are chosen: `binpack` (fill one up first) or `spread`.
   * @default "binpack"
   */
  schedulerAlgorithm?: pulumi.Input<string>;
}

/** What a SchedulerConfig can be found by: anything it is made from or reports. */
export type SchedulerConfigState = Partial<SchedulerConfigArgs>;
