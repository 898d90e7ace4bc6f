import type { Account, Entry } from "../../plugins/aws/account";
import { GROUP, HOOK } from "../../plugins/aws/behaviour/auto-scaling";
import { listOf, mapOf, mapsOf, numberOf, shown, textOf, textsOf } from "../../plugins/aws/behaviour/behaviour";
import { LAUNCH_TEMPLATE } from "../../plugins/aws/behaviour/launch-template";
import type { PlainMap } from "../../plugins/value";
import { type SecurityRule, SecurityRules } from "../support/security-rules";

/** An instance that an Auto Scaling group has in the account. */
export interface Instance {
  id: string;
  /** ID of its group. */
  group: string;
  address: string;
  subnet: { vpc: string; cidr: string; zone: string };
  securityGroupIds: string[];
  tags: Record<string, string>;
  imageId: string;
  type: string;
  /** Size of its root volume. */
  diskGiB: number;
  /** As EC2 hands it out: it may be packed. */
  userData: Buffer;
  /** Over how many hops a token of the metadata service gets. */
  hopLimit: number;
  /** Inline policies of its role. */
  policies: object[];
  /** By which Auto Scaling waits before it takes the instance into service. */
  arrivalHook: Hook | undefined;
  /** By which it waits before it ends the instance. */
  departureHook: Hook | undefined;
}

/** A lifecycle hook of a group. */
export interface Hook {
  name: string;
  /** For how many seconds Auto Scaling waits without a word from the instance. */
  heartbeat: number;
}

/** How a load balancer asks its targets whether they are healthy; times in seconds. */
export interface HealthCheck {
  protocol: string;
  port: number;
  path: string;
  /** Status codes that are healthy, as AWS writes them: `200` or `200-399` or `200,202`. */
  matcher: string;
  interval: number;
  timeout: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
}

export interface TargetGroup {
  arn: string;
  /** What its targets are spoken to by. */
  protocol: string;
  port: number;
  check: HealthCheck;
  /** Seconds that a target that is taken out goes on with what it has begun. */
  deregistrationDelay: number;
  /** Addresses of instances by their IDs. */
  targets: Record<string, string>;
}

export interface Listener {
  port: number;
  protocol: string;
  targetGroup: TargetGroup;
}

export interface Balancer {
  arn: string;
  name: string;
  dnsName: string;
  type: "application" | "network";
  /** CIDR block of its first subnet, where its address is. */
  cidr: string;
  securityGroupIds: string[];
  isPublic: boolean;
  /** Seconds after which an idle connection is closed. */
  idleTimeout: number;
  listeners: Listener[];
}

/** A parameter of Systems Manager. */
export interface Parameter {
  value: string;
  /** Raised by each change of the value. */
  version: number;
  /** ARN or ID of the KMS key that it is encrypted with, where that is not the account's own. */
  kmsKey: string | undefined;
}

/** What there is in an account, as far as the box makes it real. */
export interface World {
  instances: Instance[];
  balancers: Balancer[];
  rules: readonly SecurityRule[];
  /** Parameters of Systems Manager by name. */
  parameters: Map<string, Parameter>;
}

const SUBNET = "aws:ec2/subnet:Subnet";
const vpcOf = (account: Account, subnet: Entry) => account.get("aws:ec2/vpc:Vpc", shown(subnet.values["vpcId"]));

/** What an account has now. What is made only in part, because the engine is at it, is left out until it is whole. */
export function worldOf(account: Account): World {
  const instances = account.all(GROUP).flatMap((group) => instancesOf(account, group));
  return {
    instances,
    balancers: account
      .all("aws:lb/loadBalancer:LoadBalancer")
      .flatMap((entry) => balancersOf(account, entry, instances)),
    rules: rulesOf(account),
    parameters: new Map(
      account
        .all("aws:ssm/parameter:Parameter")
        .map(({ values: { name, value, version, keyId } }) => [
          shown(name),
          { value: shown(value), version: numberOf(version) ?? 1, kmsKey: textOf(keyId) || undefined },
        ]),
    ),
  };
}

function instancesOf(account: Account, group: Entry): Instance[] {
  const hooks = {
    arrivalHook: hookOf(account, group, "autoscaling:EC2_INSTANCE_LAUNCHING"),
    departureHook: hookOf(account, group, "autoscaling:EC2_INSTANCE_TERMINATING"),
  };
  return mapsOf(group.kept["instances"]).flatMap((instance) => {
    const subnet = account.get(SUBNET, shown(instance["subnetId"]));
    const vpc = subnet && vpcOf(account, subnet);
    const template = account.get(LAUNCH_TEMPLATE, shown(instance["launchTemplateId"]));
    const data = mapOf(mapOf(template?.kept["versions"])[shown(instance["launchTemplateVersion"])]);
    if (!subnet || !vpc || !template) return [];
    return {
      id: shown(instance["id"]),
      group: group.id,
      address: shown(instance["privateIp"]),
      subnet: {
        vpc: shown(vpc.values["cidrBlock"]),
        cidr: shown(subnet.values["cidrBlock"]),
        zone: shown(instance["availabilityZone"]),
      },
      securityGroupIds: textsOf(instance["securityGroupIds"]),
      tags: Object.fromEntries(Object.entries(mapOf(instance["tags"])).map(([key, value]) => [key, shown(value)])),
      imageId: shown(instance["imageId"]),
      type: shown(instance["instanceType"]),
      diskGiB: rootVolumeGiB(data),
      userData: Buffer.from(textOf(data["userData"]) ?? "", "base64"),
      hopLimit: numberOf(mapOf(data["metadataOptions"])["httpPutResponseHopLimit"]) ?? 1,
      policies: policiesOf(account, shown(mapOf(data["iamInstanceProfile"])["arn"])),
      ...hooks,
    };
  });
}

