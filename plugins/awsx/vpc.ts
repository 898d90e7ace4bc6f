// One by one, since all of @pulumi/aws takes seconds to load.
import { Eip } from "@pulumi/aws/ec2/eip";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { Route } from "@pulumi/aws/ec2/route";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc as AwsVpc } from "@pulumi/aws/ec2/vpc";
import { getAvailabilityZones } from "@pulumi/aws/getAvailabilityZones";
import * as pulumi from "@pulumi/pulumi";
import { type VpcArgs, vpcArgs } from "./args";
import { type Subnet as PlannedSubnet, layout, natZones } from "./layout";

export const VPC = "awsx:ec2:Vpc";

const DEFAULT_BLOCK = "10.0.0.0/16";
const DEFAULT_ZONES = 3;
const ANYWHERE = "0.0.0.0/0";

/** The component `awsx:ec2:Vpc`: the same children, with the same names, parents, order and inputs as the real one's. */
export class Vpc extends pulumi.ComponentResource {
  private readonly subnets: Subnet[] = [];
  private readonly publicSubnets: Subnet[] = [];
  private readonly privateSubnets: Subnet[] = [];
  private readonly isolatedSubnets: Subnet[] = [];
  private readonly routeTables: RouteTable[] = [];
  private readonly routeTableAssociations: RouteTableAssociation[] = [];
  private readonly routes: Route[] = [];
  private readonly natGateways: NatGateway[] = [];
  private readonly eips: Eip[] = [];

  private constructor(
    private readonly vpcName: string,
    private readonly args: VpcArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(VPC, vpcName, {}, opts);
  }

  /** Makes the network. @throws Error for arguments that are wrong or not implemented */
  static async construct(
    name: string,
    inputs: pulumi.Inputs,
    opts: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const vpc = new Vpc(name, vpcArgs(inputs), opts);
    return { urn: vpc.urn, state: await vpc.build() };
  }

  private async build(): Promise<pulumi.Inputs> {
    const { vpcName, args } = this;
    const { region, cidrBlock = DEFAULT_BLOCK, subnetSpecs } = args;
    const zones = args.availabilityZoneNames ?? (await this.firstZones());
    const subnets = layout(vpcName, zones, subnetSpecs);
    const withNat = natZones(args, zones.length);
    const tags = pulumi.output(args.tags).apply((given): Record<string, string> => ({ Name: vpcName, ...given }));
    const vpc = new AwsVpc(
      vpcName,
      {
        cidrBlock,
        enableDnsHostnames: args.enableDnsHostnames,
        enableDnsSupport: args.enableDnsSupport,
        enableNetworkAddressUsageMetrics: args.enableNetworkAddressUsageMetrics,
        instanceTenancy: args.instanceTenancy,
        region,
        tags,
      },
      { parent: this },
    );
    const inVpc = { parent: vpc, dependsOn: [vpc] };
    const internetGateway = new InternetGateway(vpcName, { region, vpcId: vpc.id, tags }, inVpc);
    for (const [zone, inZone] of subnets.entries()) {
      for (const subnet of inZone) this.addSubnet(subnet, zone, withNat, vpc, internetGateway, tags);
    }
    return this.outputsWith(vpc, internetGateway);
  }

  private async firstZones(): Promise<string[]> {
    const wanted = this.args.numberOfAvailabilityZones ?? DEFAULT_ZONES;
    const { region } = this.args;
    if (region !== undefined && typeof region !== "string") {
      throw new Error("Vpc.region must be a plain string when availabilityZoneNames is not set.");
    }
    const { names } = await getAvailabilityZones(region === undefined ? undefined : { region }, { parent: this });
    if (names.length >= wanted) return names.slice(0, wanted);
    throw new Error(`The configured region for this provider does not have at least ${wanted} Availability Zones.`);
  }

