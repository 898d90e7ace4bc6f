import type { SecurityRule } from "../support/security-rules";

/** What is in the box's network and has security groups: a node, or a load balancer. */
export interface Member {
  /** Its IPv4 address. */
  address: string;
  securityGroupIds: readonly string[];
  /** Whether it can be reached from outside of the VPC at all. @default false */
  isPublic?: boolean;
}

/** Name of a set of addresses: nft takes letters, digits and _ only. */
const setName = (group: string): string => `group_${group.replaceAll(/[^A-Za-z0-9]/g, "_")}`;

function set(name: string, addresses: readonly string[]): string {
  const elements = addresses.length > 0 ? `\n    elements = { ${addresses.join(", ")} }` : "";
  return `  set ${name} {\n    type ipv4_addr${elements}\n  }`;
}

/** What a rule allows, as a line of nft; undefined for IPv6, which the box does not have. */
function line({ direction, group, peer, ofGroup, protocol, fromPort, toPort }: SecurityRule): string | undefined {
  if (peer.includes(":")) return undefined;
  const [own, other] = direction === "egress" ? ["saddr", "daddr"] : ["daddr", "saddr"];
  const side = ofGroup ? `@${setName(peer)}` : peer;
  const ports = fromPort === toPort ? String(fromPort) : `${fromPort}-${toPort}`;
  return `ip ${own} @${setName(group)} ip ${other} ${side} ${protocol} dport ${ports} return`;
}

/**
 * Security groups as a table of nftables for the machine that all packets go through: as in EC2, a new connection has to be
 * allowed out of a group of its source and into a group of its destination, its answers are, and everything else is dropped without
 * an answer. (Nobody is outside of all groups: EC2 has a default group, which nothing here uses.)
 */
export function securityGroupTable(rules: readonly SecurityRule[], members: readonly Member[]): string {
  const groups = [
    ...new Set([
      ...rules.flatMap(({ group, peer, ofGroup }) => (ofGroup ? [group, peer] : [group])),
      ...members.flatMap(({ securityGroupIds }) => securityGroupIds),
    ]),
  ].sort();
  const addressesIn = (group: string) =>
    members.filter(({ securityGroupIds }) => securityGroupIds.includes(group)).map(({ address }) => address);
  const chain = (direction: SecurityRule["direction"]) => {
    const allowed = rules.filter((rule) => rule.direction === direction).map(line);
    const lines = [...new Set(allowed.filter((text) => text !== undefined)), "drop"];
    return `  chain ${direction} {\n${lines.map((text) => `    ${text}\n`).join("")}  }`;
  };
  return [
    "table inet security_groups",
    "delete table inet security_groups",
    "table inet security_groups {",
    set(
      "members",
      members.map(({ address }) => address),
    ),
    set(
      "public",
      members.filter(({ isPublic }) => isPublic === true).map(({ address }) => address),
    ),
    ...groups.map((group) => set(setName(group), addressesIn(group))),
    chain("egress"),
    chain("ingress"),
    "  chain forward {",
    "    type filter hook forward priority 0; policy drop;",
    "    ct state established,related accept",
    // What EC2 filters for nobody: the instance's metadata, and the names and the time of the network's own servers.
    "    ip daddr 169.254.169.0/24 accept",
    // What is not of the network on either side, as whoever runs `pulumi up` and AWS's services, does not come through it.
    "    ip saddr != @members ip daddr @members ip daddr != @public drop",
    "    ip saddr @members jump egress",
    "    ip daddr @members jump ingress",
    "    accept",
    "  }",
    "}",
    "",
  ].join("\n");
}
