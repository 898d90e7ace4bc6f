import type { Resources } from "./cos-arguments";

/** One side of a connection that a security group allows. */
export interface SecurityRule {
  direction: "ingress" | "egress";
  /** The group that has the rule. */
  group: string;
  /** The group, or the CIDR block, on the other side. */
  peer: string;
  /** Whether the other side is a group. */
  ofGroup: boolean;
  protocol: string;
  fromPort: number;
  toPort: number;
}

/** A node of a kind, by what its launch template says. */
export interface NodeKind {
  name: string;
  role: string;
  pool: string | undefined;
  groups: string[];
}

interface RuleInputs {
  securityGroupId: string;
  referencedSecurityGroupId?: string;
  cidrIpv4?: string;
  cidrIpv6?: string;
  ipProtocol: string;
  fromPort: number;
  toPort: number;
}

interface TemplateInputs {
  vpcSecurityGroupIds: string[];
  tagSpecifications: { resourceType: string; tags: Record<string, string> }[];
}

/** What has been declared, by type. */
interface Declared {
  ofType(type: string): { name: string; inputs: unknown }[];
}

/** The rules of all security groups that a program has registered, as EC2 would apply them. */
export class SecurityRules {
  readonly all: readonly SecurityRule[];

  constructor(resources: Declared) {
    const read = (direction: SecurityRule["direction"], type: string) =>
      resources.ofType(type).map(({ name, inputs }): SecurityRule => {
        const rule = inputs as RuleInputs;
        const { securityGroupId: group, referencedSecurityGroupId, cidrIpv4, cidrIpv6 } = rule;
        const { ipProtocol: protocol, fromPort, toPort } = rule;
        const [peer, ...more] = [referencedSecurityGroupId, cidrIpv4, cidrIpv6].filter(
          (of) => of !== undefined && of !== "",
        );
        if (peer === undefined || more.length > 0) throw new Error(`${name} must have one other side`);
        return { direction, group, peer, ofGroup: peer === referencedSecurityGroupId, protocol, fromPort, toPort };
      });
    this.all = [...read("ingress", "SecurityGroupIngressRule"), ...read("egress", "SecurityGroupEgressRule")];
  }

  /** Whether members of groups may connect to members of others: out of one group and into another. */
  reaches(from: readonly string[], to: readonly string[], protocol: string, port: number, toPort = port): boolean {
    const allowed = (direction: SecurityRule["direction"], own: readonly string[], other: readonly string[]) =>
      this.all.some(
        (rule) =>
          rule.direction === direction &&
          own.includes(rule.group) &&
          other.includes(rule.peer) &&
          rule.protocol === protocol &&
          rule.fromPort <= port &&
          toPort <= rule.toPort,
      );
    return allowed("egress", from, to) && allowed("ingress", to, from);
  }

  /** What addresses may connect to, a line each, sorted. */
  get entries(): string[] {
    return this.all
      .filter(({ direction, ofGroup }) => direction === "ingress" && !ofGroup)
      .map(({ group, peer, protocol, fromPort, toPort }) => entry(group, peer, protocol, fromPort, toPort))
      .sort();
  }
}

/** A line of {@link SecurityRules.entries}. */
export function entry(group: string, cidr: string, protocol: string, fromPort: number, toPort = fromPort): string {
  return `${cidr} to ${group} ${protocol} ${fromPort}-${toPort}`;
}

/** The kinds of nodes that there are: one for each launch template. */
export function nodeKinds(resources: Resources): NodeKind[] {
  return resources.ofType("LaunchTemplate").map(({ name, inputs }) => {
    const { vpcSecurityGroupIds: groups, tagSpecifications } = inputs as TemplateInputs;
    const tags = tagSpecifications.find(({ resourceType }) => resourceType === "instance")?.tags ?? {};
    return { name, role: tags["cos-role"] ?? "", pool: tags["cos-pool"], groups };
  });
}
