// What the types of ../input/acl become: the same properties, resolved. Those that the provider always fills are required.

/** Settings of an identity provider. A duration is a text such as `"5m"`. */
export interface AclAuthMethodConfig {
  allowedRedirectUris?: string[];
  boundAudiences?: string[];
  boundIssuers?: string[];
  claimMappings?: { [key: string]: string };
  clockSkewLeeway?: string;
  discoveryCaPems?: string[];
  expirationLeeway?: string;
  jwksCaCert?: string;
  jwksUrl?: string;
  jwtValidationPubKeys?: string[];
  listClaimMappings?: { [key: string]: string };
  notBeforeLeeway?: string;
  oidcClientAssertion?: AclAuthMethodConfigOidcClientAssertion;
  oidcClientId?: string;
  oidcClientSecret?: string;
  oidcDisableUserinfo?: boolean;
  oidcDiscoveryUrl?: string;
  oidcEnablePkce?: boolean;
  oidcScopes?: string[];
  signingAlgs?: string[];
  verboseLogging?: boolean;
}

/** A signed token by which Nomad shows the identity provider who it is. */
export interface AclAuthMethodConfigOidcClientAssertion {
  audiences: string[];
  extraHeaders?: { [key: string]: string };
  keyAlgorithm: string;
  keySource: string;
  privateKey?: AclAuthMethodConfigOidcClientAssertionPrivateKey;
}

/** A private key, with what the identity provider finds its public half by. */
export interface AclAuthMethodConfigOidcClientAssertionPrivateKey {
  keyId?: string;
  keyIdHeader?: string;
  pemCert?: string;
  pemCertFile?: string;
  pemKey?: string;
  pemKeyFile?: string;
}

/** Whose workload identity has a policy. */
export interface AclPolicyJobAcl {
  group?: string;
  jobId?: string;
  namespace?: string;
  task?: string;
}

/** A policy of a role. */
export interface AclRolePolicy {
  name: string;
}

/** A role of a token. */
export interface AclTokenRole {
  id: string;
  name: string;
}
