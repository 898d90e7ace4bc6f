import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<CsiVolumeArgs, CsiVolumeState> = {
  type: "nomad:index/csiVolume:CsiVolume",
  inputs: {
    capabilities: "required",
    capacityMax: "optional",
    capacityMin: "optional",
    cloneId: "optional",
    mountOptions: "optional",
    name: "optional",
    namespace: "optional",
    parameters: "optional",
    pluginId: "required",
    secrets: "secret",
    snapshotId: "optional",
    topologyRequest: "optional",
    volumeId: "required",
  },
  outputs: {
    capacity: "plain",
    capacityMaxBytes: "plain",
    capacityMinBytes: "plain",
    context: "plain",
    controllerRequired: "plain",
    controllersExpected: "plain",
    controllersHealthy: "plain",
    externalId: "plain",
    nodesExpected: "plain",
    nodesHealthy: "plain",
    pluginProvider: "plain",
    pluginProviderVersion: "plain",
    schedulable: "plain",
    topologies: "plain",
  },
};

/** A volume that a CSI plugin creates, and deletes together with this resource. */
export class CsiVolume extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The CsiVolume that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: CsiVolumeState,
    opts?: pulumi.CustomResourceOptions,
  ): CsiVolume {
    return new CsiVolume(name, state as CsiVolumeArgs, { ...opts, id });
  }

  /** Whether a value is a CsiVolume, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is CsiVolume {
    return utilities.isInstance(obj, CsiVolume.__pulumiType);
  }

  /** Size the volume has, in bytes. */
  declare readonly capacity: pulumi.Output<number>;
  /** `capacityMax` in bytes. */
  declare readonly capacityMaxBytes: pulumi.Output<number>;
  /** `capacityMin` in bytes. */
  declare readonly capacityMinBytes: pulumi.Output<number>;
  /** What the storage provider said about the volume and wants to be told again at each mount. */
  declare readonly context: pulumi.Output<{ [key: string]: string }>;
  /** Whether the plugin needs a controller to attach the volume. */
  declare readonly controllerRequired: pulumi.Output<boolean>;
  /** Number of the plugin's controllers that should run. */
  declare readonly controllersExpected: pulumi.Output<number>;
  /** Number of the plugin's controllers that are healthy. */
  declare readonly controllersHealthy: pulumi.Output<number>;
  /** Name of the volume at the storage provider. */
  declare readonly externalId: pulumi.Output<string>;
  /** Number of nodes that should run the plugin. */
  declare readonly nodesExpected: pulumi.Output<number>;
  /** Number of nodes on which the plugin is healthy. */
  declare readonly nodesHealthy: pulumi.Output<number>;
  /** Name that the CSI plugin gives itself. */
  declare readonly pluginProvider: pulumi.Output<string>;
  /** Version that the CSI plugin gives itself. */
  declare readonly pluginProviderVersion: pulumi.Output<string>;
  /** Whether allocations that claim the volume can be placed now. */
  declare readonly schedulable: pulumi.Output<boolean>;
  /** Where the storage provider made the volume reachable. */
  declare readonly topologies: pulumi.Output<outputs.CsiVolumeTopology[]>;

  // What CsiVolumeArgs describes, as the provider holds it.
  declare readonly capabilities: pulumi.Output<outputs.CsiVolumeCapability[]>;
  declare readonly capacityMax: pulumi.Output<string | undefined>;
  declare readonly capacityMin: pulumi.Output<string | undefined>;
  declare readonly cloneId: pulumi.Output<string | undefined>;
  declare readonly mountOptions: pulumi.Output<outputs.CsiVolumeMountOptions | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly namespace: pulumi.Output<string | undefined>;
  declare readonly parameters: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly pluginId: pulumi.Output<string>;
  declare readonly secrets: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly snapshotId: pulumi.Output<string | undefined>;
  declare readonly topologyRequest: pulumi.Output<outputs.CsiVolumeTopologyRequest | undefined>;
  declare readonly volumeId: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: CsiVolumeArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a CsiVolume is made from. */
export interface CsiVolumeArgs {
  /** Ways in which jobs may use the volume. A change replaces the volume. */
  capabilities: pulumi.Input<pulumi.Input<inputs.CsiVolumeCapability>[]>;
  /** Largest size that is acceptable, with a unit, such as `"10GiB"`; a plugin may ignore it. */
  capacityMax?: pulumi.Input<string>;
  /** Smallest size that is acceptable, with a unit, such as `"10GiB"`; a plugin may ignore it. */
  capacityMin?: pulumi.Input<string>;
  /**
   * Name at the storage provider of a volume to copy; not together with `snapshotId`. A change replaces the volume.
   */
  cloneId?: pulumi.Input<string>;
  /** How a `file-system` volume is mounted. */
  mountOptions?: pulumi.Input<inputs.CsiVolumeMountOptions>;
  /** Name that people see. */
  name?: pulumi.Input<string>;
  /**
   * Namespace that the volume belongs to. A change replaces the volume.
   * @default "default"
   */
  namespace?: pulumi.Input<string>;
  /** Settings for the plugin, passed on as they are. */
  parameters?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Id of the CSI plugin that manages the volume. A change replaces the volume. */
  pluginId: pulumi.Input<string>;
  /** Credentials that the plugin needs to attach and detach the volume. Secret. */
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /**
   * Name at the storage provider of a snapshot to start from; not together with `cloneId`. A change replaces the volume.
   */
  snapshotId?: pulumi.Input<string>;
  /** Where the volume has to be reachable from. A change replaces the volume. */
  topologyRequest?: pulumi.Input<inputs.CsiVolumeTopologyRequest>;
  /** Id that jobs name the volume by, unique in its namespace. A change replaces the volume. */
  volumeId: pulumi.Input<string>;
}

/** What a CsiVolume can be found by: anything it is made from or reports. */
export interface CsiVolumeState extends Partial<CsiVolumeArgs> {
  capacity?: pulumi.Input<number>;
  capacityMaxBytes?: pulumi.Input<number>;
  capacityMinBytes?: pulumi.Input<number>;
  context?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  controllerRequired?: pulumi.Input<boolean>;
  controllersExpected?: pulumi.Input<number>;
  controllersHealthy?: pulumi.Input<number>;
  externalId?: pulumi.Input<string>;
  nodesExpected?: pulumi.Input<number>;
  nodesHealthy?: pulumi.Input<number>;
  pluginProvider?: pulumi.Input<string>;
  pluginProviderVersion?: pulumi.Input<string>;
  schedulable?: pulumi.Input<boolean>;
  topologies?: pulumi.Input<pulumi.Input<inputs.CsiVolumeTopology>[]>;
}
