import type * as pulumi from "@pulumi/pulumi";

/** A client pool that other components use; {@link ClientPool} satisfies it, and so do plain IDs of one made elsewhere. */
export interface ClientPoolRef {
  /** Name of the pool's Auto Scaling group. */
  autoScalingGroupName: pulumi.Input<string>;
  /** ID of the pool's own security group: what the pool is towards load balancers. */
  securityGroupId: pulumi.Input<string>;
}
