import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type VpcArgs, vpcArgs } from "./args";
import { type Subnet, layout, natZones } from "./layout";

export const VPC = "awsx:ec2:Vpc";

const DEFAULT_BLOCK = "10.0.0.0/16";
const DEFAULT_ZONES = 3;
const ANYWHERE = "0.0.0.0/0";

/** The component `awsx:ec2:Vpc`: the same children, with the same names, parents, order and inputs as the real one's. */
export class Vpc extends pulumi.ComponentResource {
  private readonly subnets: aws.ec2.Subnet[] = [];
  private readonly publicSubnets: aws.ec2.Subnet[] = [];
  private readonly privateSubnets: aws.ec2.Subnet[] = [];
  private readonly isolatedSubnets: aws.ec2.Subnet[] = [];
  private readonly routeTables: aws.ec2.RouteTable[] = [];
  private readonly routeTableAssociations: aws.ec2.RouteTableAssociation[] = [];
  private readonly routes: aws.ec2.Route[] = [];
  private readonly natGateways: aws.ec2.NatGateway[] = [];
  private readonly eips: aws.ec2.Eip[] = [];

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
    const tags = pulumi.output(args.tags).apply((given) => ({ Name: vpcName, ...given }));
    const vpc = new aws.ec2.Vpc(
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
    const internetGateway = new aws.ec2.InternetGateway(vpcName, { region, vpcId: vpc.id, tags }, inVpc);
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
    const { names } = await aws.getAvailabilityZones(region === undefined ? undefined : { region }, { parent: this });
    if (names.length >= wanted) return names.slice(0, wanted);
    throw new Error(`The configured region for this provider does not have at least ${wanted} Availability Zones.`);
  }

  private addSubnet(
    { name, cidrBlock, zone: availabilityZone, spec }: Subnet,
    zone: number,
    withNat: boolean[],
    vpc: aws.ec2.Vpc,
    internetGateway: aws.ec2.InternetGateway,
    shared: pulumi.Output<Record<string, string>>,
  ): void {
    const { region } = this.args;
    const { type } = spec;
    const own = { Name: name, SubnetType: type };
    const subnet = new aws.ec2.Subnet(
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

    const table = new aws.ec2.RouteTable(
      name,
      { region, vpcId: vpc.id, tags: shared.apply((all) => ({ ...all, ...own })) },
      { parent: subnet, dependsOn: [subnet] },
    );
    const inTable = { parent: table, dependsOn: [table] };
    this.routeTables.push(table);
    this.routeTableAssociations.push(
      new aws.ec2.RouteTableAssociation(name, { region, routeTableId: table.id, subnetId: subnet.id }, inTable),
    );
    if (type === "Public" && withNat[zone] === true && this.natGateways.length === zone) this.addNat(zone, subnet);
    const gateway = this.defaultGateway(type, zone, internetGateway);
    if (!gateway) return;
    const route = { region, routeTableId: table.id, ...gateway, destinationCidrBlock: ANYWHERE };
    this.routes.push(new aws.ec2.Route(name, route, inTable));
  }

  /** Where a tier's default route goes; nowhere for isolated ones, and for private ones without NAT. */
  private defaultGateway(type: Subnet["spec"]["type"], zone: number, internetGateway: aws.ec2.InternetGateway) {
    if (type === "Public") return { gatewayId: internetGateway.id };
    const nat = this.natGateways[zone] ?? this.natGateways[0];
    return type === "Private" && nat ? { natGatewayId: nat.id } : undefined;
  }

  private addNat(zone: number, subnet: aws.ec2.Subnet): void {
    const { region, natGateways = {} } = this.args;
    const name = `${this.vpcName}-${zone + 1}`;
    const tags = pulumi.output(this.args.tags).apply((given) => ({ ...given, Name: name }));
    const inSubnet = { parent: subnet, dependsOn: [subnet] };
    let allocationId: pulumi.Input<string> | undefined = natGateways.elasticIpAllocationIds?.[zone];
    if (allocationId === undefined) {
      const eip = new aws.ec2.Eip(name, { region, tags }, inSubnet);
      this.eips.push(eip);
      allocationId = eip.allocationId;
    }
    this.natGateways.push(new aws.ec2.NatGateway(name, { region, subnetId: subnet.id, allocationId, tags }, inSubnet));
  }

  private outputsWith(vpc: aws.ec2.Vpc, internetGateway: aws.ec2.InternetGateway): pulumi.Inputs {
    const ids = (subnets: aws.ec2.Subnet[]) => subnets.map(({ id }) => id);
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
