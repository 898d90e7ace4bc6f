import type * as pulumi from "@pulumi/pulumi";

/** What jobs of a namespace may use. */
export interface NamespaceCapabilities {
  /** Network modes that jobs may not use. */
  disabledNetworkModes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Task drivers that jobs may not use. */
  disabledTaskDrivers?: pulumi.Input<pulumi.Input<string>[]>;
  /** Network modes that jobs may use; all where left out. */
  enabledNetworkModes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Task drivers that jobs may use; all where left out. */
  enabledTaskDrivers?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Consul clusters for jobs of a namespace. */
export interface NamespaceConsulConfig {
  /** Consul clusters that jobs of the namespace may use; not together with `denieds`. */
  alloweds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Consul cluster for jobs that name none. */
  default?: pulumi.Input<string>;
  /** Consul clusters that jobs of the namespace may not use; not together with `alloweds`. */
  denieds?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Node pools for jobs of a namespace. */
export interface NamespaceNodePoolConfig {
  /** Node pools that jobs of the namespace may use; not together with `denieds`. */
  alloweds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Node pool for jobs that name none. */
  default?: pulumi.Input<string>;
  /** Node pools that jobs of the namespace may not use; not together with `alloweds`. */
  denieds?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Vault clusters for jobs of a namespace. */
export interface NamespaceVaultConfig {
  /** Vault clusters that jobs of the namespace may use; not together with `denieds`. */
  alloweds?: pulumi.Input<pulumi.Input<string>[]>;
  /** Vault cluster for jobs that name none. */
  default?: pulumi.Input<string>;
  /** Vault clusters that jobs of the namespace may not use; not together with `alloweds`. */
  denieds?: pulumi.Input<pulumi.Input<string>[]>;
}
