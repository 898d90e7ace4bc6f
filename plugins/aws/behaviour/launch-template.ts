import type { Plain, PlainMap } from "../../value";
import type { Entry } from "../account";
import { arn } from "../cloud";
import { type Behaviour, ec2, listOf, mapOf, mapsOf, numberOf, shown, textOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";

const LONGEST_USER_DATA = 16_384;
const VOLUME_TYPES = ["standard", "gp2", "gp3", "io1", "io2", "sc1", "st1"];
const TAGGED = [
  "elastic-gpu",
  "fleet",
  "instance",
  "network-interface",
  "spot-instances-request",
  "volume",
  "capacity-reservation",
];

// A change of these makes no new version; the provider's preview thinks so of the first five.
const NOT_KNOWN_AS_CHANGE = ["name", "namePrefix", "description", "defaultVersion", "updateDefaultVersion"];
const NO_NEW_VERSION = [
  ...["name", "namePrefix", "defaultVersion", "updateDefaultVersion", "tags", "region"],
  ...["arn", "latestVersion", "tagsAll"],
];

/** A launch template. Each change of what instances get makes a version more. */
export const launchTemplate: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .atMostOne("instanceType", "instanceRequirements")
      .atMostOne("vpcSecurityGroupIds", "securityGroupNames")
      .atMostOne("vpcSecurityGroupIds", "networkInterfaces")
      .atMostOne("defaultVersion", "updateDefaultVersion")
      .matches("imageId", /^(ami-[0-9a-f]+|resolve:ssm:.+)$/, "an image's id such as ami-0a1b2c3d4e5f67890")
      .matches("name", /^[a-zA-Z0-9().\-/_]{3,128}$/, "3 to 128 letters, digits and ().-/_")
      .matches("instanceType", /^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as t3.micro")
      .oneOf("metadataOptions.httpTokens", ["required", "optional"])
      .oneOf("metadataOptions.httpEndpoint", ["enabled", "disabled"])
      .oneOf("metadataOptions.httpProtocolIpv6", ["enabled", "disabled"])
      .oneOf("metadataOptions.instanceMetadataTags", ["enabled", "disabled"])
      .between("metadataOptions.httpPutResponseHopLimit", 1, 64)
      .oneOf("creditSpecification.cpuCredits", ["standard", "unlimited"])
      .oneOf("instanceInitiatedShutdownBehavior", ["stop", "terminate"])
      .oneOf("ebsOptimized", ["true", "false"])
      .oneOf("instanceMarketOptions.marketType", ["spot", "capacity-block"])
      .oneOf("blockDeviceMappings.ebs.volumeType", VOLUME_TYPES)
      .oneOf("blockDeviceMappings.ebs.encrypted", ["true", "false"])
      .oneOf("blockDeviceMappings.ebs.deleteOnTermination", ["true", "false"])
      .oneOf("networkInterfaces.associatePublicIpAddress", ["true", "false"])
      .oneOf("tagSpecifications.resourceType", TAGGED);
    checkProfile(checks);
    checkUserData(checks);
    checkDevices(checks, inputs);
    return checks.failures;
  },

  ...ec2("lt", (id, inputs, site, former) => {
    const latest = numberOf(former["latestVersion"]);
    const latestVersion = latest === undefined ? 1 : latest + (makesVersion(former, inputs) ? 1 : 0);
    const updated = inputs["updateDefaultVersion"] === true ? latestVersion : undefined;
    return {
      arn: arn(site, "ec2", `launch-template/${id}`),
      latestVersion,
      defaultVersion: numberOf(inputs["defaultVersion"]) ?? updated ?? numberOf(former["defaultVersion"]) ?? 1,
      namePrefix: "",
    };
  }),

  keep: ({ values, kept }) => ({
    versions: { ...mapOf(kept["versions"]), [shown(values["latestVersion"])]: templateOf(values) },
  }),

  unknownAfter: (changed) => {
    const counted = changed.filter((key) => !NOT_KNOWN_AS_CHANGE.includes(key));
    return counted.length > 0 ? ["latestVersion"] : [];
  },
};

function makesVersion(former: PlainMap, inputs: PlainMap): boolean {
  const keys = new Set([...Object.keys(former), ...Object.keys(inputs)]);
  return [...keys].some((key) => !NO_NEW_VERSION.includes(key) && !sameValue(former[key], inputs[key]));
}

function sameValue(a: Plain | undefined, b: Plain | undefined): boolean {
  const text = (value: Plain | undefined) => (isGiven(value) && value !== false ? JSON.stringify(value) : "");
  return text(a) === text(b);
}

// What the instances of a version get, as far as anything here asks for it.
function templateOf(values: PlainMap): PlainMap {
  const { imageId, instanceType, userData, tagSpecifications, vpcSecurityGroupIds, networkInterfaces } = values;
  const groups = mapsOf(networkInterfaces).flatMap(({ securityGroups }) => listOf(securityGroups));
  return {
    imageId: imageId ?? "",
    instanceType: instanceType ?? "",
    userData: userData ?? "",
    iamInstanceProfile: values["iamInstanceProfile"] ?? {},
    metadataOptions: values["metadataOptions"] ?? {},
    blockDeviceMappings: values["blockDeviceMappings"] ?? [],
    securityGroupIds: [...listOf(vpcSecurityGroupIds), ...groups],
    tags: Object.assign(
      {},
      ...mapsOf(tagSpecifications)
        .filter(({ resourceType }) => resourceType === "instance")
        .map(({ tags }) => mapOf(tags)),
    ) as PlainMap,
  };
}

function checkProfile(checks: Checks): void {
  for (const { path, value } of checks.at("iamInstanceProfile")) {
    const { arn: byArn, name } = mapOf(value);
    if (isGiven(byArn) === isGiven(name)) checks.add(path, 'needs exactly one of "arn" and "name"');
  }
}

function checkUserData(checks: Checks): void {
  for (const { path, value } of checks.at("userData")) {
    if (typeof value !== "string") continue;
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) {
      checks.add(path, "must be encoded in base64 (InvalidUserData.Malformed)");
      continue;
    }
    const { length } = Buffer.from(value, "base64");
    if (length > LONGEST_USER_DATA) checks.add(path, `has ${length} bytes; EC2 takes ${LONGEST_USER_DATA} at most`);
  }
}

function checkDevices(checks: Checks, inputs: PlainMap): void {
  const devices = mapsOf(inputs["blockDeviceMappings"]).map(({ deviceName }) => textOf(deviceName));
  const twice = devices.filter((name, index) => name !== undefined && devices.indexOf(name) !== index);
  for (const name of twice) checks.add("blockDeviceMappings", `names the device "${shown(name)}" twice`);
}

/** The version of a template that a launch gets: a number, `$Latest`, `$Default`, or nothing for the default. */
export function versionOf(template: Entry, asked: string | undefined): { version: string; data: PlainMap } | undefined {
  const { latestVersion, defaultVersion } = template.values;
  const number =
    asked === "$Latest" ? latestVersion : asked === undefined || asked === "$Default" ? defaultVersion : asked;
  const version = shown(number);
  const data = mapOf(template.kept["versions"])[version];
  return data === undefined ? undefined : { version, data: mapOf(data) };
}
