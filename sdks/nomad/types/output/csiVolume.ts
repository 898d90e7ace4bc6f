// What the types of ../input/csiVolume become: the same properties, resolved. Those that the provider always fills are required.

/** One way of using a CSI volume. */
export interface CsiVolumeCapability {
  accessMode: string;
  attachmentMode: string;
}

/** How a CSI volume is mounted. */
export interface CsiVolumeMountOptions {
  fsType?: string;
  mountFlags?: string[];
}

/** One way of using a registered CSI volume. */
export interface CsiVolumeRegistrationCapability {
  accessMode: string;
  attachmentMode: string;
}

/** How a registered CSI volume is mounted. */
export interface CsiVolumeRegistrationMountOptions {
  fsType?: string;
  mountFlags?: string[];
}

/** A place that a registered CSI volume can be reached from. */
export interface CsiVolumeRegistrationTopology {
  segments: { [key: string]: string };
}

/** Where a registered CSI volume has to be reachable from. */
export interface CsiVolumeRegistrationTopologyRequest {
  required?: CsiVolumeRegistrationTopologyRequestRequired;
}

/** Places that must all reach a registered CSI volume. */
export interface CsiVolumeRegistrationTopologyRequestRequired {
  topologies: CsiVolumeRegistrationTopologyRequestRequiredTopology[];
}

/** A place that must reach a registered CSI volume. */
export interface CsiVolumeRegistrationTopologyRequestRequiredTopology {
  segments: { [key: string]: string };
}

/** A place that a CSI volume can be reached from. */
export interface CsiVolumeTopology {
  segments: { [key: string]: string };
}

/** Where a CSI volume has to be reachable from. */
export interface CsiVolumeTopologyRequest {
  preferred?: CsiVolumeTopologyRequestPreferred;
  required?: CsiVolumeTopologyRequestRequired;
}

/** Places of which some should reach a CSI volume. */
export interface CsiVolumeTopologyRequestPreferred {
  topologies: CsiVolumeTopologyRequestPreferredTopology[];
}

/** A place that should reach a CSI volume. */
export interface CsiVolumeTopologyRequestPreferredTopology {
  segments: { [key: string]: string };
}

/** Places that must all reach a CSI volume. */
export interface CsiVolumeTopologyRequestRequired {
  topologies: CsiVolumeTopologyRequestRequiredTopology[];
}

/** A place that must reach a CSI volume. */
export interface CsiVolumeTopologyRequestRequiredTopology {
  segments: { [key: string]: string };
}
