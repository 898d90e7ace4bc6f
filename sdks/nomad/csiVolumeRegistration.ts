import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<CsiVolumeRegistrationArgs, CsiVolumeRegistrationState> = {
  type: "nomad:index/csiVolumeRegistration:CsiVolumeRegistration",
  inputs: {
    capabilities: "optional",
    capacityMax: "optional",
    capacityMin: "optional",
    context: "optional",
    deregisterOnDestroy: "optional",
    externalId: "required",
    mountOptions: "optional",
    name: "optional",
    namespace: "optional",
    parameters: "optional",
    pluginId: "required",
    secrets: "secret",
    topologyRequest: "optional",
    volumeId: "required",
  },
  outputs: {
    capacity: "plain",
    capacityMaxBytes: "plain",
    capacityMinBytes: "plain",
    controllerRequired: "plain",
    controllersExpected: "plain",
    controllersHealthy: "plain",
    nodesExpected: "plain",
    nodesHealthy: "plain",
    pluginProvider: "plain",
    pluginProviderVersion: "plain",
    schedulable: "plain",
    topologies: "plain",
  },
};

/** A volume that exists at the storage provider and is made known to Nomad. */
export class CsiVolumeRegistration extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The CsiVolumeRegistration that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: CsiVolumeRegistrationState,
    opts?: pulumi.CustomResourceOptions,
  ): CsiVolumeRegistration {
    return new CsiVolumeRegistration(name, state as CsiVolumeRegistrationArgs, { ...opts, id });
  }

  /** Whether a value is a CsiVolumeRegistration, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is CsiVolumeRegistration {
    return utilities.isInstance(obj, CsiVolumeRegistration.__pulumiType);
  }

  /** Size the volume has, in bytes. */
  declare readonly capacity: pulumi.Output<number>;
  /** `capacityMax` in bytes. */
  declare readonly capacityMaxBytes: pulumi.Output<number>;
  /** `capacityMin` in bytes. */
  declare readonly capacityMinBytes: pulumi.Output<number>;
  /** Whether the plugin needs a controller to attach the volume. */
  declare readonly controllerRequired: pulumi.Output<boolean>;
  /** Number of the plugin's controllers that should run. */
  declare readonly controllersExpected: pulumi.Output<number>;
  /** Number of the plugin's controllers that are healthy. */
  declare readonly controllersHealthy: pulumi.Output<number>;
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
  declare readonly topologies: pulumi.Output<outputs.CsiVolumeRegistrationTopology[]>;

  // What CsiVolumeRegistrationArgs describes, as the provider holds it.
  declare readonly capabilities: pulumi.Output<outputs.CsiVolumeRegistrationCapability[] | undefined>;
  declare readonly capacityMax: pulumi.Output<string | undefined>;
  declare readonly capacityMin: pulumi.Output<string | undefined>;
  declare readonly context: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly deregisterOnDestroy: pulumi.Output<boolean | undefined>;
  declare readonly externalId: pulumi.Output<string>;
  declare readonly mountOptions: pulumi.Output<outputs.CsiVolumeRegistrationMountOptions | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly namespace: pulumi.Output<string | undefined>;
  declare readonly parameters: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly pluginId: pulumi.Output<string>;
  declare readonly secrets: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly topologyRequest: pulumi.Output<outputs.CsiVolumeRegistrationTopologyRequest | undefined>;
  declare readonly volumeId: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: CsiVolumeRegistrationArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a CsiVolumeRegistration is made from. */
export interface CsiVolumeRegistrationArgs {
  /** Ways in which jobs may use the volume. */
  capabilities?: pulumi.Input<pulumi.Input<inputs.CsiVolumeRegistrationCapability>[]>;
  /** Largest size that is acceptable, with a unit, such as `"10GiB"`; a plugin may ignore it. */
  capacityMax?: pulumi.Input<string>;
  /** Smallest size that is acceptable, with a unit, such as `"10GiB"`; a plugin may ignore it. */
  capacityMin?: pulumi.Input<string>;
  /** What the storage provider said about the volume and wants to be told again at each mount. */
  context?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /**
   * Whether Nomad forgets the volume together with this resource.
   * @default true
   */
  deregisterOnDestroy?: pulumi.Input<boolean>;
  /** Name of the volume at the storage provider. A change replaces the registration. */
  externalId: pulumi.Input<string>;
  /** How a `file-system` volume is mounted. */
  mountOptions?: pulumi.Input<inputs.CsiVolumeRegistrationMountOptions>;
  /** Name that people see. */
  name?: pulumi.Input<string>;
  /**
   * Namespace that the volume belongs to. A change replaces the registration.
   * @default "default"
   */
  namespace?: pulumi.Input<string>;
  /** Settings for the plugin, passed on as they are. */
  parameters?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Id of the CSI plugin that manages the volume. A change replaces the registration. */
  pluginId: pulumi.Input<string>;
  /** Credentials that the plugin needs to attach and detach the volume. Secret. */
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Where the volume has to be reachable from. A change replaces the registration. */
  topologyRequest?: pulumi.Input<inputs.CsiVolumeRegistrationTopologyRequest>;
  /** Id that jobs name the volume by, unique in its namespace. A change replaces the registration. */
  volumeId: pulumi.Input<string>;
}

/** What a CsiVolumeRegistration can be found by: anything it is made from or reports. */
export interface CsiVolumeRegistrationState extends Partial<CsiVolumeRegistrationArgs> {
  capacity?: pulumi.Input<number>;
  capacityMaxBytes?: pulumi.Input<number>;
  capacityMinBytes?: pulumi.Input<number>;
  controllerRequired?: pulumi.Input<boolean>;
  controllersExpected?: pulumi.Input<number>;
  controllersHealthy?: pulumi.Input<number>;
  nodesExpected?: pulumi.Input<number>;
  nodesHealthy?: pulumi.Input<number>;
  pluginProvider?: pulumi.Input<string>;
  pluginProviderVersion?: pulumi.Input<string>;
  schedulable?: pulumi.Input<boolean>;
  topologies?: pulumi.Input<pulumi.Input<inputs.CsiVolumeRegistrationTopology>[]>;
}
