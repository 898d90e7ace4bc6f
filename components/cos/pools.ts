import type { CosPoolArgs } from "./args";

/** The pools where none are given: two nodes that run fabio, two for everything else. */
export const defaultPools: readonly CosPoolArgs[] = [
  { name: "public-services", instanceTypes: ["t4g.micro"], minSize: 2, maxSize: 4 },
  { name: "private-services", instanceTypes: ["t4g.micro"], minSize: 2, maxSize: 4 },
];

/**
 * The four datacenters of terraform-cos as pools: what is behind the public load balancer, what is not, what is for the staff,
 * and what may call the world. Sizes and types are meant to be changed.
 */
export const terraformCosPools: readonly CosPoolArgs[] = [
  ...defaultPools,
  { name: "backoffice", tier: "backoffice", instanceTypes: ["t4g.micro"], minSize: 1, maxSize: 2 },
  { name: "content-connector", tier: "content-connector", instanceTypes: ["t4g.micro"], minSize: 1, maxSize: 2 },
];
