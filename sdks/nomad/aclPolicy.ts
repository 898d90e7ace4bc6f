import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<AclPolicyArgs, AclPolicyState> = {
  type: "nomad:index/aclPolicy:AclPolicy",
  inputs: {
    description: "optional",
    jobAcl: "optional",
    name: "optional",
    rulesHcl: "required",
  },
  outputs: {},
};

/** An ACL policy: a named set of permissions. */
export class AclPolicy extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The AclPolicy that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: AclPolicyState,
    opts?: pulumi.CustomResourceOptions,
  ): AclPolicy {
    return new AclPolicy(name, state as AclPolicyArgs, { ...opts, id });
  }

  /** Whether a value is a AclPolicy, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is AclPolicy {
    return utilities.isInstance(obj, AclPolicy.__pulumiType);
  }

  // What AclPolicyArgs describes, as the provider holds it.
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly jobAcl: pulumi.Output<outputs.AclPolicyJobAcl | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly rulesHcl: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: AclPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a AclPolicy is made from. */
export interface AclPolicyArgs {
  /** Text for people. */
  description?: pulumi.Input<string>;
  /** Job, group or task whose workload identity has the policy. */
  jobAcl?: pulumi.Input<inputs.AclPolicyJobAcl>;
  /** Name of the policy, unique in the cluster. A change replaces the policy. */
  name?: pulumi.Input<string>;
  /** The permissions, as HCL or JSON. */
  rulesHcl: pulumi.Input<string>;
}

/** What a AclPolicy can be found by: anything it is made from or reports. */
export type AclPolicyState = Partial<AclPolicyArgs>;
