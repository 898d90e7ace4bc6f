// @ts-check
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";

/** @typedef {{ id: string, zone: string }} Instance */

/** The Auto Scaling group of a cluster's servers. Region and credentials are the environment's. */
export class ServerGroup {
  /** @param {string} name of the group */
  constructor(name) {
    this.name = name;
    // It would say with every run that later versions of it will need a later Node.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
    const requestHandler = { connectionTimeout: 5000, requestTimeout: 15_000, throwOnRequestTimeout: true };
    this.client = new AutoScalingClient({ maxAttempts: 5, requestHandler });
  }

  /**
   * How many instances it shall have, in which zones, and those that are not on their way out.
   * @returns {Promise<{ desired: number, zones: string[], instances: Instance[] }>}
   */
  async look() {
    const asked = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [this.name] });
    const [group] = (await this.client.send(asked)).AutoScalingGroups ?? [];
    if (!group) throw new Error(`there is no Auto Scaling group ${this.name} in ${await this.client.config.region()}`);
    const instances = (group.Instances ?? []).filter(({ LifecycleState = "" }) => !/^Terminat/.test(LifecycleState));
    return {
      desired: group.DesiredCapacity ?? 0,
      zones: group.AvailabilityZones ?? [],
      instances: instances.map(({ InstanceId = "", AvailabilityZone = "" }) => ({
        id: InstanceId,
        zone: AvailabilityZone,
      })),
    };
  }

  /** @param {number} size number of instances that it shall have */
  async resize(size) {
    const asked = { AutoScalingGroupName: this.name, DesiredCapacity: size, HonorCooldown: false };
    await this.client.send(new SetDesiredCapacityCommand(asked));
  }

  /**
   * Ends an instance, also one that is protected from scale-in.
   * @param {string} id
   * @param {boolean} shrink whether none comes in its place
   */
  async end(id, shrink) {
    const asked = { InstanceId: id, ShouldDecrementDesiredCapacity: shrink };
    await this.client.send(new TerminateInstanceInAutoScalingGroupCommand(asked));
  }
}
