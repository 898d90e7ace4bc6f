import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, under } from "../checks";
import type { ClusterApis } from "../cluster-apis";
import { nameErrors } from "../cluster-settings/servers";
import type { ConsulPolicy } from "./policies";

/** A token of Consul. */
export interface ConsulToken {
  /** Its secrets, UUIDs, secret, all of which are accepted: those of an `AclToken`. */
  secretIds: pulumi.Input<string[]>;
  /** Names of its policies, in `policies`, or {@link globalManagement}. */
  policies: string[];
}

/** Consul's own policy, which allows everything. */
export const globalManagement = "global-management";

/** Tasks and services of a Nomad whose identities Consul takes. */
export interface NomadWorkloads {
  /** URL of Nomad's public keys, `https://nomad.service.consul:4646/.well-known/jwks.json`, which Consul's servers must reach. */
  jwksUrl: pulumi.Input<string>;
  /** Certificates of the authorities of that address, PEM. @default those that Consul's machines trust */
  caPem?: pulumi.Input<string> | undefined;
  /** Names of the policies of tasks by Nomad namespace. Those of another namespace get no token. @default `{ default: ["tasks", "fabio"] }` */
  namespaces?: Record<string, string[]> | undefined;
}

/** Where nothing is said of namespaces. */
export const defaultNamespaces: Record<string, string[]> = { default: ["tasks", "fabio"] };

/** Policies of whoever has no token, where nothing else is said. */
export const defaultAnonymousPolicies = ["names"] as const;

/** Arguments of {@link ConsulAcl}. A change of any of them is written to Consul. */
export interface ConsulAclArgs extends Omit<ClusterApis, "nomadAddress"> {
  /** Name of the cluster, by which it knows again what it has made. A change leaves what there is under the other name. */
  clusterName: string;
  /**
   * Secret of a management token, which servers have as `initial_management`, or which `tokens` has had before. Among `tokens`, with {@link globalManagement}, it can be rotated: once no
   * server has the old one as its `initial_management` any more, it does not come back.
   */
  managementToken: pulumi.Input<string>;
  /** Policies by their names. @default {@link consulPolicies} */
  policies?: Record<string, ConsulPolicy> | undefined;
  /** Tokens by their names. One that is taken out is accepted no longer. @default {} */
  tokens?: Record<string, ConsulToken> | undefined;
  /**
   * How tasks and services of Nomad get tokens by their identities, which Nomad signs (`workloadIdentity` of `nomadAgentConfig`). Consul's servers ask Nomad for its public keys when it is
   * made, so that Nomad must be there. @default none: they get none
   */
  workloads?: NomadWorkloads | undefined;
  /** Names of the policies of whoever has no token. @default ["names"], which is what DNS needs */
  anonymousPolicies?: string[] | undefined;
}

/** What is wrong with the plain arguments of {@link ConsulAcl}. */
export function consulAclErrors(args: ConsulAclArgs, policies: Record<string, ConsulPolicy>): PropertyError[] {
  const { clusterName, tokens = {}, anonymousPolicies = [] } = args;
  const known = Object.keys(policies);
  // As Consul 1.22 checks them: acl/policy.go, `validPolicyName`.
  const named = known
    .filter((name) => !/^[A-Za-z0-9\-_]{1,128}$/.test(name))
    .map((name) => ({
      propertyPath: `policies["${name}"]`,
      reason: 'must be named by 1 to 128 letters, digits and "-_"',
    }));
  return [
    ...nameErrors("clusterName", clusterName),
    ...named,
    ...Object.entries(tokens).flatMap(([name, token]) => [
      ...nameErrors(`tokens["${name}"]`, name),
      ...unknownPolicies(`tokens.${name}.policies`, token.policies, [...known, globalManagement]),
    ]),
    ...under("workloads.namespaces", namespaceErrors(args.workloads?.namespaces ?? {}, known)),
    ...unknownPolicies("anonymousPolicies", anonymousPolicies, known),
  ];
}

/** What is wrong with names of policies by Nomad namespace. */
export function namespaceErrors(namespaces: Record<string, string[]>, known: string[]): PropertyError[] {
  return Object.entries(namespaces).flatMap(([namespace, of]) => [
    ...nameErrors(namespace, namespace),
    ...unknownPolicies(namespace, of, known),
  ]);
}

function unknownPolicies(propertyPath: string, names: string[], known: string[]): PropertyError[] {
  return names.flatMap((name, i) =>
    known.includes(name)
      ? []
      : [{ propertyPath: `${propertyPath}[${i}]`, reason: `must be one of ${known.join(", ")}, got "${name}"` }],
  );
}
