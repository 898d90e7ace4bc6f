import * as pulumi from "@pulumi/pulumi";
import { GossipKeyring, gossipKeyringFiles } from "../gossip-keyring";
import type { NodeRole, NodeSecret } from "../node/args";
import { NodeSecrets } from "../node-secrets";
import type { CosArgs } from "./args";

/** What keeps others out of a cluster. */
export interface Security {
  /** The keys of gossip, where it is encrypted. */
  gossipKeys: Record<"consul" | "nomad", pulumi.Output<string[]>> | undefined;
  /** What nodes of a role get of it. */
  secrets(role: NodeRole): NodeSecret[];
}

/** Makes what keeps others out of a {@link Cos}, and warns of what does not. */
export function secure(name: string, args: CosArgs, clusterName: string, parent: pulumi.Resource): Security {
  const { consul: { federation } = {}, security: { gossip = {}, kmsKeyArn } = {}, tags } = args;
  if (gossip === false) {
    const reason =
      "gossip is not encrypted: whoever reaches an agent can join the cluster, and make itself a server of it";
    void pulumi.log.warn(`security.gossip is false: ${reason}`, parent);
    return { gossipKeys: undefined, secrets: () => [] };
  }
  const keyring = (product: "consul" | "nomad") =>
    new GossipKeyring(`${name}-gossip-${product}`, gossip[product] ?? {}, { parent });
  const keyrings = { consul: keyring("consul"), nomad: keyring("nomad") };
  const secrets = new NodeSecrets(
    `${name}-secrets`,
    { clusterName, secrets: gossipKeyringFiles({ ...keyrings, federated: federation !== undefined }), kmsKeyArn, tags },
    { parent },
  );
  return {
    gossipKeys: { consul: keyrings.consul.keys, nomad: keyrings.nomad.keys },
    secrets: (role) => secrets.of(role),
  };
}
