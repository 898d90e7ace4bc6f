import * as pulumi from "@pulumi/pulumi";
import { defaultAnonymousPolicies } from "../consul-acl/args";
import { consulPolicies } from "../consul-acl/policies";
import { anonymousEntry, policyEntry, tokenEntry } from "../consul-acl/entries.js";
import { consulAclBlock, consulTokens, initialManagement } from "../consul-cluster/agent-config";
import type { FileOwner, NodeRole } from "../node/args";
import { firstTokensPath, initialManagementPath, nomadAclPath, nomadManagementPath } from "../node/node-file";
import type { SecretContent, SecretContents } from "../node-secrets/args";
import { mapValues } from "../map-values";
import { workloadIdentities } from "../nomad-cluster/agent-config";
import { without } from "../without";

/**
 * Policies of each token of Consul that nodes have, by the token's name: each is for one who uses it, on the nodes of one role. In the order in which they are made: those of
 * programs last, for a node whose programs are known starts its Nomad (ami/files/usr/local/lib/cos-boot/cos_boot/gathering.py).
 */
export const nodeTokens = {
  "consul-server-agent": ["agent"],
  "nomad-server-agent": ["agent"],
  "client-agent": ["agent"],
  "nomad-server-nomad": ["nomad-server"],
  "client-nomad": ["nomad-client"],
  "consul-server-programs": ["node-programs", "server-programs"],
  "nomad-server-programs": ["node-programs"],
  "client-programs": ["node-programs"],
} as const satisfies Record<string, (keyof ReturnType<typeof consulPolicies>)[]>;

export type NodeToken = keyof typeof nodeTokens;

/** Secrets that go to nodes. */
export interface NodeAclSecrets {
  clusterName: string;
  /** Secret of each token of Consul. */
  tokens: Record<NodeToken, pulumi.Input<string>>;
  /** Secrets of the management tokens: the first is used, all are known. */
  management: Record<"consul" | "nomad", pulumi.Output<string[]>>;
  /** By what clients log in to Nomad. */
  clientLogin: pulumi.Input<string>;
}

/**
 * What nodes of each role get of ACLs, as `NodeSecrets` takes it. Agents merge their files with their configuration: with these, their ACLs are on.
 *
 * Servers of Consul have the management token, for its cluster is made with it, and make the tokens of all nodes as soon as one of them leads. Programs of Nomad's servers have
 * Nomad's, as leadership is handed over by it alone, and have Nomad take those that it does not know: root there has all that Nomad has anyway.
 */
export function aclFiles(secrets: NodeAclSecrets): Record<NodeRole, SecretContents> {
  const { tokens } = secrets;
  const management = mapValues(secrets.management, (secretIds) => secretIds.apply(([first = ""]) => first));
  const file = (path: string, value: pulumi.Input<string>, owner?: FileOwner): SecretContent => ({
    path,
    value,
    owner,
  });
  const consulAgent = (agent: pulumi.Input<string>) =>
    file(
      "/etc/consul.d/acl.json",
      pulumi
        .output(agent)
        .apply((token) => JSON.stringify({ acl: { ...consulAclBlock, ...consulTokens({ agent: token }).acl } })),
      "consul",
    );
  const nomadAgent = (token: pulumi.Input<string>, owner: FileOwner) =>
    file(
      nomadAclPath,
      pulumi.jsonStringify({ acl: { enabled: true }, consul: { token, ...workloadIdentities } }),
      owner,
    );
  const programs = (token: pulumi.Input<string>) => file("/etc/cos/consul-token", token);
  return {
    "consul-server": {
      "consul-acl": consulAgent(tokens["consul-server-agent"]),
      "consul-initial-management": file(
        initialManagementPath,
        management.consul.apply((token) => JSON.stringify(initialManagement(token))),
        "consul",
      ),
      "consul-token": programs(tokens["consul-server-programs"]),
      "consul-management": file("/etc/cos/consul-management-token", management.consul),
      "consul-first-tokens": file(firstTokensPath, firstTokens(secrets)),
    },
    "nomad-server": {
      "consul-acl": consulAgent(tokens["nomad-server-agent"]),
      "consul-token": programs(tokens["nomad-server-programs"]),
      "nomad-acl": nomadAgent(tokens["nomad-server-nomad"], "nomad"),
      "nomad-token": file("/etc/cos/nomad-token", management.nomad),
      "nomad-management": file(nomadManagementPath, pulumi.jsonStringify(secrets.management.nomad)),
    },
    client: {
      "consul-acl": consulAgent(tokens["client-agent"]),
      "consul-token": programs(tokens["client-programs"]),
      "nomad-acl": nomadAgent(tokens["client-nomad"], "root"),
      "nomad-login": file("/etc/cos/nomad-login", secrets.clientLogin),
    },
  };
}

/** What ami/files/usr/local/lib/cos-boot/cos_boot/acl.py does. Without descriptions, which `ConsulAcl` adds: Parameter Store holds 4096 bytes. */
function firstTokens({ clusterName, tokens }: NodeAclSecrets): pulumi.Output<string> {
  const policies = consulPolicies(clusterName);
  const used = new Set([...Object.values(nodeTokens).flat(), ...defaultAnonymousPolicies]);
  return pulumi
    .output(tokens)
    .apply((secrets) =>
      JSON.stringify([
        ...[...used].map((name) => put("policy", policyEntry(clusterName, name, policies[name]))),
        ...Object.entries(nodeTokens).map(([name, of]) =>
          put("token", tokenEntry(clusterName, name, secrets[name as NodeToken], of)),
        ),
        put(`token/${anonymousEntry([]).AccessorID}`, anonymousEntry(defaultAnonymousPolicies)),
      ]),
    );
}

const put = (what: string, entry: object) => ({
  method: "PUT",
  path: `acl/${what}`,
  body: without(entry as Record<string, unknown>, "Description"),
});
