import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<DynamicHostVolumeArgs, DynamicHostVolumeState> = {
  type: "nomad:index/dynamicHostVolume:DynamicHostVolume",
  inputs: {
    capabilities: "required",
    capacityMax: "optional",
    capacityMin: "optional",
    constraints: "optional",
    name: "optional",
    namespace: "optional",
    nodeId: "optional",
    nodePool: "optional",
    parameters: "optional",
    pluginId: "required",
  },
  outputs: {
    capacity: "plain",
    capacityBytes: "plain",
    capacityMaxBytes: "plain",
    capacityMinBytes: "plain",
    hostPath: "plain",
    state: "plain",
  },
};

/** A volume that a host volume plugin creates on one node. */
export class DynamicHostVolume extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The DynamicHostVolume that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: DynamicHostVolumeState,
    opts?: pulumi.CustomResourceOptions,
  ): DynamicHostVolume {
    return new DynamicHostVolume(name, state as DynamicHostVolumeArgs, { ...opts, id });
  }

  /** Whether a value is a DynamicHostVolume, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is DynamicHostVolume {
    return utilities.isInstance(obj, DynamicHostVolume.__pulumiType);
  }

  /** Size the volume has, with a unit. */
  declare readonly capacity: pulumi.Output<string>;
  /** Size the volume has, in bytes. */
  declare readonly capacityBytes: pulumi.Output<number>;
  /** Largest size in bytes. */
  declare readonly capacityMaxBytes: pulumi.Output<number>;
  /** Smallest size in bytes. */
  declare readonly capacityMinBytes: pulumi.Output<number>;
  /** Absolute path of the volume on its node. */
  declare readonly hostPath: pulumi.Output<string>;
  /** What Nomad last knew of the volume: `pending`, `ready` or `unavailable`. */
  declare readonly state: pulumi.Output<string>;

  // What DynamicHostVolumeArgs describes, as the provider holds it.
  declare readonly capabilities: pulumi.Output<outputs.DynamicHostVolumeCapability[]>;
  declare readonly capacityMax: pulumi.Output<string | undefined>;
  declare readonly capacityMin: pulumi.Output<string | undefined>;
  declare readonly constraints: pulumi.Output<outputs.DynamicHostVolumeConstraint[] | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly namespace: pulumi.Output<string | undefined>;
  declare readonly nodeId: pulumi.Output<string>;
  declare readonly nodePool: pulumi.Output<string>;
  declare readonly parameters: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly pluginId: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: DynamicHostVolumeArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a DynamicHostVolume is made from. */
export interface DynamicHostVolumeArgs {
  /** Ways in which jobs may use the volume. */
  capabilities: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeCapability>[]>;
  /**
   * Largest size that is acceptable, with a unit, such as `"10GiB"`; equal to `capacityMin` for an exact size.
   */
  capacityMax?: pulumi.Input<string>;
  /** Smallest size that is acceptable, with a unit, such as `"10GiB"`. */
  capacityMin?: pulumi.Input<string>;
  /** What a node must fulfil to get the volume. */
  constraints?: pulumi.Input<pulumi.Input<inputs.DynamicHostVolumeConstraint>[]>;
  /** Name that jobs claim the volume by, unique on its node; any token with `node:read` can see it. */
  name?: pulumi.Input<string>;
  /**
   * Namespace that the volume belongs to.
   * @default "default"
   */
  namespace?: pulumi.Input<string>;
  /**
   * Id of the node that holds the volume; Nomad picks one where it is left out. A change replaces the volume.
   */
  nodeId?: pulumi.Input<string>;
  /** Node pool to pick the node from; a `nodeId` must be in it. */
  nodePool?: pulumi.Input<string>;
  /** Settings for the plugin, passed on as they are. */
  parameters?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Id of the dynamic host volume plugin that makes the volume. */
  pluginId: pulumi.Input<string>;
}

/** What a DynamicHostVolume can be found by: anything it is made from or reports. */
export interface DynamicHostVolumeState extends Partial<DynamicHostVolumeArgs> {
  capacity?: pulumi.Input<string>;
  capacityBytes?: pulumi.Input<number>;
  capacityMaxBytes?: pulumi.Input<number>;
  capacityMinBytes?: pulumi.Input<number>;
  hostPath?: pulumi.Input<string>;
  state?: pulumi.Input<string>;
}
