import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<AclRoleArgs, AclRoleState> = {
  type: "nomad:index/aclRole:AclRole",
  inputs: {
    description: "optional",
    name: "optional",
    policies: "required",
  },
  outputs: {},
};

/** An ACL role: a name for several policies. */
export class AclRole extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The AclRole that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: AclRoleState,
    opts?: pulumi.CustomResourceOptions,
  ): AclRole {
    return new AclRole(name, state as AclRoleArgs, { ...opts, id });
  }

  /** Whether a value is a AclRole, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is AclRole {
    return utilities.isInstance(obj, AclRole.__pulumiType);
  }

  // What AclRoleArgs describes, as the provider holds it.
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly policies: pulumi.Output<outputs.AclRolePolicy[]>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: AclRoleArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a AclRole is made from. */
export interface AclRoleArgs {
  /** Text for people. */
  description?: pulumi.Input<string>;
  /** Name of the role. */
  name?: pulumi.Input<string>;
  /** Policies that the role stands for. */
  policies: pulumi.Input<pulumi.Input<inputs.AclRolePolicy>[]>;
}

/** What a AclRole can be found by: anything it is made from or reports. */
export type AclRoleState = Partial<AclRoleArgs>;
