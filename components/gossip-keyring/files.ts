import * as pulumi from "@pulumi/pulumi";
import type { NodeRole } from "../node/args";
import type { SecretContents } from "../node-secrets/args";

/** The keyrings of a cluster's agents. */
export interface GossipKeyrings {
  /** Consul's; a `GossipKeyring` is one. @default none: its gossip is not encrypted */
  consul?: { keys: pulumi.Input<string[]> } | undefined;
  /** Nomad's. @default none: its gossip is not encrypted */
  nomad?: { keys: pulumi.Input<string[]> } | undefined;
  /** Whether Consul's servers gossip with those of other datacenters. @default false */
  federated?: boolean | undefined;
}

/**
 * Where agents keep their keys, which is where they read them too: no change of their configuration goes with them. Source: consul 1.22,
 * agent/keyring.go; nomad 1.11, command/agent/keyring.go.
 */
const paths = {
  consul: "/var/lib/consul/serf/local.keyring",
  consulWan: "/var/lib/consul/serf/remote.keyring",
  nomad: "/var/lib/nomad/server/serf.keyring",
} as const;

/** What nodes of each role get of keyrings, as `NodeSecrets` takes it. Consul's is everywhere; Nomad's clients do not gossip. */
export function gossipKeyringFiles({
  consul,
  nomad,
  federated = false,
}: GossipKeyrings): Record<NodeRole, SecretContents> {
  const agent: SecretContents = consul
    ? { "consul-gossip": { value: fileOf(consul), path: paths.consul, owner: "consul" } }
    : {};
  return {
    "consul-server": {
      ...agent,
      ...(consul &&
        federated && { "consul-wan-gossip": { value: fileOf(consul), path: paths.consulWan, owner: "consul" } }),
    },
    "nomad-server": {
      ...agent,
      ...(nomad && { "nomad-gossip": { value: fileOf(nomad), path: paths.nomad, owner: "nomad" } }),
    },
    client: agent,
  };
}

const fileOf = ({ keys }: { keys: pulumi.Input<string[]> }): pulumi.Output<string> => pulumi.jsonStringify(keys);
