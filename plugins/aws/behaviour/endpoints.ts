import { createHash } from "node:crypto";
import type { PlainMap } from "../../value";
import { type Site, arn } from "../cloud";
import { type Behaviour, ec2, shown, textOf, textsOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

const ENDPOINT_TYPES = ["Gateway", "Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork"];

const vpcEndpoint: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .exactlyOne("serviceName", "resourceConfigurationArn", "serviceNetworkArn")
      .oneOf("vpcEndpointType", ENDPOINT_TYPES)
      .policy("policy", 20_480);
    const refused =
      inputs["vpcEndpointType"] === "Gateway"
        ? ["subnetIds", "securityGroupIds", "subnetConfigurations"]
        : inputs["vpcEndpointType"] === "Interface"
          ? ["routeTableIds"]
          : [];
    for (const property of refused.filter((key) => isGiven(inputs[key]))) {
      checks.add(property, `is not for endpoints of the type ${shown(inputs["vpcEndpointType"])}`);
    }
    if (inputs["vpcEndpointType"] === "Gateway" && inputs["privateDnsEnabled"] === true) {
      checks.add("privateDnsEnabled", "cannot be set for endpoints of the type Gateway");
    }
    return checks.failures;
  },
  ...ec2("vpce", (id, inputs, site) => endpointOutputs(id, inputs, site)),
};

function endpointOutputs(id: string, inputs: PlainMap, site: Site): PlainMap {
  const gateway = inputs["vpcEndpointType"] === "Gateway";
  const service = textOf(inputs["serviceName"]) ?? "";
  const list = prefixList(service);
  const short = service.split(".").slice(3).join(".");
  return {
    arn: arn(site, "ec2", `vpc-endpoint/${id}`),
    ownerId: site.cloud.accountId,
    state: "available",
    requesterManaged: false,
    cidrBlocks: gateway ? SAMPLE_BLOCKS : [],
    prefixListId: gateway ? list : "",
    dnsEntries: gateway
      ? []
      : [
          {
            dnsName: `${id}-${id.slice(-8)}.${short}.${site.region}.vpce.amazonaws.com`,
            hostedZoneId: "Z273ZU8SZ5RJPC",
          },
          { dnsName: `${short}.${site.region}.amazonaws.com`, hostedZoneId: "ZONEIDPENDING" },
        ],
    networkInterfaceIds: textsOf(inputs["subnetIds"]).map((subnetId) => `eni-${subnetId.replace(/^subnet-/, "")}`),
    dnsOptions: { dnsRecordIpType: gateway ? "service-defined" : "ipv4" },
    ipAddressType: "ipv4",
    policy: JSON.stringify({
      Version: "2008-10-17",
      Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }],
    }),
    privateDnsEnabled: false,
    routeTableIds: [],
    securityGroupIds: [],
    subnetConfigurations: [],
    subnetIds: [],
    serviceRegion: site.region,
  };
}

/** A few blocks such as S3 has. */
export const SAMPLE_BLOCKS = ["3.5.134.0/23", "52.219.168.0/22"];

/** The id of the prefix list of one of AWS's services, e.g. `com.amazonaws.eu-central-1.s3`. */
export function prefixList(service: string): string {
  return `pl-${createHash("sha256").update(service).digest("hex").slice(0, 8)}`;
}

const managedPrefixList: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).oneOf("addressFamily", ["IPv4", "IPv6"]);
    const entries = inputs["entries"];
    const most = inputs["maxEntries"];
    if (Array.isArray(entries) && typeof most === "number" && entries.length > most) {
      checks.add("entries", `has ${entries.length} entries, more than "maxEntries" (${most})`);
    }
    return checks.failures;
  },
  ...ec2("pl", (id, inputs, site, former) => ({
    arn: arn(site, "ec2", `prefix-list/${id}`),
    ownerId: site.cloud.accountId,
    entries: [],
    version: nextVersion(former, ["entries"], inputs),
  })),
  unknownAfter: (changed) => (changed.includes("entries") ? ["version"] : []),
};

function nextVersion(former: PlainMap, properties: string[], inputs: PlainMap): number {
  const { version } = former;
  if (typeof version !== "number") return 1;
  const same = properties.every((key) => JSON.stringify(former[key] ?? []) === JSON.stringify(inputs[key] ?? []));
  return same ? version : version + 1;
}

const flowLog: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .exactlyOne(
        "vpcId",
        "subnetId",
        "eniId",
        "transitGatewayId",
        "transitGatewayAttachmentId",
        "regionalNatGatewayId",
      )
      .oneOf("logDestinationType", ["cloud-watch-logs", "s3", "kinesis-data-firehose"])
      .oneOf("trafficType", ["ACCEPT", "REJECT", "ALL"]).failures,
  ...ec2("fl", (id, _inputs, site) => ({
    arn: arn(site, "ec2", `vpc-flow-log/${id}`),
    logFormat:
      "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} " +
      "${bytes} ${start} ${end} ${action} ${log-status}",
  })),
};

export const endpointBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:ec2/managedPrefixList:ManagedPrefixList": managedPrefixList,
  "aws:ec2/flowLog:FlowLog": flowLog,
};
