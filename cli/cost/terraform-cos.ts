import { emptyInventory, type Inventory } from "./inventory";

/** Availability zones that the root example of terraform-cos spreads over. */
const zones = 2;

/**
 * What the root example of terraform-cos (MatthiasScholz/cos, examples/root-example) makes, in a region of choice: 3 Consul
 * servers, 3 Nomad servers and 4 clients, one for each datacenter; 5 public load balancers (ingress, backoffice, the UIs of
 * Consul, Nomad and fabio); a NAT gateway for the internet and one for AWS in each zone. Root disks: 50 GB, magnetic, the
 * default of the modules (terraform-aws-nomad, terraform-aws-consul) that it is built on.
 *
 * Left out, to its advantage: its bastion, and data disks of 50 and 80 GB on each client.
 */
export function terraformCos(region: string): Inventory {
  const instances = 10;
  const loadBalancers = 5;
  const natGateways = 2 * zones;
  return {
    ...emptyInventory(region),
    instances: { "t2.micro": instances },
    volumesGiB: { standard: instances * 50 },
    natGateways,
    applicationLoadBalancers: loadBalancers,
    publicAddresses: natGateways + loadBalancers * zones,
  };
}

/** The same with disks of another size, gp2, for a comparison in which disks make no difference. */
export function terraformCosWithDisks(region: string, gib: number): Inventory {
  return { ...terraformCos(region), volumesGiB: { gp2: gib } };
}
