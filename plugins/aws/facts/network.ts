import type { Facts } from "../schema";

const securityGroupRule: Facts = { replaces: "securityGroupId" };

/** VPC, subnets, routes, gateways, endpoints, security groups. */
export const networkFacts: Readonly<Record<string, Facts>> = {
  "aws:ec2/vpc:Vpc": {
    replaces: "cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
    computed:
      "cidrBlock enableDnsHostnames enableNetworkAddressUsageMetrics ipv6CidrBlock ipv6CidrBlockNetworkBorderGroup",
    defaults: { enableDnsSupport: true, instanceTenancy: "default" },
  },
  "aws:ec2/subnet:Subnet": {
    replaces: "availabilityZone availabilityZoneId cidrBlock ipv6Native outpostArn vpcId",
    computed: "availabilityZone availabilityZoneId cidrBlock ipv6CidrBlock privateDnsHostnameTypeOnLaunch",
    defaults: {
      assignIpv6AddressOnCreation: false,
      enableDns64: false,
      enableResourceNameDnsARecordOnLaunch: false,
      enableResourceNameDnsAaaaRecordOnLaunch: false,
      ipv6Native: false,
      mapPublicIpOnLaunch: false,
    },
  },
  "aws:ec2/internetGateway:InternetGateway": { computed: "vpcId" },
  "aws:ec2/routeTable:RouteTable": { replaces: "vpcId", computed: "propagatingVgws routes" },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { replaces: "gatewayId subnetId" },
  "aws:ec2/route:Route": {
    replaces: "destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId routeTableId",
    computed: "networkInterfaceId",
  },
  "aws:ec2/eip:Eip": {
    replaces: "address domain ipamPoolId networkBorderGroup publicIpv4Pool",
    computed: "address domain instance ipamPoolId networkBorderGroup networkInterface publicIpv4Pool",
  },
  "aws:ec2/natGateway:NatGateway": {
    replaces: "allocationId connectivityType privateIp subnetId vpcId",
    computed:
      "allocationId availabilityMode availabilityZoneAddresses privateIp secondaryAllocationIds " +
      "secondaryPrivateIpAddressCount secondaryPrivateIpAddresses vpcId",
    defaults: { connectivityType: "public" },
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    replaces: "resourceConfigurationArn serviceName serviceNetworkArn serviceRegion vpcEndpointType vpcId",
    computed:
      "dnsOptions ipAddressType policy privateDnsEnabled routeTableIds securityGroupIds serviceName serviceRegion " +
      "subnetConfigurations subnetIds",
    defaults: { vpcEndpointType: "Gateway" },
  },
  "aws:ec2/flowLog:FlowLog": {
    replaces:
      "deliverCrossAccountRole destinationOptions eniId iamRoleArn logDestination logDestinationType logFormat " +
      "maxAggregationInterval regionalNatGatewayId subnetId trafficType transitGatewayAttachmentId transitGatewayId vpcId",
    computed: "logDestination logFormat",
    defaults: { logDestinationType: "cloud-watch-logs", maxAggregationInterval: 600 },
  },
  "aws:ec2/managedPrefixList:ManagedPrefixList": { replaces: "addressFamily", computed: "entries" },
  "aws:ec2/securityGroup:SecurityGroup": {
    replaces: "description name namePrefix vpcId",
    computed: "egress ingress namePrefix vpcId",
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
};
