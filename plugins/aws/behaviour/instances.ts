import type { PlainMap } from "../../value";
import type { Account, Entry } from "../account";
import { type Site, ec2Id } from "../cloud";
import { freeAddress } from "./addresses";
import { listOf, mapOf, mapsOf, numberOf, shown, textOf, textsOf } from "./behaviour";
import { LAUNCH_TEMPLATE, versionOf } from "./launch-template";

/** Key of what a group keeps of instances that have failed: their addresses. */
export const FORMER_ADDRESSES = "formerAddresses";

/** What a group launches: a version of a template, as the account has it. */
export interface LaunchSource {
  templateId: string;
  version: string;
  /** See `templateOf` of the launch template. */
  data: PlainMap;
}

/**
 * What a group with these inputs launches now; nothing where the account does not know its template.
 *
 * @throws Error when the account is a lasting one and has no such template or version
 */
export function launchSource(inputs: PlainMap, { cloud: { account } }: Site): LaunchSource | undefined {
  const single = mapOf(inputs["launchTemplate"]);
  const mixed = mapOf(mapOf(mapOf(inputs["mixedInstancesPolicy"])["launchTemplate"])["launchTemplateSpecification"]);
  const id = textOf(single["id"]) ?? textOf(mixed["launchTemplateId"]);
  const name = textOf(single["name"]) ?? textOf(mixed["launchTemplateName"]);
  const template = account
    .all(LAUNCH_TEMPLATE)
    .find((entry) => (id === undefined ? entry.values["name"] === name : entry.id === id));
  const asked = textOf(single["version"]) ?? textOf(mixed["version"]);
  const found = template && versionOf(template, asked);
  if (template && found) return { templateId: template.id, ...found };
  if (!account.lasts || (id === undefined && name === undefined)) return undefined;
  throw new Error(
    `ValidationError: You must use a valid fully-formed launch template. ${
      template
        ? `The specified launch template version '${shown(asked)}' does not exist (InvalidLaunchTemplateId.VersionNotFound)`
        : `The specified launch template ${shown(id ?? name)} does not exist (InvalidLaunchTemplateId.NotFound)`
    }`,
  );
}

/**
 * A group's instances once it has its present size: those it had stay as they are, whatever its template says now; new
 * ones are spread over its subnets; of too many, the oldest go, but for a group whose instances are protected from scale-in.
 */
export function instancesAfter(entry: Entry, site: Site): PlainMap[] {
  const wanted = numberOf(entry.values["desiredCapacity"]) ?? 0;
  const instances = mapsOf(entry.kept["instances"]);
  const isProtected = entry.values["protectFromScaleIn"] === true;
  if (instances.length > wanted) return isProtected ? instances : instances.slice(instances.length - wanted);
  const source = launchSource(entry.values, site);
  while (instances.length < wanted) instances.push(launch(entry, instances, source, site));
  return instances;
}

function launch(entry: Entry, others: PlainMap[], source: LaunchSource | undefined, site: Site): PlainMap {
  const { account } = site.cloud;
  const subnetId = emptiest(textsOf(entry.values["vpcZoneIdentifiers"]), others);
  const subnet = account.get("aws:ec2/subnet:Subnet", subnetId ?? "")?.values ?? {};
  const overrides = mapsOf(mapOf(mapOf(entry.values["mixedInstancesPolicy"])["launchTemplate"])["overrides"]);
  const block = textOf(subnet["cidrBlock"]);
  const privateIp = block === undefined ? "" : freeAddress(block, addressesIn(account, entry, others));
  return {
    id: ec2Id("i"),
    subnetId: subnetId ?? "",
    availabilityZone: subnet["availabilityZone"] ?? textsOf(entry.values["availabilityZones"])[0] ?? "",
    privateIp,
    imageId: source?.data["imageId"] ?? "",
    instanceType: overrides[0]?.["instanceType"] ?? source?.data["instanceType"] ?? "",
    securityGroupIds: source?.data["securityGroupIds"] ?? [],
    launchTemplateId: source?.templateId ?? "",
    launchTemplateVersion: source?.version ?? "",
    launchTime: new Date().toISOString(),
    tags: tagsAtLaunch(entry, source),
  };
}

/** The subnet with the fewest of the group's instances, the first of several. */
function emptiest(subnets: string[], instances: PlainMap[]): string | undefined {
  const count = (id: string) => instances.filter(({ subnetId }) => subnetId === id).length;
  return subnets.toSorted((a, b) => count(a) - count(b) || subnets.indexOf(a) - subnets.indexOf(b))[0];
}

function addressesIn(account: Account, entry: Entry, own: PlainMap[]): Set<string> {
  const groups = account.all(entry.type).filter(({ id }) => id !== entry.id);
  const all = [...own, ...groups.flatMap(({ kept }) => mapsOf(kept["instances"]))];
  // EC2 takes its time to give an address again.
  const former = [entry, ...groups].flatMap(({ kept }) => textsOf(kept[FORMER_ADDRESSES]));
  return new Set([...all.map(({ privateIp }) => textOf(privateIp) ?? ""), ...former]);
}

function tagsAtLaunch(entry: Entry, source: LaunchSource | undefined): PlainMap {
  const own = listOf(entry.values["tags"])
    .map(mapOf)
    .filter(({ propagateAtLaunch }) => propagateAtLaunch === true);
  return {
    ...mapOf(source?.data["tags"]),
    ...Object.fromEntries(own.map(({ key, value }) => [shown(key), shown(value)])),
    "aws:autoscaling:groupName": entry.id,
    ...(source && {
      "aws:ec2launchtemplate:id": source.templateId,
      "aws:ec2launchtemplate:version": source.version,
    }),
  };
}
