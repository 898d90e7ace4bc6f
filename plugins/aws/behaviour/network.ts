import { createHash } from "node:crypto";
import type { PlainMap } from "../../value";
import { arn, ec2Id } from "../cloud";
import { overlap, within } from "./addresses";
import { type Behaviour, ec2, shown, textOf } from "./behaviour";
import { checkBlock } from "./blocks";
import { Checks, isGiven } from "./checks";
import { zoneId } from "./zones";

const TARGETS = [
  "carrierGatewayId",
  "coreNetworkArn",
  "egressOnlyGatewayId",
  "gatewayId",
  "localGatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "odbNetworkArn",
  "transitGatewayId",
  "vpcEndpointId",
  "vpcPeeringConnectionId",
];

const DESTINATIONS = ["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];

const vpc: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).oneOf("instanceTenancy", ["default", "dedicated"]);
    checkBlock(checks, "cidrBlock", 16, 28);
    return checks.failures;
  },
  ...ec2("vpc", (id, _inputs, site, former) => ({
    arn: arn(site, "ec2", `vpc/${id}`),
    ownerId: site.cloud.accountId,
    defaultNetworkAclId: former["defaultNetworkAclId"] ?? ec2Id("acl"),
    defaultRouteTableId: former["defaultRouteTableId"] ?? ec2Id("rtb"),
    defaultSecurityGroupId: former["defaultSecurityGroupId"] ?? ec2Id("sg"),
    dhcpOptionsId: former["dhcpOptionsId"] ?? ec2Id("dopt"),
    mainRouteTableId: former["mainRouteTableId"] ?? ec2Id("rtb"),
    ipv6AssociationId: "",
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    ipv6CidrBlock: "",
    ipv6CidrBlockNetworkBorderGroup: "",
  })),
};

const subnet: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).atMostOne("availabilityZone", "availabilityZoneId");
    checkBlock(checks, "cidrBlock", 16, 28);
    return checks.failures;
  },
  allow: ({ vpcId, cidrBlock }, { cloud: { account } }, id) => {
    const block = textOf(cidrBlock);
    if (block === undefined || id !== undefined) return;
    const network = textOf(account.get("aws:ec2/vpc:Vpc", textOf(vpcId) ?? "")?.values["cidrBlock"]);
    if (network !== undefined && !within(block, network)) {
      throw new Error(`InvalidSubnet.Range: The CIDR '${block}' is invalid.`);
    }
    const others = account.all("aws:ec2/subnet:Subnet").filter(({ values }) => values["vpcId"] === vpcId);
    if (others.some(({ values }) => overlap(block, textOf(values["cidrBlock"]) ?? block))) {
      throw new Error(`InvalidSubnet.Conflict: The CIDR '${block}' conflicts with another subnet`);
    }
  },
  ...ec2("subnet", (id, inputs, site) => {
    const zone = textOf(inputs["availabilityZone"]) ?? `${site.region}a`;
    return {
      arn: arn(site, "ec2", `subnet/${id}`),
      ownerId: site.cloud.accountId,
      availabilityZone: zone,
      availabilityZoneId: zoneId(zone),
      ipv6CidrBlock: "",
      ipv6CidrBlockAssociationId: "",
      privateDnsHostnameTypeOnLaunch: "ip-name",
    };
  }),
};

const routeTable: Behaviour = ec2("rtb", (id, _inputs, site) => ({
  arn: arn(site, "ec2", `route-table/${id}`),
  ownerId: site.cloud.accountId,
  propagatingVgws: [],
  routes: [],
}));

const routeTableAssociation: Behaviour = {
  check: (inputs) => new Checks(inputs).exactlyOne("subnetId", "gatewayId").failures,
  allow: ({ subnetId }, { cloud: { account } }, id) => {
    const all = account.all("aws:ec2/routeTableAssociation:RouteTableAssociation");
    if (!all.some((entry) => isGiven(subnetId) && entry.values["subnetId"] === subnetId && entry.id !== id)) return;
    throw new Error(
      `Resource.AlreadyAssociated: the specified association for subnet ${shown(subnetId)} conflicts with another`,
    );
  },
  ...ec2("rtbassoc"),
};

const route: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).exactlyOne(...DESTINATIONS).exactlyOne(...TARGETS);
    checkBlock(checks, "destinationCidrBlock", 0, 32);
    return checks.failures;
  },
  id: (inputs) => {
    const destination = destinationOf(inputs);
    return `r-${shown(inputs["routeTableId"])}${createHash("sha256").update(destination).digest("hex").slice(0, 10)}`;
  },
  outputs: () => ({ origin: "CreateRoute", state: "active", instanceId: "", instanceOwnerId: "" }),
};

function destinationOf(inputs: PlainMap): string {
  return DESTINATIONS.map((key) => textOf(inputs[key])).find((value) => value !== undefined) ?? "";
}

export const networkBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/route:Route": route,
};