/** The inline policies of the role in an instance profile. */
function policiesOf(account: Account, profileArn: string): object[] {
  const profile = account
    .all("aws:iam/instanceProfile:InstanceProfile")
    .find(({ values }) => values["arn"] === profileArn);
  return account
    .all("aws:iam/rolePolicy:RolePolicy")
    .filter(({ values }) => profile && values["role"] === profile.values["role"])
    .map(({ values }) => JSON.parse(shown(values["policy"])) as object);
}

/** The group's hook for a transition, as it is now, or as it came with the group. */
function hookOf(account: Account, { id, values }: Entry, transition: string): Hook | undefined {
  const later = account.all(HOOK).filter((hook) => hook.values["autoscalingGroupName"] === id);
  const all = [...later.map((hook) => hook.values), ...mapsOf(values["initialLifecycleHooks"])];
  const found = all.find(({ lifecycleTransition }) => lifecycleTransition === transition);
  // AWS's default.
  return found && { name: shown(found["name"]), heartbeat: numberOf(found["heartbeatTimeout"]) ?? 3600 };
}

/** The image's own size where the template says none. */
function rootVolumeGiB(data: PlainMap): number {
  const sizes = mapsOf(data["blockDeviceMappings"]).map(({ ebs }) => numberOf(mapOf(ebs)["volumeSize"]));
  return sizes.find((size) => size !== undefined) ?? 8;
}

function balancersOf(account: Account, { id, values }: Entry, instances: Instance[]): Balancer[] {
  const subnet = account.get(SUBNET, textsOf(values["subnets"])[0] ?? "");
  if (!subnet) return [];
  const listeners = account.all("aws:lb/listener:Listener").filter((entry) => entry.values["loadBalancerArn"] === id);
  return [
    {
      arn: id,
      name: shown(values["name"]),
      dnsName: shown(values["dnsName"]),
      type: values["loadBalancerType"] === "network" ? "network" : "application",
      cidr: shown(subnet.values["cidrBlock"]),
      securityGroupIds: textsOf(values["securityGroups"]),
      isPublic: values["internal"] !== true,
      idleTimeout: numberOf(values["idleTimeout"]) ?? 60,
      listeners: listeners
        .flatMap((entry) => listenersOf(account, entry, instances))
        .sort((one, other) => one.port - other.port),
    },
  ];
}

function listenersOf(account: Account, { values }: Entry, instances: Instance[]): Listener[] {
  const actions = listOf(values["defaultActions"]).map(mapOf);
  const arn = actions.map((action) => textOf(action["targetGroupArn"])).find((text) => text !== undefined);
  const group = account.get("aws:lb/targetGroup:TargetGroup", arn ?? "");
  if (!group) return [];
  const protocol = shown(values["protocol"]);
  return [{ port: numberOf(values["port"]) ?? 80, protocol, targetGroup: targetGroupOf(account, group, instances) }];
}

function targetGroupOf(account: Account, { id, values }: Entry, instances: Instance[]): TargetGroup {
  const attached = account
    .all("aws:autoscaling/attachment:Attachment")
    .filter((entry) => entry.values["lbTargetGroupArn"] === id)
    .map((entry) => shown(entry.values["autoscalingGroupName"]));
  const port = numberOf(values["port"]) ?? 80;
  const targets = instances.filter(({ group }) => attached.includes(group));
  return {
    arn: id,
    protocol: shown(values["protocol"]),
    port,
    check: healthCheckOf(mapOf(values["healthCheck"]), shown(values["protocol"]), port),
    // AWS's default.
    deregistrationDelay: numberOf(values["deregistrationDelay"]) ?? 300,
    targets: Object.fromEntries(targets.map((instance) => [instance.id, instance.address])),
  };
}

/** With AWS's defaults for what is not said: those of application load balancers, and of network load balancers for TCP. */
function healthCheckOf(check: PlainMap, ownProtocol: string, port: number): HealthCheck {
  const protocol = textOf(check["protocol"]) ?? ownProtocol;
  const interval = numberOf(check["interval"]) ?? 30;
  return {
    protocol,
    port: /^\d+$/.test(shown(check["port"])) ? Number(shown(check["port"])) : port,
    path: textOf(check["path"]) ?? "/",
    matcher: textOf(check["matcher"]) || "200",
    interval,
    timeout: Math.min(numberOf(check["timeout"]) ?? (protocol === "TCP" ? 10 : 5), interval),
    healthyThreshold: numberOf(check["healthyThreshold"]) ?? 5,
    unhealthyThreshold: numberOf(check["unhealthyThreshold"]) ?? 2,
  };
}

function rulesOf(account: Account): readonly SecurityRule[] {
  const entries = ["Ingress", "Egress"].flatMap((direction) =>
    account.all(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`),
  );
  const all = entries.map(({ type, id, values }) => ({ type, name: id, inputs: values }));
  return new SecurityRules({ ofType: (type) => all.filter((each) => each.type.endsWith(type)) }).all;
}
