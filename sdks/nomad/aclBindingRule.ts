import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

const schema: utilities.Schema<AclBindingRuleArgs, AclBindingRuleState> = {
  type: "nomad:index/aclBindingRule:AclBindingRule",
  inputs: {
    authMethod: "required",
    bindName: "optional",
    bindType: "required",
    description: "optional",
    selector: "optional",
  },
  outputs: {},
};

/** What a login by an auth method may do: it binds identities to roles, policies or management. */
export class AclBindingRule extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The AclBindingRule that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: AclBindingRuleState,
    opts?: pulumi.CustomResourceOptions,
  ): AclBindingRule {
    return new AclBindingRule(name, state as AclBindingRuleArgs, { ...opts, id });
  }

  /** Whether a value is a AclBindingRule, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is AclBindingRule {
    return utilities.isInstance(obj, AclBindingRule.__pulumiType);
  }

  // What AclBindingRuleArgs describes, as the provider holds it.
  declare readonly authMethod: pulumi.Output<string>;
  declare readonly bindName: pulumi.Output<string | undefined>;
  declare readonly bindType: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly selector: pulumi.Output<string | undefined>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: AclBindingRuleArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a AclBindingRule is made from. */
export interface AclBindingRuleArgs {
  /** Name of the auth method that the rule is for. */
  authMethod: pulumi.Input<string>;
  /** Role or policy to bind to; left out for `management`. */
  bindName?: pulumi.Input<string>;
  /** What the rule binds to: `role`, `policy` or `management`. */
  bindType: pulumi.Input<string>;
  /** Text for people. */
  description?: pulumi.Input<string>;
  /**
   * Expression over the login's claims that says for whom the rule holds.
   * @default everybody
   */
  selector?: pulumi.Input<string>;
}

/** What a AclBindingRule can be found by: anything it is made from or reports. */
export type AclBindingRuleState = Partial<AclBindingRuleArgs>;
