import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../refuse";
import { rotatedSecrets } from "../rotated-secrets";
import { type AclTokenArgs, aclTokenErrors, defaultSecrets } from "./args";
import { secretId } from "./secret-id";

export { type AclTokenArgs, aclTokenErrors } from "./args";

/**
 * The secrets of an ACL token that is to be, before there is a Consul to ask for one: so that it can be among the secrets of the nodes that make the cluster.
 * `ConsulAcl` has Consul accept it.
 */
export class AclToken extends pulumi.ComponentResource {
  /** The secrets, UUIDs: the first is for those who use the token, all are accepted. */
  readonly secretIds: pulumi.Output<string[]>;
  /** The first of them. */
  readonly secretId: pulumi.Output<string>;

  constructor(name: string, args: AclTokenArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse("AclToken", aclTokenErrors(args));
    super("cos:index:AclToken", name, {}, opts);

    const { secrets = defaultSecrets, given = {} } = args;
    this.secretIds = rotatedSecrets(name, secrets, given, secretId, { parent: this });
    // The checks have refused none.
    this.secretId = this.secretIds.apply(([first = ""]) => first);
    this.registerOutputs({ secretIds: this.secretIds, secretId: this.secretId });
  }
}
