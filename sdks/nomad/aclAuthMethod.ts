import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<AclAuthMethodArgs, AclAuthMethodState> = {
  type: "nomad:index/aclAuthMethod:AclAuthMethod",
  inputs: {
    config: "required",
    default: "optional",
    maxTokenTtl: "required",
    name: "optional",
    tokenLocality: "required",
    tokenNameFormat: "optional",
    type: "required",
  },
  outputs: {},
};

/** A way to log in to Nomad with an identity from elsewhere, by OpenID Connect or JSON Web Tokens. */
export class AclAuthMethod extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The AclAuthMethod that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: AclAuthMethodState,
    opts?: pulumi.CustomResourceOptions,
  ): AclAuthMethod {
    return new AclAuthMethod(name, state as AclAuthMethodArgs, { ...opts, id });
  }

  /** Whether a value is a AclAuthMethod, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is AclAuthMethod {
    return utilities.isInstance(obj, AclAuthMethod.__pulumiType);
  }

  // What AclAuthMethodArgs describes, as the provider holds it.
  declare readonly config: pulumi.Output<outputs.AclAuthMethodConfig>;
  declare readonly default: pulumi.Output<boolean | undefined>;
  declare readonly maxTokenTtl: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly tokenLocality: pulumi.Output<string>;
  declare readonly tokenNameFormat: pulumi.Output<string | undefined>;
  declare readonly type: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: AclAuthMethodArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a AclAuthMethod is made from. */
export interface AclAuthMethodArgs {
  /** Settings of the identity provider. */
  config: pulumi.Input<inputs.AclAuthMethodConfig>;
  /**
   * Whether a login that names no method uses this one.
   * @default false
   */
  default?: pulumi.Input<boolean>;
  /** Longest life of a token that a login gets, as a duration such as `"8h"`. */
  maxTokenTtl: pulumi.Input<string>;
  /** Name of the method. */
  name?: pulumi.Input<string>;
  /** Where a login's token is valid: `local` (this region) or `global`. */
  tokenLocality: pulumi.Input<string>;
  /**
   * Template of the tokens' names, with `${…}` for its parts.
   * @default the method's type and name
   */
  tokenNameFormat?: pulumi.Input<string>;
  /** Kind of login: `OIDC` or `JWT`. */
  type: pulumi.Input<string>;
}

/** What a AclAuthMethod can be found by: anything it is made from or reports. */
export type AclAuthMethodState = Partial<AclAuthMethodArgs>;
