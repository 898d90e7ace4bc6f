import type * as aws from "@pulumi/aws";
import type * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";

/**
 * A property of the one among resources that has a value.
 *
 * Nothing else of other resources is waited for: when a preview adds a subnet, those that exist already keep their known IDs.
 */
function pick<R>(
  resources: pulumi.Output<R[]>,
  valueOf: (resource: R) => pulumi.Input<string | undefined>,
  value: string,
  property: (resource: R) => pulumi.Output<string>,
): pulumi.Output<string> {
  return resources.apply((all) =>
    pulumi.all(all.map(valueOf)).apply((values) => {
      const found = all[values.indexOf(value)];
      if (found === undefined) throw new Error(`awsx made nothing for ${value}, only for ${values.join(", ")}`);
      return property(found);
    }),
  );
}

/** The ID of the subnet with a CIDR block. */
export function subnetIdOf(vpc: awsx.ec2.Vpc, cidrBlock: string): pulumi.Output<string> {
  return pick(vpc.subnets, blockOf, cidrBlock, ({ id }) => id);
}

/**
 * The ID of a tier's route table in a zone, counted from 0. awsx gives each subnet a route table with the subnet's `Name`,
 * which, unlike the IDs in the association of the two, a preview knows.
 */
export function routeTableIdOf(vpc: awsx.ec2.Vpc, vpcName: string, tier: string, zone: number): pulumi.Output<string> {
  return pick(vpc.routeTables, nameTagOf, `${vpcName}-${tier}-${zone + 1}`, ({ id }) => id);
}

const blockOf = ({ cidrBlock }: aws.ec2.Subnet) => cidrBlock;

// An output of its own: under mocks, resources are plain objects.
const nameTagOf = ({ tags }: aws.ec2.RouteTable) => pulumi.output(tags).apply((known) => known?.Name);

/** The ID of a zone's NAT gateway, counted from 0; of the only one, where there is one for all. */
export function natGatewayIdOf(vpc: awsx.ec2.Vpc, single: boolean, zone: number): pulumi.Output<string> {
  return vpc.natGateways.apply((gateways) => {
    const gateway = gateways[single ? 0 : zone];
    if (!gateway) throw new Error(`awsx made ${gateways.length} NAT gateways, none for zone ${zone + 1}`);
    return gateway.id;
  });
}

/** The names of the availability zones, in order: those of the subnets with the given blocks. */
export function zonesOf(vpc: awsx.ec2.Vpc, cidrBlocks: readonly string[]): pulumi.Output<string[]> {
  const zoneOf = ({ availabilityZone }: aws.ec2.Subnet) => availabilityZone;
  return pulumi.all(cidrBlocks.map((cidrBlock) => pick(vpc.subnets, blockOf, cidrBlock, zoneOf)));
}

export function routeTableIds(vpc: awsx.ec2.Vpc): pulumi.Output<string[]> {
  return vpc.routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
}

export function natAddressesOf(vpc: awsx.ec2.Vpc): pulumi.Output<string[]> {
  return vpc.natGateways.apply((gateways) => pulumi.all(gateways.map(({ publicIp }) => publicIp)));
}
