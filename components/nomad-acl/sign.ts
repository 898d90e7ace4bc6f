import { sign } from "node:crypto";

/** By what Nomad is to accept a proof. */
export const loginMethod = {
  /** The auth method's name, which programs of nodes ask for: ami/files/usr/local/lib/cos-boot/cos_boot/api.py. */
  name: "cos",
  audience: "pulumi-cos",
  algorithm: "RS256",
  /** The claim that names the policy. */
  claim: "policy",
} as const;

/** From when to when it is good, for it ends with its key: 2020-01-01 to 2100-01-01, in seconds since 1970. Nomad makes up what is not said. */
const validity = { iat: 1_577_836_800, nbf: 1_577_836_800, exp: 4_102_444_800 };

/**
 * A proof that its holder may have the policy of that name: a JWT (RFC 7519), the same each time.
 *
 * @param key private, RSA, PEM
 */
export function signLogin(key: string, policy: string): string {
  const header = { alg: loginMethod.algorithm, typ: "JWT" };
  const claims = { aud: loginMethod.audience, sub: policy, [loginMethod.claim]: policy, ...validity };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}
