import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { rotationErrors } from "../rotation";

/** Arguments of {@link AclToken}. */
export interface AclTokenArgs {
  /**
   * Names of the token's secrets, at least one. The first is for those who use the token, all are accepted. A name that is new makes a secret, one that is taken
   * out ends it. Rotation without a gap takes three updates: `["1"]` to `["1", "2"]` to `["2", "1"]` to `["2"]`.
   * @default ["1"]
   */
  secrets?: string[] | undefined;
  /** Secrets that are not to be made, by their names in `secrets`: UUIDs, secret. @default {} */
  given?: Record<string, pulumi.Input<string>> | undefined;
}

/** The secrets that there are where none are named. */
export const defaultSecrets: readonly string[] = ["1"];

/** What is wrong with the plain arguments of {@link AclToken}. Secrets are not shown. */
export function aclTokenErrors({ secrets = [...defaultSecrets], given = {} }: AclTokenArgs): PropertyError[] {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  return [
    ...rotationErrors("secrets", "secret", secrets, Object.keys(given)),
    ...Object.entries(given)
      .filter(([, secret]) => typeof secret === "string" && !uuid.test(secret))
      .map(([name]) => ({
        propertyPath: `given.${name}`,
        reason: "must be a UUID in lower case, as `uuidgen` makes it",
      })),
  ];
}
