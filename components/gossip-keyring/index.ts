import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../refuse";
import { rotatedSecrets } from "../rotated-secrets";
import { defaultKeys, type GossipKeyringArgs, gossipKeyringErrors } from "./args";
import { gossipKey } from "./key";

export { type GossipKeyringArgs, gossipKeyringErrors } from "./args";
export { gossipKeyringFiles } from "./files";

/**
 * The keys that encrypt the gossip of a cluster, Consul's or Nomad's (AES-256). Its agents get them as a file when they boot (see
 * {@link gossipKeyringFiles}); those that run get a change of it from `ClusterSettings`.
 */
export class GossipKeyring extends pulumi.ComponentResource {
  /** The keys, base64, secret: the first encrypts. */
  readonly keys: pulumi.Output<string[]>;

  constructor(name: string, args: GossipKeyringArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse("GossipKeyring", gossipKeyringErrors(args));
    super("cos:index:GossipKeyring", name, {}, opts);

    const { keys = defaultKeys, given = {} } = args;
    this.keys = rotatedSecrets(name, keys, given, gossipKey, { parent: this });
    this.registerOutputs({ keys: this.keys });
  }
}
