import type { types } from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";

/** How EC2 chooses among the kinds of spot capacity that a group could take. */
export type SpotStrategy =
  "price-capacity-optimized" | "capacity-optimized" | "capacity-optimized-prioritized" | "lowest-price";

/** Spot instances of a group. */
export interface SpotOptions {
  /** Percentage of the nodes that are spot instances: 0 to 100, whole. @default 100 */
  share?: number | undefined;
  /** Which spot capacity is taken: see EC2 Auto Scaling's allocation strategies. @default "price-capacity-optimized" */
  strategy?: SpotStrategy | undefined;
}

const strategies: readonly SpotStrategy[] = [
  "price-capacity-optimized",
  "capacity-optimized",
  "capacity-optimized-prioritized",
  "lowest-price",
];

/** What is wrong with the options of spot instances. */
export function spotErrors({ share, strategy }: SpotOptions): PropertyError[] {
  const errors: PropertyError[] = [];
  if (share !== undefined && !(Number.isInteger(share) && share >= 0 && share <= 100)) {
    errors.push({
      propertyPath: "spot.share",
      reason: `must be a whole number of percent from 0 to 100, got ${share}`,
    });
  }
  if (strategy !== undefined && !strategies.includes(strategy)) {
    errors.push({
      propertyPath: "spot.strategy",
      reason: `must be one of ${strategies.join(", ")}, got "${strategy}"`,
    });
  }
  return errors;
}

/** Whether a group needs a mixed-instances policy: several types, or spot instances. */
export function isMixed(instanceTypes: readonly string[], spot: SpotOptions | undefined): boolean {
  return instanceTypes.length > 1 || spot !== undefined;
}

/** Which instances a group starts, of a pinned version of a launch template. On demand, the first type that is to be had. */
export function mixedInstancesPolicy(
  template: { id: pulumi.Input<string>; version: pulumi.Input<string> },
  instanceTypes: readonly string[],
  spot: SpotOptions | undefined,
): types.input.autoscaling.GroupMixedInstancesPolicy {
  return {
    instancesDistribution: {
      onDemandAllocationStrategy: "prioritized",
      onDemandBaseCapacity: 0,
      onDemandPercentageAboveBaseCapacity: 100 - (spot ? (spot.share ?? 100) : 0),
      spotAllocationStrategy: spot?.strategy ?? "price-capacity-optimized",
    },
    launchTemplate: {
      launchTemplateSpecification: { launchTemplateId: template.id, version: template.version },
      overrides: instanceTypes.map((instanceType) => ({ instanceType })),
    },
  };
}
