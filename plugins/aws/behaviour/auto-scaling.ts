import type { Failure } from "../../schema";
import type { PlainMap } from "../../value";
import type { Entry } from "../account";
import { type Site, arn, hex } from "../cloud";
import { type Behaviour, numberOf, shown, textOf, textsOf } from "./behaviour";
import { Checks, isGiven } from "./checks";
import { instancesAfter, launchSource } from "./instances";

export const GROUP = "aws:autoscaling/group:Group";
export const HOOK = "aws:autoscaling/lifecycleHook:LifecycleHook";

const PROCESSES = [
  "Launch",
  "Terminate",
  "HealthCheck",
  "ReplaceUnhealthy",
  "AZRebalance",
  "AlarmNotification",
  "ScheduledActions",
  "AddToLoadBalancer",
  "InstanceRefresh",
];

const TERMINATION =
  /^(OldestInstance|NewestInstance|OldestLaunchConfiguration|OldestLaunchTemplate|ClosestToNextInstanceHour|AllocationStrategy|Default|arn:.+)$/;

const group: Behaviour = {
  check: (inputs) => {
    const distribution = "mixedInstancesPolicy.instancesDistribution";
    const checks = new Checks(inputs)
      .exactlyOne("launchTemplate", "mixedInstancesPolicy", "launchConfiguration")
      .atMostOne("vpcZoneIdentifiers", "availabilityZones")
      .oneOf("healthCheckType", ["EC2", "ELB", "VPC_LATTICE", "EBS"])
      .oneOf("suspendedProcesses", PROCESSES)
      .matches("terminationPolicies", TERMINATION, "a termination policy of Auto Scaling")
      .oneOf("instanceRefresh.strategy", ["Rolling"])
      .oneOf(`${distribution}.onDemandAllocationStrategy`, ["prioritized", "lowest-price"])
      .oneOf(`${distribution}.spotAllocationStrategy`, [
        "capacity-optimized",
        "capacity-optimized-prioritized",
        "diversified",
        "lowest-price",
        "price-capacity-optimized",
      ])
      .between(`${distribution}.onDemandPercentageAboveBaseCapacity`, 0, 100);
    if (!isGiven(inputs["vpcZoneIdentifiers"]) && !isGiven(inputs["availabilityZones"])) {
      checks.add("vpcZoneIdentifiers", 'or "availabilityZones" is needed');
    }
    checkSizes(checks, inputs);
    checkTemplate(checks);
    return checks.failures;
  },

  allow: (inputs, site) => {
    launchSource(inputs, site);
  },

  id: ({ name }, site) => textOf(name) ?? `terraform-${site.region}-${hex(10)}`,

  outputs: (id, inputs, site, former) => ({
    arn: former["arn"] ?? arn(site, "autoscaling", `autoScalingGroup:${hex(8)}-${hex(4)}:autoScalingGroupName/${id}`),
    desiredCapacity: desiredOf(inputs, former),
    predictedCapacity: 0,
    warmPoolSize: 0,
    name: id,
    namePrefix: "",
    availabilityZones: zonesOfSubnets(inputs, site),
    vpcZoneIdentifiers: former["vpcZoneIdentifiers"] ?? [],
    targetGroupArns: former["targetGroupArns"] ?? [],
    loadBalancers: former["loadBalancers"] ?? [],
    trafficSources: former["trafficSources"] ?? [],
    defaultCooldown: former["defaultCooldown"] ?? 300,
    healthCheckType: former["healthCheckType"] ?? "EC2",
    serviceLinkedRoleArn: `arn:aws:iam::${site.cloud.accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    availabilityZoneDistribution: { capacityDistributionStrategy: "balanced-best-effort" },
  }),

  keep: (entry, site) => ({ instances: instancesAfter(entry, site) }),

  remove: (id, account) => {
    for (const hook of account.all(HOOK)) {
      if (hook.values["autoscalingGroupName"] === id) account.remove(HOOK, hook.id);
    }
  },
};

function checkSizes(checks: Checks, { minSize, maxSize, desiredCapacity }: PlainMap): void {
  if (typeof minSize !== "number" || typeof maxSize !== "number") return;
  if (minSize > maxSize) checks.add("minSize", `must not be above "maxSize", but ${minSize} is above ${maxSize}`);
  else checks.between("desiredCapacity", minSize, maxSize);
  if (typeof desiredCapacity === "number" && desiredCapacity < 0) checks.add("desiredCapacity", "must not be negative");
}

function checkTemplate(checks: Checks): void {
  const places = [
    { path: "launchTemplate", id: "id", name: "name" },
    {
      path: "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification",
      id: "launchTemplateId",
      name: "launchTemplateName",
    },
  ];
  for (const { path, id, name } of places) {
    for (const { value } of checks.at(path)) {
      const { [id]: byId, [name]: byName } = value as PlainMap;
      if (isGiven(byId) === isGiven(byName)) checks.add(path, `needs exactly one of "${id}" and "${name}"`);
    }
  }
}

// A group keeps the number of instances that it has when the program leaves it open, within its bounds.
function desiredOf({ desiredCapacity, minSize, maxSize }: PlainMap, former: PlainMap): number {
  const low = numberOf(minSize) ?? 0;
  const wished = numberOf(desiredCapacity) ?? numberOf(former["desiredCapacity"]) ?? low;
  return Math.min(Math.max(wished, low), numberOf(maxSize) ?? wished);
}

function zonesOfSubnets({ vpcZoneIdentifiers }: PlainMap, { cloud: { account } }: Site): string[] {
  const zones = textsOf(vpcZoneIdentifiers).map(
    (id) => account.get("aws:ec2/subnet:Subnet", id)?.values["availabilityZone"],
  );
  return [...new Set(zones.filter((zone) => typeof zone === "string"))].sort();
}

const lifecycleHook: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .oneOf("defaultResult", ["CONTINUE", "ABANDON"])
      .oneOf("lifecycleTransition", ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"])
      .between("heartbeatTimeout", 30, 7200).failures,
  allow: hasGroup,
  id: ({ name }) => textOf(name) ?? "",
  outputs: () => ({ defaultResult: "ABANDON" }),
};

const policy: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).oneOf("policyType", [
      "SimpleScaling",
      "StepScaling",
      "TargetTrackingScaling",
      "PredictiveScaling",
    ]);
    const needed: Record<string, string> = {
      TargetTrackingScaling: "targetTrackingConfiguration",
      StepScaling: "stepAdjustments",
      SimpleScaling: "scalingAdjustment",
      PredictiveScaling: "predictiveScalingConfiguration",
    };
    const property = needed[textOf(inputs["policyType"]) ?? ""];
    if (property !== undefined && !isGiven(inputs[property])) {
      checks.add(property, `is needed when "policyType" is "${shown(inputs["policyType"])}"`);
    }
    return checks.failures;
  },
  allow: hasGroup,
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, { autoscalingGroupName }, site, former) => ({
    arn:
      former["arn"] ??
      arn(
        site,
        "autoscaling",
        `scalingPolicy:${hex(8)}:autoScalingGroupName/${shown(autoscalingGroupName)}:policyName/${id}`,
      ),
    metricAggregationType: "",
  }),
};

const attachment: Behaviour = {
  check: (inputs): Failure[] => new Checks(inputs).exactlyOne("lbTargetGroupArn", "elb").failures,
  allow: hasGroup,
  id: ({ autoscalingGroupName }) => `${shown(autoscalingGroupName)}-${hex(26)}`,
};

function hasGroup({ autoscalingGroupName }: PlainMap, { cloud: { account } }: Site): void {
  const found: Entry | undefined = account.get(GROUP, textOf(autoscalingGroupName) ?? "");
  if (account.lasts && !found) {
    throw new Error(
      `ValidationError: AutoScalingGroup name not found - AutoScalingGroup '${shown(autoscalingGroupName)}' not found`,
    );
  }
}

export const autoScalingBehaviours: Readonly<Record<string, Behaviour>> = {
  [GROUP]: group,
  [HOOK]: lifecycleHook,
  "aws:autoscaling/policy:Policy": policy,
  "aws:autoscaling/attachment:Attachment": attachment,
};
