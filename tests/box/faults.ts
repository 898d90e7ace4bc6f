/** Something that is wrong with the network. */
export type Fault =
  /** No packet passes between some hosts and all others; among themselves they go on. */
  | { kind: "cut"; addresses: readonly string[] }
  /** What a host sends is lost; what is sent to it arrives. */
  | { kind: "mute"; address: string }
  /** A share of the packets to and from a host is lost, in percent. */
  | { kind: "loss"; address: string; percent: number };

function lines(fault: Fault): string[] {
  if (fault.kind === "cut") {
    const hosts = `{ ${fault.addresses.join(", ")} }`;
    return [`ip saddr ${hosts} ip daddr != ${hosts} drop`, `ip saddr != ${hosts} ip daddr ${hosts} drop`];
  }
  if (fault.kind === "mute") return [`ip saddr ${fault.address} drop`];
  return ["saddr", "daddr"].map((side) => `ip ${side} ${fault.address} numgen random mod 100 < ${fault.percent} drop`);
}

/**
 * Faults as a table of nftables for the router of a fabric, in place of those before; none heals the network. Connections that were
 * there before are not spared.
 */
export function faultTable(faults: readonly Fault[]): string {
  return [
    "table inet faults",
    "delete table inet faults",
    "table inet faults {",
    "  chain forward {",
    "    type filter hook forward priority -10; policy accept;",
    ...faults.flatMap(lines).map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ].join("\n");
}
