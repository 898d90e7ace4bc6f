import type * as pulumi from "@pulumi/pulumi";

/** One way of using a host volume. */
export interface DynamicHostVolumeCapability {
  /** Who may use the volume at the same time, such as `single-node-writer` or `multi-node-multi-writer`. */
  accessMode: pulumi.Input<string>;
  /** What a task gets: `file-system` or `block-device`. */
  attachmentMode: pulumi.Input<string>;
}

/** What a node must fulfil to get a host volume. */
export interface DynamicHostVolumeConstraint {
  /** Attribute of the node to look at, such as `${attr.kernel.name}`. */
  attribute: pulumi.Input<string>;
  /** How to compare, such as `=` or `version`. */
  operator?: pulumi.Input<string>;
  /** Value to compare with. */
  value?: pulumi.Input<string>;
}

/** One way of using a registered host volume. */
export interface DynamicHostVolumeRegistrationCapability {
  /** Who may use the volume at the same time, such as `single-node-writer` or `multi-node-multi-writer`. */
  accessMode: pulumi.Input<string>;
  /** What a task gets: `file-system` or `block-device`. */
  attachmentMode: pulumi.Input<string>;
}

/** What the node of a registered host volume fulfils. */
export interface DynamicHostVolumeRegistrationConstraint {
  /** Attribute of the node to look at, such as `${attr.kernel.name}`. */
  attribute: pulumi.Input<string>;
  /** How to compare, such as `=` or `version`. */
  operator?: pulumi.Input<string>;
  /** Value to compare with. */
  value?: pulumi.Input<string>;
}
