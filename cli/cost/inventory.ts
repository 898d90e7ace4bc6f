import type { VolumeType } from "../../components/node/volumes";

/** What a plan has of everything that AWS bills by the hour or by the GiB, whatever its traffic. */
export interface Inventory {
  /** AWS region. */
  region: string;
  /** Instances, by type. */
  instances: Record<string, number>;
  /** GiB of EBS volumes, by type. */
  volumesGiB: Partial<Record<VolumeType, number>>;
  natGateways: number;
  applicationLoadBalancers: number;
  networkLoadBalancers: number;
  /** Public IPv4 addresses: one for each NAT gateway, and for each zone of a public load balancer. */
  publicAddresses: number;
  /** KMS keys that the stack makes. */
  kmsKeys: number;
  /** Interface endpoints, counted once for each availability zone that they are in. */
  interfaceEndpointZones: number;
  /** GiB in EFS, standard storage. */
  fileSystemGiB: number;
}

/** Nothing at all. */
export function emptyInventory(region: string): Inventory {
  return {
    region,
    instances: {},
    volumesGiB: {},
    natGateways: 0,
    applicationLoadBalancers: 0,
    networkLoadBalancers: 0,
    publicAddresses: 0,
    kmsKeys: 0,
    interfaceEndpointZones: 0,
    fileSystemGiB: 0,
  };
}
