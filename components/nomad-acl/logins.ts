import * as tls from "@pulumi/tls";
import * as pulumi from "@pulumi/pulumi";
import { defaultSecrets } from "../acl-token/args";
import type { PropertyError } from "../checks";
import { refuse } from "../refuse";
import { rotationErrors } from "../rotation";
import { signLogin } from "./sign";

/** Of Nomad's kinds, RSA and ECDSA, that whose signatures are the same each time. Bits: the least of NIST SP 800-57. */
const loginKey = { algorithm: "RSA", rsaBits: 2048 };

/** Arguments of {@link NomadLogins}. */
export interface NomadLoginsArgs {
  /**
   * Names of the keys that sign, at least one. The first signs, all are accepted. Rotation without a gap takes three updates: `["1"]` to `["1", "2"]` to
   * `["2", "1"]` to `["2"]`.
   * @default ["1"]
   */
  keys?: string[] | undefined;
}

/** What is wrong with the plain arguments of {@link NomadLogins}. */
export const nomadLoginsErrors = ({ keys = [...defaultSecrets] }: NomadLoginsArgs): PropertyError[] =>
  rotationErrors("keys", "key", keys, []);

/**
 * Proofs by which people and programs get tokens of Nomad that end by themselves: JWTs, which are there before there is a Nomad, so that nodes have theirs
 * when they boot. (Nomad chooses the secrets of its tokens itself.) `NomadAcl` has Nomad accept them:
 *
 *     const logins = new NomadLogins("logins");
 *     new NomadAcl("acl", { ...args, logins });
 *     // POST /v1/acl/login {"AuthMethodName": "cos", "LoginToken": ...}
 *     export const operator = logins.of("operator");
 */
export class NomadLogins extends pulumi.ComponentResource {
  /** The keys by which Nomad verifies proofs, PEM. */
  readonly publicKeys: pulumi.Output<string[]>;
  private readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: NomadLoginsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse("NomadLogins", nomadLoginsErrors(args));
    super("cos:index:NomadLogins", name, {}, opts);

    const keys = (args.keys ?? defaultSecrets).map(
      (key) => new tls.PrivateKey(`${name}-${key}`, loginKey, { parent: this }),
    );
    this.publicKeys = pulumi.all(keys.map(({ publicKeyPem }) => publicKeyPem));
    // The checks have refused none.
    this.privateKey = pulumi.secret(keys[0]?.privateKeyPem ?? "");
    this.registerOutputs({ publicKeys: this.publicKeys });
  }

  /** The proof, secret, for a token with the policy of that name. */
  of(policy: string): pulumi.Output<string> {
    return this.privateKey.apply((key) => signLogin(key, policy));
  }
}
