import { createHash } from "node:crypto";
import { arn, ec2Id } from "../cloud";
import { type Behaviour, ec2, shown, textOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

const internetGateway: Behaviour = {
  allow: ({ vpcId }, { cloud: { account } }, id) => {
    const attached = account.all("aws:ec2/internetGateway:InternetGateway");
    const other = attached.find((entry) => isGiven(vpcId) && entry.values["vpcId"] === vpcId && entry.id !== id);
    if (other)
      throw new Error(`Resource.AlreadyAssociated: network ${shown(vpcId)} has the gateway ${other.id} already`);
  },
  ...ec2("igw", (id, _inputs, site) => ({
    arn: arn(site, "ec2", `internet-gateway/${id}`),
    ownerId: site.cloud.accountId,
  })),
};

const eip: Behaviour = {
  check: (inputs) => new Checks(inputs).oneOf("domain", ["vpc"]).atMostOne("instance", "networkInterface").failures,
  ...ec2("eipalloc", (id, inputs, site, former) => ({
    allocationId: id,
    arn: arn(site, "ec2", `elastic-ip/${id}`),
    publicIp: former["publicIp"] ?? textOf(inputs["address"]) ?? publicAddress(id),
    publicDns: `ec2-${publicAddress(id).replaceAll(".", "-")}.${site.region}.compute.amazonaws.com`,
    domain: "vpc",
    instance: "",
    networkInterface: "",
    networkBorderGroup: site.region,
    publicIpv4Pool: "amazon",
    associationId: "",
    privateIp: "",
    privateDns: "",
    ptrRecord: "",
    carrierIp: "",
    customerOwnedIp: "",
  })),
};

// An address of TEST-NET-3 or of the benchmark range (RFC 5737, RFC 2544), the same each time for one id.
function publicAddress(id: string): string {
  const [second = 0, third = 0, fourth = 0] = createHash("sha256").update(id).digest();
  return `198.${18 + (second % 2)}.${third}.${fourth}`;
}

const natGateway: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .oneOf("connectivityType", ["public", "private"])
      .oneOf("availabilityMode", ["zonal", "regional"]);
    const regional = inputs["availabilityMode"] === "regional";
    if (!regional && !isGiven(inputs["subnetId"]))
      checks.add("subnetId", 'is needed, unless "availabilityMode" is "regional"');
    if (!regional && inputs["connectivityType"] === "public" && !isGiven(inputs["allocationId"])) {
      checks.add("allocationId", 'is needed when "connectivityType" is "public"');
    }
    if (inputs["connectivityType"] === "private" && isGiven(inputs["allocationId"])) {
      checks.add("allocationId", 'is not supported with "connectivityType" set to "private"');
    }
    return checks.failures;
  },
  ...ec2("nat", (_id, { allocationId }, { cloud: { account } }, former) => {
    const address = account.get("aws:ec2/eip:Eip", textOf(allocationId) ?? "");
    return {
      publicIp: address?.values["publicIp"] ?? former["publicIp"] ?? publicAddress(textOf(allocationId) ?? ""),
      associationId: former["associationId"] ?? ec2Id("eipassoc"),
      networkInterfaceId: former["networkInterfaceId"] ?? ec2Id("eni"),
      availabilityMode: "zonal",
      availabilityZoneAddresses: [],
      privateIp: former["privateIp"] ?? "10.0.0.4",
      secondaryAllocationIds: [],
      secondaryPrivateIpAddressCount: 0,
      secondaryPrivateIpAddresses: [],
      autoProvisionZones: "",
      autoScalingIps: "",
      regionalNatGatewayAddresses: [],
      regionalNatGatewayAutoMode: "",
      routeTableId: "",
      vpcId: "",
    };
  }),
};

export const gatewayBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
};
