import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Length of the passwords that secrets are derived from: of letters and digits, more than the 256 bits of the longest. */
const passwordLength = 64;

/**
 * Secrets that replace each other, in the order of their names: those that are given, and others, each derived from a password. (What makes random bytes or
 * UUIDs keeps them as its ID, in clear.)
 */
export function rotatedSecrets(
  name: string,
  names: readonly string[],
  given: Readonly<Record<string, pulumi.Input<string>>>,
  derive: (password: string) => string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string[]> {
  const made = (key: string) =>
    new random.RandomPassword(`${name}-${key}`, { length: passwordLength, special: false }, opts).result.apply(derive);
  return pulumi.secret(pulumi.all(names.map((key) => given[key] ?? made(key))));
}
