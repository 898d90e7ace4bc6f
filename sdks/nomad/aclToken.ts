import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<AclTokenArgs, AclTokenState> = {
  type: "nomad:index/aclToken:AclToken",
  inputs: {
    expirationTtl: "optional",
    global: "optional",
    name: "optional",
    policies: "optional",
    roles: "optional",
    type: "required",
  },
  outputs: {
    accessorId: "plain",
    createTime: "plain",
    expirationTime: "plain",
    secretId: "secret",
  },
};

/** An ACL token. */
export class AclToken extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The AclToken that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: AclTokenState,
    opts?: pulumi.CustomResourceOptions,
  ): AclToken {
    return new AclToken(name, state as AclTokenArgs, { ...opts, id });
  }

  /** Whether a value is a AclToken, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is AclToken {
    return utilities.isInstance(obj, AclToken.__pulumiType);
  }

  /** Name of the token that opens nothing: for logs and for the API. */
  declare readonly accessorId: pulumi.Output<string>;
  /** When the token was made. */
  declare readonly createTime: pulumi.Output<string>;
  /** When the token ends. */
  declare readonly expirationTime: pulumi.Output<string>;
  /**
   * The token itself. Secret.
   * @deprecated The public provider will drop it.
   */
  declare readonly secretId: pulumi.Output<string>;

  // What AclTokenArgs describes, as the provider holds it.
  declare readonly expirationTtl: pulumi.Output<string | undefined>;
  declare readonly global: pulumi.Output<boolean | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly policies: pulumi.Output<string[] | undefined>;
  declare readonly roles: pulumi.Output<outputs.AclTokenRole[] | undefined>;
  declare readonly type: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: AclTokenArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a AclToken is made from. */
export interface AclTokenArgs {
  /**
   * Life of the token, as a duration such as `"1h"`. A change replaces the token.
   * @default no end
   */
  expirationTtl?: pulumi.Input<string>;
  /**
   * Whether the token is valid in all regions rather than in the one that made it. A change replaces the token.
   * @default false
   */
  global?: pulumi.Input<boolean>;
  /** Name that people see. */
  name?: pulumi.Input<string>;
  /** Names of the policies that a `client` token has; none for `management`. */
  policies?: pulumi.Input<pulumi.Input<string>[]>;
  /** Roles that a `client` token has. */
  roles?: pulumi.Input<pulumi.Input<inputs.AclTokenRole>[]>;
  /** Kind of the token: `client` (may do what its policies say) or `management` (may do everything). */
  type: pulumi.Input<string>;
}

/** What a AclToken can be found by: anything it is made from or reports. */
export interface AclTokenState extends Partial<AclTokenArgs> {
  accessorId?: pulumi.Input<string>;
  createTime?: pulumi.Input<string>;
  expirationTime?: pulumi.Input<string>;
  /** @deprecated The public provider will drop it. */
  secretId?: pulumi.Input<string>;
}
