// What the types of ../input/namespace become: the same properties, resolved. Those that the provider always fills are required.

/** What jobs of a namespace may use. */
export interface NamespaceCapabilities {
  disabledNetworkModes?: string[];
  disabledTaskDrivers?: string[];
  enabledNetworkModes?: string[];
  enabledTaskDrivers?: string[];
}

/** Consul clusters for jobs of a namespace. */
export interface NamespaceConsulConfig {
  alloweds?: string[];
  default?: string;
  denieds?: string[];
}

/** Node pools for jobs of a namespace. */
export interface NamespaceNodePoolConfig {
  alloweds?: string[];
  default: string;
  denieds?: string[];
}

/** Vault clusters for jobs of a namespace. */
export interface NamespaceVaultConfig {
  alloweds?: string[];
  default?: string;
  denieds?: string[];
}
