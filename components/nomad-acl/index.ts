import { local } from "@pulumi/command";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { apiEnvironment } from "../cluster-apis";
import { refuse } from "../refuse";
import { type NomadAclArgs, nomadAclErrors } from "./args";
import { nomadPolicies } from "./policies";
import { loginMethod } from "./sign";

export { type NomadAclArgs, nomadAclErrors } from "./args";
export { NomadLogins, type NomadLoginsArgs, nomadLoginsErrors } from "./logins";
export { nomadPolicies, type NomadPolicy } from "./policies";

/**
 * The ACLs of a Nomad that has them on (`acl` of `nomadAgentConfig`): it has Nomad take a management token of ours, once in its life, ends others that it has taken and that are not wanted any more, and makes policies by it. Give it a
 * Nomad provider that has that token:
 *
 *     const management = new AclToken("management");
 *     const provider = new nomad.Provider("nomad", { address: nomadAddress, caPem, secretId: management.secretId });
 *     new NomadAcl("acl", { nomadAddress, caPem, managementTokens: management.secretIds }, { providers: { nomad: provider } });
 *
 * It waits for a Nomad that has no leader yet. It may run again, at the same time too: what Nomad has taken it takes for done. Where that is another token, as after
 * the restore of a snapshot of another life, it says what a person has to do. A destruction leaves what it has done: it goes with the cluster.
 * Its program runs by the package's name, with the `node` on the PATH of the machine that runs Pulumi.
 */
export class NomadAcl extends pulumi.ComponentResource {
  /** There once Nomad has taken the management token. */
  readonly bootstrap: pulumi.Resource;

  constructor(name: string, args: NomadAclArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("NomadAcl", nomadAclErrors(args));
    super("cos:index:NomadAcl", name, {}, opts);

    const child = { parent: this, deletedWith: opts?.deletedWith };
    const tokens = pulumi.output(args.managementTokens);
    const bootstrap = new local.Command(
      `${name}-bootstrap`,
      {
        interpreter: ["node", "--input-type=module", "--eval"],
        create: run(),
        // It is there by then.
        update: run("{ seconds: 30 }"),
        environment: {
          ...apiEnvironment(args),
          NOMAD_TOKEN: pulumi.secret(tokens.apply(([first = ""]) => first)),
          COS_NOMAD_OTHERS: pulumi.secret(tokens.apply(([, ...others]) => JSON.stringify(others))),
          COS_TIMEOUT_SECONDS: String(args.timeoutSeconds ?? 120),
        },
      },
      child,
    );
    this.bootstrap = bootstrap;
    const after = { ...child, dependsOn: bootstrap };
    for (const [policy, { description, rules }] of Object.entries(args.policies ?? nomadPolicies)) {
      new nomad.AclPolicy(`${name}-${policy}`, { name: policy, description, rulesHcl: rules }, after);
    }
    if (args.logins) this.acceptLogins(name, args.logins.publicKeys, after);
    this.registerOutputs();
  }

  private acceptLogins(name: string, publicKeys: pulumi.Input<string[]>, opts: pulumi.CustomResourceOptions): void {
    const { audience, algorithm, claim } = loginMethod;
    const method = new nomad.AclAuthMethod(
      `${name}-logins`,
      {
        name: loginMethod.name,
        type: "JWT",
        tokenLocality: "local",
        maxTokenTtl: "24h0m0s",
        config: {
          jwtValidationPubKeys: publicKeys,
          boundAudiences: [audience],
          signingAlgs: [algorithm],
          claimMappings: { [claim]: claim },
        },
      },
      opts,
    );
    new nomad.AclBindingRule(
      `${name}-logins`,
      {
        authMethod: method.name,
        bindType: "policy",
        bindName: `\${value.${claim}}`,
        description: "The policy that the proof names",
      },
      opts,
    );
  }
}

const run = (options = "") => `import { main } from "pulumi-cos/nomad-acl"; await main(${options});`;
