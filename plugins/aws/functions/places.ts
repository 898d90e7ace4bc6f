import type { PlainMap, ValueMap } from "../../value";
import { mapsOf, shown, textOf, textsOf } from "../behaviour/behaviour";
import { balancerZone } from "../behaviour/load-balancer";
import { zoneId, zonesOf } from "../behaviour/zones";
import { type Cloud, globalArn, partitionOf, siteOf } from "../cloud";

const DNS_SUFFIXES: Record<string, string> = { "aws-cn": "amazonaws.com.cn" };

export function getRegion(inputs: PlainMap, cloud: Cloud): ValueMap {
  const asked = textOf(inputs["name"]) ?? textOf(inputs["endpoint"])?.split(".")[1];
  const region = asked ?? siteOf(cloud, inputs).region;
  return { id: region, name: region, region, endpoint: `ec2.${region}.amazonaws.com`, description: region };
}

export function getAvailabilityZones(inputs: PlainMap, cloud: Cloud): ValueMap {
  const { region } = siteOf(cloud, inputs);
  const excluded = [...textsOf(inputs["excludeNames"]), ...textsOf(inputs["excludeZoneIds"])];
  for (const { name } of mapsOf(inputs["filters"])) {
    if (name === "opt-in-status") continue;
    throw new Error(`the stand-in aws plugin does not implement the filter "${shown(name)}"`);
  }
  const available = [undefined, "available"].includes(textOf(inputs["state"]));
  const names = (available ? zonesOf(region) : []).filter(
    (name) => !excluded.includes(name) && !excluded.includes(zoneId(name)),
  );
  return { ...inputs, id: region, region, names, zoneIds: names.map(zoneId), groupNames: [region] };
}

export function getCallerIdentity(_inputs: PlainMap, cloud: Cloud): ValueMap {
  const { accountId } = cloud;
  return {
    id: accountId,
    accountId,
    arn: globalArn(siteOf(cloud, {}), "iam", "user/stand-in"),
    userId: "AIDACKCEVSQ6C2EXAMPLE",
  };
}

export function getPartition(_inputs: PlainMap, { region }: Cloud): ValueMap {
  const partition = partitionOf(region);
  const dnsSuffix = DNS_SUFFIXES[partition] ?? "amazonaws.com";
  return { id: partition, partition, dnsSuffix, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
}

export function getServicePrincipal(inputs: PlainMap, cloud: Cloud): ValueMap {
  const { region } = siteOf(cloud, inputs);
  const serviceName = textOf(inputs["serviceName"]) ?? "";
  const suffix = partitionOf(region) === "aws-cn" && serviceName === "ec2" ? "amazonaws.com.cn" : "amazonaws.com";
  const name = `${serviceName}.${suffix}`;
  return { id: `${serviceName}.${region}.${suffix}`, name, region, serviceName, suffix };
}

/** The zone for alias records to application load balancers, or to those of the type asked for. */
export function getBalancerZone(inputs: PlainMap, cloud: Cloud): ValueMap {
  const type = textOf(inputs["loadBalancerType"]) ?? "application";
  return { ...inputs, id: balancerZone(type), region: siteOf(cloud, inputs).region };
}

// A few ranges of the form that AWS publishes at https://ip-ranges.amazonaws.com/ip-ranges.json; made up, not AWS's own.
const RANGES: { region: string; service: string; block: string }[] = [
  { region: "eu-central-1", service: "ec2", block: "3.64.0.0/12" },
  { region: "eu-central-1", service: "ec2", block: "18.156.0.0/14" },
  { region: "eu-central-1", service: "s3", block: "3.5.134.0/23" },
  { region: "eu-central-1", service: "s3", block: "52.219.168.0/22" },
  { region: "us-east-1", service: "ec2", block: "3.208.0.0/12" },
  { region: "us-east-1", service: "s3", block: "52.216.0.0/15" },
  { region: "global", service: "cloudfront", block: "13.32.0.0/15" },
];

export function getIpRanges(inputs: PlainMap): ValueMap {
  const services = textsOf(inputs["services"]).map((service) => service.toLowerCase());
  const regions = textsOf(inputs["regions"]).map((region) => region.toLowerCase());
  const cidrBlocks = RANGES.filter(({ service }) => services.includes("amazon") || services.includes(service))
    .filter(({ region }) => regions.length === 0 || regions.includes(region))
    .map(({ block }) => block);
  if (cidrBlocks.length === 0) throw new Error("No IP ranges result from filters");
  return {
    ...inputs,
    id: "1767571200",
    syncToken: 1_767_571_200,
    createDate: "2026-01-05-00-00-00",
    cidrBlocks,
    ipv6CidrBlocks: [],
  };
}
