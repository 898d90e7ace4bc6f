import { isIPv4, isIPv6 } from "node:net";
import { Netmask } from "netmask";
import { type PropertyError, repeated } from "../checks";

/** Blocks shorter than this are no longer one's own addresses but a part of the internet. */
const shortestPrefix = { ipv4: 8, ipv6: 16 };

/** How wide the blocks of a list may be. */
export type CidrWidth =
  /** Any, all addresses too. */
  | "any"
  /** Up to /8 (IPv6: /16); wider ones only where the arguments say `allowAnyAddress: true`. */
  | "narrow";

/** What is wrong with a list of CIDR blocks that are let in. */
export function cidrErrors(property: string, cidrs: readonly string[] | undefined, width: CidrWidth): PropertyError[] {
  if (!cidrs || cidrs.length === 0) {
    const reason = 'must have at least one CIDR block, such as "203.0.113.7/32": an empty list lets nobody in';
    return [{ propertyPath: property, reason }];
  }
  return [
    ...cidrs.flatMap((cidr, i) =>
      problemsOf(cidr, width).map((reason) => ({ propertyPath: `${property}[${i}]`, reason })),
    ),
    ...repeated(cidrs).map(({ value, indexes }) => ({
      propertyPath: `${property}[${indexes.at(-1)}]`,
      reason: `"${value}" is already ${property}[${indexes[0]}]`,
    })),
  ];
}

function problemsOf(cidr: string, width: CidrWidth): string[] {
  const [address = "", prefix, ...rest] = cidr.split("/");
  const version = isIPv4(address) ? "ipv4" : isIPv6(address) && !address.includes("%") ? "ipv6" : undefined;
  if (!version || rest.length > 0) {
    return [`must be a CIDR block, such as "203.0.113.7/32" or "2001:db8::/32", got "${cidr}"`];
  }
  const bits = version === "ipv4" ? 32 : 128;
  if (prefix === undefined) return [`must have a prefix length: for this one address "${address}/${bits}"`];
  const length = /^\d+$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(length <= bits) || String(length) !== prefix) {
    return [`must end in a prefix length between /0 and /${bits}, got "${cidr}"`];
  }

  const canonical = new Netmask(cidr).toString();
  if (canonical !== cidr) return [`must be written as the network that it is in: "${canonical}" instead of "${cidr}"`];
  if (width === "narrow" && length < shortestPrefix[version]) {
    const who = length === 0 ? "everybody" : "a large part of the internet";
    return [`"${cidr}" lets ${who} in: say your own addresses, or allowAnyAddress: true if that is meant`];
  }
  return [];
}
