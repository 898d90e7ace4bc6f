import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { addressPlan } from "./address-plan";
import { refuse } from "../refuse";
import type { Tags } from "../security-group";
import { type NetworkArgs, networkErrors, type NetworkTransform, type Tier } from "./args";
import { awsEgress } from "./aws-egress";
import { egressOf, needsNat, type ResolvedNetwork, resolveNetwork } from "./defaults";
import { gatewayEndpoints, interfaceEndpoints } from "./endpoints";
import { flowLogs } from "./flow-logs";
import { natAddressesOf, natGatewayIdOf, routeTableIdOf, routeTableIds, subnetIdOf, zonesOf } from "./vpc-parts";

export { AddressPlan, AddressPlanArgs, addressPlan, TierSpace } from "./address-plan";
export * from "./args";
export { mergeRanges } from "./aws-ranges";

/** What all parts of a network need. */
interface Common {
  region: pulumi.Output<string>;
  tags: Tags | undefined;
  transform: NetworkTransform;
}

const natStrategies = { single: "Single", "one-per-az": "OnePerAz", none: "None" } as const;

/**
 * A VPC with a subnet for every tier in every availability zone.
 *
 * awsx makes it, of blocks that {@link addressPlan} chooses, so that a zone or a tier more moves no subnet that exists.
 * Nothing in it is reachable from outside before security groups say so.
 */
export class Network extends pulumi.ComponentResource {
  /** ID of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** The VPC's IPv4 CIDR block. */
  readonly cidrBlock: pulumi.Output<string>;
  /** Names of the availability zones, in the order of the subnets. */
  readonly availabilityZones: pulumi.Output<string[]>;
  /** IDs of the subnets by tier, in the order of the zones. */
  readonly subnetIds: Record<string, pulumi.Output<string>[]>;
  /** Public addresses of the NAT gateways: from where the rest of the internet is called. */
  readonly natAddresses: pulumi.Output<string[]>;
  /** ID of the security group of the interface endpoints. Undefined where there are none. */
  readonly endpointSecurityGroupId: pulumi.Output<string> | undefined;

  /** @throws pulumi.InputPropertiesError for arguments that are wrong or do not fit together */
  constructor(name: string, args: NetworkArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse("Network", networkErrors(args));
    super("cos:index:Network", name, {}, opts);

    const network = resolveNetwork(args);
    const { blocks } = addressPlan({ ...network, availabilityZones: network.zones });
    const nat = network.tiers.some(needsNat) ? network.natGateways : "none";
    const vpcName = `${name}-vpc`;
    const vpc = new awsx.ec2.Vpc(
      vpcName,
      {
        cidrBlock: network.cidrBlock,
        ...(network.zoneNames
          ? { availabilityZoneNames: network.zoneNames }
          : { numberOfAvailabilityZones: network.zones }),
        subnetStrategy: "Auto",
        subnetSpecs: network.tiers.map((tier) => ({
          name: tier.name,
          type: subnetTypeOf(tier),
          cidrBlocks: blocks[tier.name] ?? [],
          tags: { "cos-tier": tier.name },
        })),
        natGateways: {
          strategy: natStrategies[nat],
          ...(nat !== "none" && args.natAddressIds && { elasticIpAllocationIds: args.natAddressIds }),
        },
        enableDnsSupport: true,
        enableDnsHostnames: true,
        ...(args.tags && { tags: args.tags }),
        ...args.transform?.vpc,
      },
      { parent: this },
    );

    this.vpcId = vpc.vpcId;
    this.cidrBlock = pulumi.output(network.cidrBlock);
    this.availabilityZones = zonesOf(vpc, Object.values(blocks)[0] ?? []);
    this.subnetIds = Object.fromEntries(
      Object.entries(blocks).map(([tier, cidrBlocks]) => [tier, cidrBlocks.map((block) => subnetIdOf(vpc, block))]),
    );
    this.natAddresses = natAddressesOf(vpc);
    const { region } = aws.getRegionOutput({}, { parent: this });
    const { tags, transform = {} } = args;
    const common = { region, tags, transform };
    this.endpointSecurityGroupId = this.endpoints(name, network, common, vpc);
    this.routesToAws(name, network, common, vpc, vpcName);
    if (args.flowLogs) {
      flowLogs(name, { ...common, vpcId: this.vpcId, options: args.flowLogs }, { parent: this });
    }

    this.registerOutputs({
      vpcId: this.vpcId,
      cidrBlock: this.cidrBlock,
      availabilityZones: this.availabilityZones,
      subnetIds: this.subnetIds,
      natAddresses: this.natAddresses,
      endpointSecurityGroupId: this.endpointSecurityGroupId,
    });
  }

  private endpoints(name: string, network: ResolvedNetwork, common: Common, vpc: awsx.ec2.Vpc) {
    const { vpcId } = this;
    const opts = { parent: this };
    const gateways = { ...common, vpcId, services: network.gatewayEndpoints, routeTableIds: routeTableIds(vpc) };
    gatewayEndpoints(name, gateways, opts);
    if (network.interfaceEndpoints.length === 0) return undefined;
    const subnetIds = this.subnetIds[network.endpointTier ?? ""] ?? [];
    const { cidrBlock, interfaceEndpoints: services } = network;
    return interfaceEndpoints(name, { ...common, vpcId, services, subnetIds, cidrBlock }, opts);
  }

  private routesToAws(
    name: string,
    network: ResolvedNetwork,
    common: Common,
    vpc: awsx.ec2.Vpc,
    vpcName: string,
  ): void {
    const routes = network.tiers
      .filter((tier) => egressOf(tier) === "aws")
      .flatMap((tier) =>
        Array.from({ length: network.zones }, (_, zone) => ({
          key: `${tier.name}-${zone + 1}`,
          routeTableId: routeTableIdOf(vpc, vpcName, tier.name, zone),
          natGatewayId: natGatewayIdOf(vpc, network.natGateways === "single", zone),
        })),
      );
    if (routes.length === 0) return;
    awsEgress(name, { ...common, maxEntries: network.maxAwsRanges, routes }, { parent: this });
  }
}

/** awsx's name for a kind of subnet: it gives private ones a default route to a NAT gateway, isolated ones none. */
function subnetTypeOf(tier: Tier): "Public" | "Private" | "Isolated" {
  if (tier.kind === "public") return "Public";
  return egressOf(tier) === "internet" ? "Private" : "Isolated";
}
