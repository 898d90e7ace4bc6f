import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import * as utilities from "./utilities";

/** The connection to a Nomad cluster, for resources that do not use the stack's own configuration (`nomad:…`). */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  private static readonly __pulumiType = "nomad";

  /** Whether a value is a Provider, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is Provider {
    return utilities.isInstance(obj, `pulumi:providers:${Provider.__pulumiType}`);
  }

  // What ProviderArgs describes, as the engine holds it: the texts only.
  declare readonly address: pulumi.Output<string | undefined>;
  declare readonly caFile: pulumi.Output<string | undefined>;
  declare readonly caPem: pulumi.Output<string | undefined>;
  declare readonly certFile: pulumi.Output<string | undefined>;
  declare readonly certPem: pulumi.Output<string | undefined>;
  declare readonly httpAuth: pulumi.Output<string | undefined>;
  declare readonly keyFile: pulumi.Output<string | undefined>;
  declare readonly keyPem: pulumi.Output<string | undefined>;
  declare readonly region: pulumi.Output<string | undefined>;
  declare readonly secretId: pulumi.Output<string | undefined>;

  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions) {
    const given = args ?? {};
    // Provider configuration travels as text: whatever is not a string goes as JSON.
    const registered = {
      address: given.address,
      authJwt: pulumi.jsonStringify(given.authJwt),
      caFile: given.caFile,
      caPem: given.caPem,
      certFile: given.certFile,
      certPem: given.certPem,
      headers: pulumi.jsonStringify(utilities.secret(given.headers)),
      httpAuth: utilities.secret(given.httpAuth),
      ignoreEnvVars: pulumi.jsonStringify(given.ignoreEnvVars),
      keyFile: given.keyFile,
      keyPem: utilities.secret(given.keyPem),
      region: given.region,
      secretId: utilities.secret(given.secretId),
      skipVerify: pulumi.jsonStringify(given.skipVerify),
    };
    super("nomad", name, registered, utilities.withDefaults(["httpAuth", "keyPem", "secretId"], opts));
  }
}

/** What a Provider is made from. */
export interface ProviderArgs {
  /**
   * URL of the Nomad agent.
   * @default `NOMAD_ADDR`
   */
  address?: pulumi.Input<string>;
  /** Login by a JSON Web Token instead of `secretId`. */
  authJwt?: pulumi.Input<inputs.ProviderAuthJwt>;
  /** Path of the PEM file with the certificate authority that signed the agent's certificate. */
  caFile?: pulumi.Input<string>;
  /** The same as `caFile`, as text. */
  caPem?: pulumi.Input<string>;
  /** Path of the PEM file with the client's certificate; needs a key. */
  certFile?: pulumi.Input<string>;
  /** The same as `certFile`, as text. */
  certPem?: pulumi.Input<string>;
  /** Headers to send with every request. Secret. */
  headers?: pulumi.Input<pulumi.Input<inputs.ProviderHeader>[]>;
  /** HTTP basic authentication, as `user:password`. Secret. */
  httpAuth?: pulumi.Input<string>;
  /** Names of environment variables (`NOMAD_…`) that are not to be heeded, each with `true`. */
  ignoreEnvVars?: pulumi.Input<{ [key: string]: pulumi.Input<boolean> }>;
  /** Path of the PEM file with the client's private key. */
  keyFile?: pulumi.Input<string>;
  /** The same as `keyFile`, as text. Secret. */
  keyPem?: pulumi.Input<string>;
  /**
   * Region to talk to.
   * @default the agent's own
   */
  region?: pulumi.Input<string>;
  /** ACL token. Secret. */
  secretId?: pulumi.Input<string>;
  /**
   * Whether the agent's certificate is accepted unchecked.
   * @default false
   */
  skipVerify?: pulumi.Input<boolean>;
}
