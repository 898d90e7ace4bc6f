import type * as pulumi from "@pulumi/pulumi";

/** One way of using a CSI volume. */
export interface CsiVolumeCapability {
  /** Who may use the volume at the same time, such as `single-node-writer` or `multi-node-multi-writer`. */
  accessMode: pulumi.Input<string>;
  /** What a task gets: `file-system` or `block-device`. */
  attachmentMode: pulumi.Input<string>;
}

/** How a CSI volume is mounted. */
export interface CsiVolumeMountOptions {
  /** File system, such as `ext4`. */
  fsType?: pulumi.Input<string>;
  /** Options of `mount`. */
  mountFlags?: pulumi.Input<pulumi.Input<string>[]>;
}

/** One way of using a registered CSI volume. */
export interface CsiVolumeRegistrationCapability {
  /** Who may use the volume at the same time, such as `single-node-writer` or `multi-node-multi-writer`. */
  accessMode: pulumi.Input<string>;
  /** What a task gets: `file-system` or `block-device`. */
  attachmentMode: pulumi.Input<string>;
}

/** How a registered CSI volume is mounted. */
export interface CsiVolumeRegistrationMountOptions {
  /** File system, such as `ext4`. */
  fsType?: pulumi.Input<string>;
  /** Options of `mount`. */
  mountFlags?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A place that a registered CSI volume can be reached from. */
export interface CsiVolumeRegistrationTopology {
  /** Keys and values that name the place, such as a zone. */
  segments?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Where a registered CSI volume has to be reachable from. */
export interface CsiVolumeRegistrationTopologyRequest {
  /** Places that must all reach it. A change replaces the volume. */
  required?: pulumi.Input<CsiVolumeRegistrationTopologyRequestRequired>;
}

/** Places that must all reach a registered CSI volume. */
export interface CsiVolumeRegistrationTopologyRequestRequired {
  /** The places. A change replaces the volume. */
  topologies: pulumi.Input<pulumi.Input<CsiVolumeRegistrationTopologyRequestRequiredTopology>[]>;
}

/** A place that must reach a registered CSI volume. */
export interface CsiVolumeRegistrationTopologyRequestRequiredTopology {
  /** Keys and values that name the place, such as a zone. */
  segments: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** A place that a CSI volume can be reached from. */
export interface CsiVolumeTopology {
  /** Keys and values that name the place, such as a zone. */
  segments?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Where a CSI volume has to be reachable from. */
export interface CsiVolumeTopologyRequest {
  /** Places of which some should reach it. A change replaces the volume. */
  preferred?: pulumi.Input<CsiVolumeTopologyRequestPreferred>;
  /** Places that must all reach it. A change replaces the volume. */
  required?: pulumi.Input<CsiVolumeTopologyRequestRequired>;
}

/** Places of which some should reach a CSI volume. */
export interface CsiVolumeTopologyRequestPreferred {
  /** The places. A change replaces the volume. */
  topologies: pulumi.Input<pulumi.Input<CsiVolumeTopologyRequestPreferredTopology>[]>;
}

/** A place that should reach a CSI volume. */
export interface CsiVolumeTopologyRequestPreferredTopology {
  /** Keys and values that name the place, such as a zone. A change replaces the volume. */
  segments: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Places that must all reach a CSI volume. */
export interface CsiVolumeTopologyRequestRequired {
  /** The places. A change replaces the volume. */
  topologies: pulumi.Input<pulumi.Input<CsiVolumeTopologyRequestRequiredTopology>[]>;
}

/** A place that must reach a CSI volume. */
export interface CsiVolumeTopologyRequestRequiredTopology {
  /** Keys and values that name the place, such as a zone. A change replaces the volume. */
  segments: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}
