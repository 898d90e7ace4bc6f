import type * as aws from "@pulumi/aws";
import type * as awsx from "@pulumi/awsx";
import type * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../security-group";
import type { GatewayEndpoint, InterfaceEndpoint } from "./endpoint-names";

export { existingNetworkErrors, networkErrors } from "./checks";
export { GatewayEndpoint, InterfaceEndpoint } from "./endpoint-names";

/**
 * A subnet in every availability zone, for nodes or load balancers of one kind.
 *
 * Tiers are told apart by name: rename none, and add new ones at the end of the list, where they move nothing.
 */
export interface Tier {
  /** Name of the tier: letters, digits and hyphens. A change replaces its subnets. */
  name: string;
  /** `public`: reached from and reaching the internet directly, for load balancers; `private`: for nodes. */
  kind: "public" | "private";
  /**
   * Prefix length of each subnet, from 16 to 28; AWS keeps 5 addresses of each. A change replaces the tier's subnets, and moves
   * those of tiers further down the list. Required unless there are `cidrBlocks`.
   */
  prefixLength?: number | undefined;
  /**
   * The subnets' own CIDR blocks, one for each availability zone, in the zones' order, for a network that takes over an address
   * plan. Best in front of tiers that the plan finds room for, which keep off them. A change replaces the subnet.
   * @default found by the plan, from `prefixLength`
   */
  cidrBlocks?: string[] | undefined;
  /**
   * What a private tier reaches outside the VPC. A change is made in place.
   *
   * - `internet`: everything, through a NAT gateway.
   * - `aws`: the addresses of AWS in the region, through a NAT gateway: see `awsRanges`. That includes other customers'
   *   instances, and excludes registries such as Docker Hub.
   * - `none`: nothing, but for VPC endpoints. Nodes need at least the interface endpoints `ec2`, `autoscaling`, `ssm` and, Nomad's servers,
   *   `kms` there; the agents' own auto-join calls the dual-stack name `ec2.REGION.api.aws`, which the endpoint's private DNS is
   *   not known to answer for.
   *
   * @default "internet"
   */
  egress?: "internet" | "aws" | "none" | undefined;
}

/** Arguments of {@link Network}. All but the addresses of NAT gateways are plain, so that previews are complete. */
export interface NetworkArgs {
  /**
   * The VPC's IPv4 CIDR block, from /16 to /28. Give each stack its own where they may be peered one day, and keep off 172.17.0.0/16
   * (Docker's bridge) and 172.26.64.0/20 (Nomad's). A change replaces the network. @default "10.128.0.0/16"
   */
  cidrBlock?: string | undefined;
  /**
   * Availability zones: their number, the first ones that AWS lists for the account, or their names (`eu-central-1a`). Name them
   * where the account has opted into local zones, which AWS lists too. Add zones at the end; the subnets of a zone taken out or moved
   * within the list are replaced. @default 3
   */
  availabilityZones?: number | string[] | undefined;
  /**
   * Number of availability zones that the address plan keeps room for. A change moves the subnets of all tiers but the first.
   * @default 6, the most that a region has
   */
  maxAvailabilityZones?: number | undefined;
  /**
   * The tiers. @default `public` /24; `services` /19, `backoffice` /24 and `content-connector` /23, private with egress to the
   * internet
   */
  tiers?: Tier[] | undefined;
  /**
   * NAT gateways in the first public tier: one, which takes the internet away from all zones with its own, or one in each zone. They are
   * made only where a private tier has egress. AWS bills each by the hour, and its traffic. @default "single"
   */
  natGateways?: "single" | "one-per-az" | "none" | undefined;
  /**
   * Allocation IDs of Elastic IP addresses for the NAT gateways, as many as there are gateways. A change replaces the gateway.
   * @default new addresses
   */
  natAddressIds?: pulumi.Input<string>[] | undefined;
  /** Services with a gateway endpoint, which is free, in every route table. @default ["s3"] */
  gatewayEndpoints?: GatewayEndpoint[] | undefined;
  /**
   * Services with an interface endpoint under their own DNS name, in every availability zone of `endpointTier`, by the name that
   * AWS has behind `com.amazonaws.REGION.`. AWS bills each by zone and hour. @default []
   */
  interfaceEndpoints?: InterfaceEndpoint[] | undefined;
  /** Name of the private tier with the interface endpoints. @default the first private tier */
  endpointTier?: string | undefined;
  /** The routes of tiers with egress `aws`. */
  awsRanges?: AwsRangesOptions | undefined;
  /** Records all connections in a CloudWatch log group. @default not made: it costs by volume */
  flowLogs?: FlowLogOptions | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: NetworkTransform | undefined;
}

/** AWS's addresses as routes. AWS publishes them and changes them now and then, which later updates follow. */
export interface AwsRangesOptions {
  /**
   * Number of CIDR blocks that AWS's addresses in the region are merged into at most, by {@link mergeRanges}: the fewer, the more
   * addresses between them are covered too. They count fully against the quota of routes per route table, 50 unless it was raised;
   * endpoints and the VPC itself need some. @default 40
   */
  maxEntries?: number | undefined;
}

/** How long flow logs are kept. */
export interface FlowLogOptions {
  /** Days; one of those that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … or 0 for ever. @default 30 */
  retentionDays?: number | undefined;
}

/** Arguments of the network's resources, each merged over those that the component makes, property by property. */
export interface NetworkTransform {
  vpc?: Partial<awsx.ec2.VpcArgs> | undefined;
  gatewayEndpoint?: Partial<aws.ec2.VpcEndpointArgs> | undefined;
  interfaceEndpoint?: Partial<aws.ec2.VpcEndpointArgs> | undefined;
  awsPrefixList?: Partial<aws.ec2.ManagedPrefixListArgs> | undefined;
  flowLog?: Partial<aws.ec2.FlowLogArgs> | undefined;
  flowLogGroup?: Partial<aws.cloudwatch.LogGroupArgs> | undefined;
}

/** A network that exists already, in place of a {@link Network}. */
export interface ExistingNetwork {
  /** ID of the VPC, which must have DNS support and DNS host names enabled. */
  vpcId: pulumi.Input<string>;
  /** The VPC's IPv4 CIDR block, for internal load balancers that let the whole VPC in. @default must be given as addresses where needed */
  cidrBlock?: string | undefined;
  /** IDs of the subnets by tier, one for each availability zone, always in the same order. */
  subnetIds: Record<string, pulumi.Input<string>[]>;
}
