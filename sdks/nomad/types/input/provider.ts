import type * as pulumi from "@pulumi/pulumi";

/** Login by a JSON Web Token. */
export interface ProviderAuthJwt {
  /** Name of the auth method. */
  authMethod: pulumi.Input<string>;
  /** The JSON Web Token. Secret. */
  loginToken: pulumi.Input<string>;
}

/** A header that the provider sends with every request. */
export interface ProviderHeader {
  /** Name of the header. */
  name: pulumi.Input<string>;
  /** Value of the header. Secret. */
  value: pulumi.Input<string>;
}
