import type * as pulumi from "@pulumi/pulumi";

/** Settings of an identity provider. A duration is a text such as `"5m"`. */
export interface AclAuthMethodConfig {
  /** Addresses that the provider may send the user back to. */
  allowedRedirectUris?: pulumi.Input<pulumi.Input<string>[]>;
  /** Values of `aud` that are accepted. */
  boundAudiences?: pulumi.Input<pulumi.Input<string>[]>;
  /** Values of `iss` that are accepted. */
  boundIssuers?: pulumi.Input<pulumi.Input<string>[]>;
  /** Claims (keys) that binding rules see under another name (values). */
  claimMappings?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Difference of the clocks that is forgiven. */
  clockSkewLeeway?: pulumi.Input<string>;
  /** PEM certificates of the authorities that signed the discovery address's certificate. */
  discoveryCaPems?: pulumi.Input<pulumi.Input<string>[]>;
  /** Time that a token is accepted past its end. */
  expirationLeeway?: pulumi.Input<string>;
  /** PEM certificate of the authority that signed the key server's certificate. */
  jwksCaCert?: pulumi.Input<string>;
  /** Address of the keys that tokens are checked with. */
  jwksUrl?: pulumi.Input<string>;
  /** PEM public keys that tokens are checked with. */
  jwtValidationPubKeys?: pulumi.Input<pulumi.Input<string>[]>;
  /** Claims that are lists (keys) that binding rules see under another name (values). */
  listClaimMappings?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Time that a token is accepted before its start. */
  notBeforeLeeway?: pulumi.Input<string>;
  /** Signed token to use instead of `oidcClientSecret`. */
  oidcClientAssertion?: pulumi.Input<AclAuthMethodConfigOidcClientAssertion>;
  /** Id that the provider knows Nomad by. */
  oidcClientId?: pulumi.Input<string>;
  /** Secret that belongs to `oidcClientId`. Secret. */
  oidcClientSecret?: pulumi.Input<string>;
  /** Whether the provider's user info is not asked for. */
  oidcDisableUserinfo?: pulumi.Input<boolean>;
  /** Address of the provider, without `/.well-known/…`. */
  oidcDiscoveryUrl?: pulumi.Input<string>;
  /** Whether the login uses PKCE. */
  oidcEnablePkce?: pulumi.Input<boolean>;
  /** Scopes to ask for. */
  oidcScopes?: pulumi.Input<pulumi.Input<string>[]>;
  /** Signature algorithms that are accepted. */
  signingAlgs?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether the Nomad servers log the details of a login, claims included. */
  verboseLogging?: pulumi.Input<boolean>;
}

/** A signed token by which Nomad shows the identity provider who it is. */
export interface AclAuthMethodConfigOidcClientAssertion {
  /** Who the token is for; the discovery address otherwise. */
  audiences?: pulumi.Input<pulumi.Input<string>[]>;
  /** Further headers of the token. */
  extraHeaders?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Algorithm of the key; by `keySource` otherwise. */
  keyAlgorithm?: pulumi.Input<string>;
  /** Where the key comes from: `nomad`, `private_key` or `client_secret`. */
  keySource: pulumi.Input<string>;
  /** The key, for `private_key`. */
  privateKey?: pulumi.Input<AclAuthMethodConfigOidcClientAssertionPrivateKey>;
}

/** A private key, with what the identity provider finds its public half by. */
export interface AclAuthMethodConfigOidcClientAssertionPrivateKey {
  /** Name of the key; not together with a certificate. */
  keyId?: pulumi.Input<string>;
  /** Header that names the key. */
  keyIdHeader?: pulumi.Input<string>;
  /** PEM certificate of the key. */
  pemCert?: pulumi.Input<string>;
  /** Path of the PEM certificate on the Nomad servers. */
  pemCertFile?: pulumi.Input<string>;
  /** RSA private key in PEM; not together with `pemKeyFile`. Secret. */
  pemKey?: pulumi.Input<string>;
  /** Path of the PEM key on the Nomad servers; not together with `pemKey`. */
  pemKeyFile?: pulumi.Input<string>;
}

/** Whose workload identity has a policy. */
export interface AclPolicyJobAcl {
  /** Group of the job; needs `jobId`. */
  group?: pulumi.Input<string>;
  /** Job; all jobs of the namespace otherwise. */
  jobId?: pulumi.Input<string>;
  /** Namespace of the job. */
  namespace?: pulumi.Input<string>;
  /** Task of the group; needs `group`. */
  task?: pulumi.Input<string>;
}

/** A policy of a role. */
export interface AclRolePolicy {
  /** Name of the policy. */
  name: pulumi.Input<string>;
}

/** A role of a token. */
export interface AclTokenRole {
  /** Id of the role. */
  id: pulumi.Input<string>;
  /** Name of the role. */
  name?: pulumi.Input<string>;
}
