import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { ClusterApis } from "../cluster-apis";
import type { NomadPolicy } from "./policies";

/** Arguments of {@link NomadAcl}. */
export interface NomadAclArgs extends Omit<ClusterApis, "consulAddress"> {
  /**
   * Secrets of the management tokens that Nomad is to know, at least one: those of an `AclToken`. The first is used, and the one that Nomad takes where it has taken none. It takes another
   * only on its servers, as the programs of the image do with what `ClusterAcl` gives them, or by hand (`acl-bootstrap-reset`): before that it cannot be the first. Others that Nomad
   * has been bootstrapped with are ended.
   */
  managementTokens: pulumi.Input<string[]>;
  /** How long it waits for a Nomad that has a leader, in seconds. @default 120 */
  timeoutSeconds?: number | undefined;
  /** Policies by their names. @default {@link nomadPolicies} */
  policies?: Record<string, NomadPolicy> | undefined;
  /** Keys of a `NomadLogins`, whose proofs it accepts: each is good for tokens of a day. @default none are accepted */
  logins?: { publicKeys: pulumi.Input<string[]> } | undefined;
}

/** What is wrong with the plain arguments of {@link NomadAcl}. */
export function nomadAclErrors({ policies = {} }: NomadAclArgs): PropertyError[] {
  // As Nomad 1.11 checks them: nomad/structs/structs.go, `validPolicyName`.
  return Object.keys(policies)
    .filter((name) => !/^[A-Za-z0-9-]{1,128}$/.test(name))
    .map((name) => ({
      propertyPath: `policies["${name}"]`,
      reason: 'must be named by 1 to 128 letters, digits and "-"',
    }));
}
