import type * as pulumi from "@pulumi/pulumi";
import type { Edge, Role } from "../ports";

/** Who plays a role: the members of a security group, addresses, or the addresses of a prefix list. */
export type Party =
  | {
      securityGroupId: pulumi.Input<string>;
      /** Tells apart several groups in one role; part of the rules' names. */
      key?: string;
    }
  | { cidrBlock: string }
  | {
      prefixListId: pulumi.Input<string>;
      /** Part of the rules' names. */
      key: string;
    };

/** Who plays which roles. A role that is missing gets no rules. */
export type Parties = Partial<Record<Role, readonly Party[]>>;

/** A rule of a security group. */
export interface Rule {
  /** Unique among the rules of the same parties, and stable: it names the parties and the port, not a position. */
  key: string;
  direction: "ingress" | "egress";
  /** The group that has the rule. */
  securityGroupId: pulumi.Input<string>;
  /** Who is on the other side. */
  peer: Party;
  edge: Edge;
}

/** The rules that let the parties connect along the edges: at both ends, where an end is a security group. */
export function rulesOf(edges: readonly Edge[], parties: Parties): Rule[] {
  return edges.flatMap((edge) =>
    (parties[edge.from] ?? []).flatMap((from) => (parties[edge.to] ?? []).flatMap((to) => rulesOfPair(edge, from, to))),
  );
}

function rulesOfPair(edge: Edge, from: Party, to: Party): Rule[] {
  const port = edge.fromPort === edge.toPort ? String(edge.fromPort) : `${edge.fromPort}-${edge.toPort}`;
  const pair = `${title(edge.from, from)}-to-${title(edge.to, to)}-${edge.protocol}-${port}`;
  const rules: Rule[] = [];
  if ("securityGroupId" in from) {
    const { securityGroupId } = from;
    rules.push({ key: `${pair}-egress`, direction: "egress", securityGroupId, peer: to, edge });
  }
  if ("securityGroupId" in to) {
    const { securityGroupId } = to;
    rules.push({ key: `${pair}-ingress`, direction: "ingress", securityGroupId, peer: from, edge });
  }
  return rules;
}

function title(role: Role, party: Party): string {
  if ("cidrBlock" in party) return `${role}-${party.cidrBlock}`;
  return party.key === undefined ? role : `${role}-${party.key}`;
}
