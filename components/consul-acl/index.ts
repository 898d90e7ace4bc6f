import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { apiEnvironment } from "../cluster-apis";
import { refuse } from "../refuse";
import { type ConsulAclArgs, consulAclErrors, defaultAnonymousPolicies, defaultNamespaces } from "./args";
import { consulPolicies } from "./policies";

export { type ConsulAclArgs, consulAclErrors, type ConsulToken, globalManagement, type NomadWorkloads } from "./args";
export { consulPolicies, type ConsulPolicy } from "./policies";

/**
 * Policies and tokens of a Consul whose ACLs are on (`acl` of `consulAgentConfig`), with secrets that were there before it: so that nodes boot with them, and agents wait
 * until Consul knows them. No resource of the Consul provider takes secrets of ours.
 *
 *     const management = new AclToken("management");
 *     const agent = new AclToken("agent");
 *     // Nodes get both by `NodeSecrets`, in a file of `consulTokens`.
 *     new ConsulAcl("acl", {
 *       consulAddress, caPem, clusterName: "blue", managementToken: management.secretId,
 *       tokens: { agent: { secretIds: agent.secretIds, policies: ["agent"] } },
 *     });
 *
 * It waits for a Consul that does not know the management token yet, as its servers do until they have elected a leader. What it has made and is not wanted any more, it
 * takes away; tokens and policies of others it leaves alone. A destruction leaves all of it: it goes with the cluster. It runs by the package's name, with the `node`
 * on the PATH of the machine that runs Pulumi.
 */
export class ConsulAcl extends pulumi.ComponentResource {
  /** What the last run has changed, a line each; empty where nothing had to be. */
  readonly changes: pulumi.Output<string>;

  constructor(name: string, args: ConsulAclArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clusterName, managementToken, policies = consulPolicies(clusterName), tokens = {} } = args;
    const { anonymousPolicies = [...defaultAnonymousPolicies] } = args;
    refuse("ConsulAcl", consulAclErrors({ ...args, anonymousPolicies }, policies));
    super("cos:index:ConsulAcl", name, {}, opts);

    const workloads = args.workloads && {
      ...args.workloads,
      namespaces: args.workloads.namespaces ?? defaultNamespaces,
    };
    const wanted = { cluster: clusterName, policies, tokens, anonymousPolicies, workloads };
    const command = new local.Command(
      `${name}-consul`,
      {
        interpreter: ["node", "--input-type=module", "--eval"],
        create: 'import { main } from "pulumi-cos/consul-acl"; await main();',
        environment: {
          ...apiEnvironment(args),
          CONSUL_HTTP_TOKEN: pulumi.secret(managementToken),
          COS_CONSUL_ACL: pulumi.secret(pulumi.jsonStringify(wanted)),
        },
      },
      { parent: this, deletedWith: opts?.deletedWith },
    );
    this.changes = command.stdout;
    this.registerOutputs({ changes: this.changes });
  }
}
