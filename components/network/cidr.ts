import { long2ip, Netmask } from "netmask";

/** Consecutive IPv4 addresses, as numbers: `end` is the first behind them. */
export interface Range {
  start: number;
  end: number;
}

/** What is wrong with an IPv4 CIDR block, in words that follow its property's name; undefined where nothing is. */
export function cidrProblem(value: string): string | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(value))
    return `must be an IPv4 CIDR block such as 10.128.0.0/16, got "${value}"`;
  let block: string;
  try {
    block = new Netmask(value).toString();
  } catch {
    return `must be an IPv4 CIDR block such as 10.128.0.0/16, got "${value}"`;
  }
  return block === value ? undefined : `must begin at its first address: "${value}" is in ${block}`;
}

/** The prefix length of a CIDR block: 16 of `10.128.0.0/16`. */
export function prefixLengthOf(cidrBlock: string): number {
  return new Netmask(cidrBlock).bitmask;
}

/** The number of addresses in a block of a prefix length. */
export function sizeOf(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}

export function rangeOf(cidrBlock: string): Range {
  const { netLong, size } = new Netmask(cidrBlock);
  return { start: netLong, end: netLong + size };
}

/** The CIDR block of a range that is one. */
export function cidrBlockOf({ start, end }: Range): string {
  return `${long2ip(start)}/${32 - Math.log2(end - start)}`;
}

export function overlap(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** The first multiple of a size that is not below an address. */
export function alignUp(address: number, size: number): number {
  return Math.ceil(address / size) * size;
}
