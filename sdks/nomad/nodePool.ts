import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<NodePoolArgs, NodePoolState> = {
  type: "nomad:index/nodePool:NodePool",
  inputs: {
    description: "optional",
    meta: "optional",
    name: "optional",
    nodeIdentityTtl: "optional",
    schedulerConfig: "optional",
  },
  outputs: {},
};

/** A node pool: a named group of clients that jobs can be placed on. */
export class NodePool extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The NodePool that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: NodePoolState,
    opts?: pulumi.CustomResourceOptions,
  ): NodePool {
    return new NodePool(name, state, { ...opts, id });
  }

  /** Whether a value is a NodePool, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is NodePool {
    return utilities.isInstance(obj, NodePool.__pulumiType);
  }

  // What NodePoolArgs describes, as the provider holds it.
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly meta: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly nodeIdentityTtl: pulumi.Output<string>;
  declare readonly schedulerConfig: pulumi.Output<outputs.NodePoolSchedulerConfig | undefined>;

  constructor(name: string, args?: NodePoolArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a NodePool is made from. */
export interface NodePoolArgs {
  /** Text for people. */
  description?: pulumi.Input<string>;
  /** Free key-value pairs. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name of the pool. A change replaces the node pool. */
  name?: pulumi.Input<string>;
  /** Life of the identity that the pool's nodes get, as a duration. */
  nodeIdentityTtl?: pulumi.Input<string>;
  /** How the scheduler places on the pool; the cluster's configuration otherwise. */
  schedulerConfig?: pulumi.Input<inputs.NodePoolSchedulerConfig>;
}

/** What a NodePool can be found by: anything it is made from or reports. */
export type NodePoolState = Partial<NodePoolArgs>;