  private addSubnet(
    { name, cidrBlock, zone: availabilityZone, spec }: PlannedSubnet,
    zone: number,
    withNat: boolean[],
    vpc: AwsVpc,
    internetGateway: InternetGateway,
    shared: pulumi.Output<Record<string, string>>,
  ): void {
    const { region } = this.args;
    const { type } = spec;
    const own = { Name: name, SubnetType: type };
    const subnet = new Subnet(
      name,
      {
        region,
        vpcId: vpc.id,
        availabilityZone,
        mapPublicIpOnLaunch: type === "Public",
        cidrBlock,
        assignIpv6AddressOnCreation: false,
        tags: pulumi.all([shared, spec.tags]).apply(([all, given]) => ({ ...all, ...given, ...own })),
      },
      { parent: vpc, dependsOn: [vpc] },
    );
    this.subnets.push(subnet);
    const kinds = { Public: this.publicSubnets, Private: this.privateSubnets, Isolated: this.isolatedSubnets };
    kinds[type].push(subnet);

    const table = new RouteTable(
      name,
      { region, vpcId: vpc.id, tags: shared.apply((all) => ({ ...all, ...own })) },
      { parent: subnet, dependsOn: [subnet] },
    );
    const inTable = { parent: table, dependsOn: [table] };
    this.routeTables.push(table);
    this.routeTableAssociations.push(
      new RouteTableAssociation(name, { region, routeTableId: table.id, subnetId: subnet.id }, inTable),
    );
    if (type === "Public" && withNat[zone] === true && this.natGateways.length === zone) this.addNat(zone, subnet);
    const gateway = this.defaultGateway(type, zone, internetGateway);
    if (!gateway) return;
    const route = { region, routeTableId: table.id, ...gateway, destinationCidrBlock: ANYWHERE };
    this.routes.push(new Route(name, route, inTable));
  }

  /** Where a tier's default route goes; nowhere for isolated ones, and for private ones without NAT. */
  private defaultGateway(type: PlannedSubnet["spec"]["type"], zone: number, internetGateway: InternetGateway) {
    if (type === "Public") return { gatewayId: internetGateway.id };
    const nat = this.natGateways[zone] ?? this.natGateways[0];
    return type === "Private" && nat ? { natGatewayId: nat.id } : undefined;
  }

  private addNat(zone: number, subnet: Subnet): void {
    const { region, natGateways = {} } = this.args;
    const name = `${this.vpcName}-${zone + 1}`;
    const tags = pulumi.output(this.args.tags).apply((given) => ({ ...given, Name: name }));
    const inSubnet = { parent: subnet, dependsOn: [subnet] };
    let allocationId: pulumi.Input<string> | undefined = natGateways.elasticIpAllocationIds?.[zone];
    if (allocationId === undefined) {
      const eip = new Eip(name, { region, tags }, inSubnet);
      this.eips.push(eip);
      allocationId = eip.allocationId;
    }
    this.natGateways.push(new NatGateway(name, { region, subnetId: subnet.id, allocationId, tags }, inSubnet));
  }

  private outputsWith(vpc: AwsVpc, internetGateway: InternetGateway): pulumi.Inputs {
    const ids = (subnets: Subnet[]) => subnets.map(({ id }) => id);
    return {
      vpc,
      vpcId: vpc.id,
      internetGateway,
      subnets: this.subnets,
      publicSubnets: this.publicSubnets,
      privateSubnets: this.privateSubnets,
      isolatedSubnets: this.isolatedSubnets,
      publicSubnetIds: ids(this.publicSubnets),
      privateSubnetIds: ids(this.privateSubnets),
      isolatedSubnetIds: ids(this.isolatedSubnets),
      routeTables: this.routeTables,
      routeTableAssociations: this.routeTableAssociations,
      routes: this.routes,
      natGateways: this.natGateways,
      eips: this.eips,
      vpcEndpoints: [],
      subnetLayout: this.args.subnetSpecs.map(({ name, type, cidrBlocks, cidrMask, size }) => ({
        name,
        type,
        cidrBlocks,
        cidrMask,
        size,
      })),
    };
  }
}
