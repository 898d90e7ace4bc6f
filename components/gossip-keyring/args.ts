import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { rotationErrors } from "../rotation";

/** Arguments of {@link GossipKeyring}. */
export interface GossipKeyringArgs {
  /**
   * Names of the keys, at least one. The first encrypts what agents send, all of them decrypt what agents receive. A name that is new makes a
   * key, one that is taken out ends its key. Rotation without a gap takes three updates: `["1"]` to `["1", "2"]` to
   * `["2", "1"]` to `["2"]`.
   * @default ["1"]
   */
  keys?: string[] | undefined;
  /**
   * Keys that are not to be made, by their names in `keys`: 32 bytes each, base64, secret. Of federated clusters, which must have the same.
   * @default {}
   */
  given?: Record<string, pulumi.Input<string>> | undefined;
}

/** The keys that there are where none are named. */
export const defaultKeys: readonly string[] = ["1"];

/** What is wrong with the plain arguments of {@link GossipKeyring}. Keys are not shown. */
export function gossipKeyringErrors({ keys = [...defaultKeys], given = {} }: GossipKeyringArgs): PropertyError[] {
  const reason =
    "must be 32 bytes in base64, as `consul keygen` and `nomad operator gossip keyring generate` make them";
  return [
    ...rotationErrors("keys", "key", keys, Object.keys(given)),
    ...Object.entries(given)
      .filter(([, key]) => typeof key === "string" && !/^[A-Za-z0-9+/]{43}=$/.test(key))
      .map(([name]) => ({ propertyPath: `given.${name}`, reason })),
  ];
}
