// What the types of ../input/dynamicHostVolume become: the same properties, resolved. Those that the provider always fills are required.

/** One way of using a host volume. */
export interface DynamicHostVolumeCapability {
  accessMode: string;
  attachmentMode: string;
}

/** What a node must fulfil to get a host volume. */
export interface DynamicHostVolumeConstraint {
  attribute: string;
  operator?: string;
  value?: string;
}

/** One way of using a registered host volume. */
export interface DynamicHostVolumeRegistrationCapability {
  accessMode: string;
  attachmentMode: string;
}

/** What the node of a registered host volume fulfils. */
export interface DynamicHostVolumeRegistrationConstraint {
  attribute: string;
  operator?: string;
  value?: string;
}
