import * as pulumi from "@pulumi/pulumi";
import { AclToken } from "../acl-token";
import { type ConsulToken, globalManagement } from "../consul-acl/args";
import { mapValues } from "../map-values";
import { NomadLogins } from "../nomad-acl/logins";
import type { NodeRole } from "../node/args";
import type { SecretContents } from "../node-secrets/args";
import { refuse } from "../refuse";
import { type ClusterAclArgs, clusterAclErrors } from "./args";
import { aclFiles, nodeTokens } from "./files";

export { type ClusterAclArgs, clusterAclErrors } from "./args";

/** What people and pipelines are let in with. */
const people = { operator: ["operator"], "read-only": ["read-only"] } as const;

/**
 * All secrets by which the nodes of a cluster and its operators are let in where ACLs are on, before there is a cluster: what nodes get by `NodeSecrets`, and what
 * `ConsulAcl` and `NomadAcl` are given.
 *
 *     const acl = new ClusterAcl("acl", { clusterName: "blue" });
 *     const secrets = new NodeSecrets("secrets", { clusterName: "blue", secrets: acl.files });
 *     // The clusters, each with `secrets: secrets.of(ROLE)`; and once they are ready:
 *     new ConsulAcl("consul-acl", { ...apis, clusterName: "blue", managementToken: acl.management.consul, tokens: acl.tokens });
 *     new NomadAcl("nomad-acl", { ...apis, managementTokens: acl.managementTokens.nomad, logins: acl.logins });
 */
export class ClusterAcl extends pulumi.ComponentResource {
  /** Secrets of the management tokens in use. */
  readonly management: Readonly<Record<"consul" | "nomad", pulumi.Output<string>>>;
  /** Secrets of all management tokens that are to be known: the first is the one in use. */
  readonly managementTokens: Readonly<Record<"consul" | "nomad", pulumi.Output<string[]>>>;
  /** Tokens of Consul, as `ConsulAcl` takes them. */
  readonly tokens: Readonly<Record<string, ConsulToken>>;
  /** Proofs for tokens of Nomad. */
  readonly logins: NomadLogins;
  /** What nodes of each role get, as `NodeSecrets` takes it. */
  readonly files: Readonly<Record<NodeRole, SecretContents>>;
  /** Secret of the token of Consul, and proof for one of Nomad, by the name of their policy: `operator` and `read-only`. */
  readonly people: Readonly<Record<keyof typeof people, Record<"consulToken" | "nomadLogin", pulumi.Output<string>>>>;

  constructor(name: string, args: ClusterAclArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ClusterAcl", clusterAclErrors(args));
    super("cos:index:ClusterAcl", name, {}, opts);

    const { clusterName, secrets } = args;
    const child = { parent: this };
    const made = mapValues({ ...nodeTokens, ...people }, (policies, token) => ({
      policies: [...policies],
      of: new AclToken(`${name}-${token}`, { secrets }, child),
    }));
    const management = mapValues(
      { consul: "Consul", nomad: "Nomad" },
      (_, product) => new AclToken(`${name}-${product}-management`, { secrets }, child),
    );
    this.management = mapValues(management, ({ secretId }) => secretId);
    this.managementTokens = mapValues(management, ({ secretIds }) => secretIds);
    this.logins = new NomadLogins(`${name}-logins`, { keys: secrets }, child);
    this.tokens = {
      ...mapValues(made, ({ policies, of }) => ({ policies, secretIds: of.secretIds })),
      management: { policies: [globalManagement], secretIds: this.managementTokens.consul },
    };
    this.files = aclFiles({
      clusterName,
      tokens: mapValues(nodeTokens, (_, token) => made[token].of.secretId),
      management: this.managementTokens,
      clientLogin: this.logins.of("node-programs"),
    });
    this.people = mapValues(people, (_, policy) => ({
      consulToken: made[policy].of.secretId,
      nomadLogin: this.logins.of(policy),
    }));
    this.registerOutputs();
  }
}
