import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<DynamicHostVolumeRegistrationArgs, DynamicHostVolumeRegistrationState> = {
  type: "nomad:index/dynamicHostVolumeRegistration:DynamicHostVolumeRegistration",
  inputs: {
    capabilities: "required",
    capacity: "optional",
    hostPath: "required",
    name: "optional",
    namespace: "optional",
    nodeId: "required",
    parameters: "optional",
  },
  outputs: {
    capacityBytes: "plain",
    capacityMaxBytes: "plain",
    capacityMinBytes: "plain",
    constraints: "plain",
    nodePool: "plain",
    pluginId: "plain",
    state: "plain",
  },
};

/** A directory or disk that exists on a node and is made known to Nomad as a host volume. */
export class DynamicHostVolumeRegistration extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The DynamicHostVolumeRegistration that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: DynamicHostVolumeRegistrationState,
    opts?: pulumi.CustomResourceOptions,
  ): DynamicHostVolumeRegistration {
    return new DynamicHostVolumeRegistration(name, state as DynamicHostVolumeRegistrationArgs, { ...opts, id });
  }

  /** Whether a value is a DynamicHostVolumeRegistration, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is DynamicHostVolumeRegistration {
    return utilities.isInstance(obj, DynamicHostVolumeRegistration.__pulumiType);
  }

  /** Size the volume has, in bytes. */
  declare readonly capacityBytes: pulumi.Output<number>;
  /** Largest size in bytes. */
  declare readonly capacityMaxBytes: pulumi.Output<number>;
  /** Smallest size in bytes. */
  declare readonly capacityMinBytes: pulumi.Output<number>;
  /** What a node must fulfil to get the volume. */
  declare readonly constraints: pulumi.Output<outputs.DynamicHostVolumeRegistrationConstraint[]>;
  /** Node pool of the volume's node. */
  declare readonly nodePool: pulumi.Output<string>;
  /** Id of the plugin that manages the volume, where there is one. */
  declare readonly pluginId: pulumi.Output<string>;
  /** What Nomad last knew of the volume: `pending`, `ready` or `unavailable`. */
  declare readonly state: pulumi.Output<string>;

  // What DynamicHostVolumeRegistrationArgs describes, as the provider holds it.
  declare readonly capabilities: pulumi.Output<outputs.DynamicHostVolumeRegistrationCapability[]>;
  declare readonly capacity: pulumi.Output<string | undefined>;
  declare readonly hostPath: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly namespace: pulumi.Output<string | undefined>;
  declare readonly nodeId: pulumi.Output<string>;
  declare readonly parameters: pulumi.Output<{ [key: string]: string } | undefined>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: DynamicHostVolumeRegistrationArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a DynamicHostVolumeRegistration is made from. */
export interface DynamicHostVolumeRegistrationArgs {
  /** Ways in which jobs may use the volume. */
  capabilities: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeRegistrationCapability>[]>;
  /** Size of the volume, with a unit, such as `"10GiB"`. */
  capacity?: pulumi.Input<string>;
  /** Absolute path of the volume on its node. */
  hostPath: pulumi.Input<string>;
  /** Name that jobs claim the volume by, unique on its node; any token with `node:read` can see it. */
  name?: pulumi.Input<string>;
  /**
   * Namespace that the volume belongs to.
   * @default "default"
   */
  namespace?: pulumi.Input<string>;
  /** Id of the node that holds the volume. */
  nodeId: pulumi.Input<string>;
  /** Settings for the plugin, passed on as they are. */
  parameters?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** What a DynamicHostVolumeRegistration can be found by: anything it is made from or reports. */
export interface DynamicHostVolumeRegistrationState extends Partial<DynamicHostVolumeRegistrationArgs> {
  capacityBytes?: pulumi.Input<number>;
  capacityMaxBytes?: pulumi.Input<number>;
  capacityMinBytes?: pulumi.Input<number>;
  constraints?: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeRegistrationConstraint>[]>;
  nodePool?: pulumi.Input<string>;
  pluginId?: pulumi.Input<string>;
  state?: pulumi.Input<string>;
}
