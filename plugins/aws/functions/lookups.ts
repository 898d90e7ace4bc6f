import type { PlainMap, ValueMap } from "../../value";
import { secret } from "../../value";
import type { Entry } from "../account";
import { mapOf, mapsOf, textOf } from "../behaviour/behaviour";
import { ZONE } from "../behaviour/naming";
import { SAMPLE_BLOCKS, prefixList } from "../behaviour/endpoints";
import { type Cloud, arn, siteOf } from "../cloud";
import { filtersOf, satisfies } from "./filters";

const ATTRIBUTES: Record<string, string> = {
  "vpc-id": "vpcId",
  "subnet-id": "id",
  cidr: "cidrBlock",
  "cidr-block": "cidrBlock",
  "availability-zone": "availabilityZone",
  state: "state",
};

/** The one resource of a type that the inputs ask for. @throws Error when there are none or several */
function theOne(type: string, what: string, inputs: PlainMap, cloud: Cloud, keys: string[]): Entry {
  const filters = filtersOf(inputs);
  const found = cloud.account.all(type).filter((entry) => {
    const values: PlainMap = { state: "available", ...entry.values, id: entry.id };
    const asked = keys.every((key) => inputs[key] === undefined || inputs[key] === values[key]);
    const named = (name: string) =>
      textOf(values[(type.includes("vpc:") && name === "vpc-id" ? "id" : ATTRIBUTES[name]) ?? ""]);
    return asked && satisfies(filters, mapOf(values["tags"]), named);
  });
  const [one, ...others] = found;
  if (!one) throw new Error(`no matching ${what} found`);
  if (others.length > 0)
    throw new Error(`multiple ${what}s matched; use additional constraints to reduce matches to a single ${what}`);
  return one;
}

export function getVpc(inputs: PlainMap, cloud: Cloud): ValueMap {
  if (inputs["default"] === true) throw new Error("no matching EC2 VPC found");
  const { id, values } = theOne("aws:ec2/vpc:Vpc", "EC2 VPC", inputs, cloud, ["id", "cidrBlock", "dhcpOptionsId"]);
  const cidrBlock = values["cidrBlock"] ?? "";
  return {
    ...values,
    id,
    default: false,
    state: "available",
    tags: values["tags"] ?? {},
    cidrBlockAssociations: [{ associationId: `vpc-cidr-assoc-${id.slice(4)}`, cidrBlock, state: "associated" }],
    ipv6CidrBlockAssociations: [],
  };
}

export function getSubnet(inputs: PlainMap, cloud: Cloud): ValueMap {
  const keys = ["id", "vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"];
  const { id, values } = theOne("aws:ec2/subnet:Subnet", "EC2 Subnet", inputs, cloud, keys);
  const mask = Number(textOf(values["cidrBlock"])?.split("/")[1] ?? 24);
  return {
    customerOwnedIpv4Pool: "",
    enableLniAtDeviceIndex: 0,
    mapCustomerOwnedIpOnLaunch: false,
    outpostArn: "",
    ...values,
    id,
    defaultForAz: false,
    state: "available",
    tags: values["tags"] ?? {},
    // AWS keeps five addresses of each subnet.
    availableIpAddressCount: 2 ** (32 - mask) - 5,
  };
}

export function getZone(inputs: PlainMap, cloud: Cloud): ValueMap {
  const { name, zoneId, privateZone, tags } = inputs;
  const plainName = (text: string | undefined) => text?.replace(/\.$/, "");
  const found = cloud.account
    .all(ZONE)
    .filter((zone) => zoneId === undefined || zone.id === zoneId)
    .filter((zone) => name === undefined || plainName(textOf(zone.values["name"])) === plainName(textOf(name)))
    .filter((zone) => mapsOf(zone.values["vpcs"]).length > 0 === (privateZone === true))
    .filter((zone) => satisfies(filtersOf({ tags: tags ?? {} }), mapOf(zone.values["tags"]), () => undefined));
  const [zone, ...others] = found;
  if (!zone) throw new Error("no matching Route 53 Hosted Zone found");
  if (others.length > 0) throw new Error("multiple Route 53 Hosted Zones matched");
  return {
    ...zone.values,
    id: zone.id,
    tags: zone.values["tags"] ?? {},
    callerReference: zone.id,
    linkedServiceDescription: "",
    linkedServicePrincipal: "",
    privateZone: privateZone === true,
    resourceRecordSetCount: 2,
  };
}

export function getParameter(inputs: PlainMap, cloud: Cloud): ValueMap {
  const name = textOf(inputs["name"]) ?? "";
  const entry = cloud.account.get("aws:ssm/parameter:Parameter", name);
  if (!entry) throw new Error(`reading SSM Parameter (${name}): ParameterNotFound`);
  const { type, value = "", version = 1, arn: parameterArn = "" } = entry.values;
  return {
    ...inputs,
    id: name,
    name,
    arn: parameterArn,
    region: siteOf(cloud, inputs).region,
    type: type ?? "",
    version,
    value: secret(value),
    insecureValue: type === "SecureString" ? "" : value,
  };
}

const AWS_LISTS = ["s3", "dynamodb"];

/** The service of AWS whose prefix list the inputs name, e.g. `com.amazonaws.eu-central-1.s3`. */
function awsList(inputs: PlainMap, region: string): string | undefined {
  const services = AWS_LISTS.map((service) => `com.amazonaws.${region}.${service}`);
  const id = textOf(inputs["id"]) ?? textOf(inputs["prefixListId"]);
  const [byFilter] = mapsOf(inputs["filters"]).filter(({ name }) => name === "prefix-list-name");
  const [filtered] = Array.isArray(byFilter?.["values"]) ? byFilter["values"] : [];
  const name = textOf(inputs["name"]) ?? textOf(filtered);
  return services.find(
    (service) => (name === undefined || name === service) && (id === undefined || id === prefixList(service)),
  );
}

export function getPrefixList(inputs: PlainMap, cloud: Cloud): ValueMap {
  const { region } = siteOf(cloud, inputs);
  const name = awsList(inputs, region);
  if (name === undefined) throw new Error("no matching EC2 Prefix List found");
  return { ...inputs, id: prefixList(name), name, region, cidrBlocks: SAMPLE_BLOCKS };
}

export function getManagedPrefixList(inputs: PlainMap, cloud: Cloud): ValueMap {
  const site = siteOf(cloud, inputs);
  const name = awsList(inputs, site.region);
  if (name === undefined) {
    const own = theOne("aws:ec2/managedPrefixList:ManagedPrefixList", "EC2 Managed Prefix List", inputs, cloud, [
      "id",
      "name",
    ]);
    return { ...own.values, id: own.id, tags: own.values["tags"] ?? {} };
  }
  return {
    ...inputs,
    id: prefixList(name),
    name,
    region: site.region,
    arn: arn(site, "ec2", `prefix-list/${prefixList(name)}`).replace(site.cloud.accountId, "aws"),
    ownerId: "AWS",
    addressFamily: "IPv4",
    entries: SAMPLE_BLOCKS.map((cidr) => ({ cidr, description: "" })),
    maxEntries: 0,
    version: 0,
    tags: {},
  };
}
