import { Netmask } from "netmask";

/** Whether two IPv4 blocks share an address. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [new Netmask(a), new Netmask(b)];
  return first.contains(second) || second.contains(first);
}

/** Whether the IPv4 block `inner` lies in `outer`. */
export function within(inner: string, outer: string): boolean {
  return new Netmask(outer).contains(new Netmask(inner));
}

/** The block as AWS stores it, or undefined when it is none, or has bits behind its mask. */
export function isBlock(text: string): boolean {
  try {
    const { base, bitmask } = new Netmask(text);
    return text === `${base}/${bitmask}`;
  } catch {
    return false;
  }
}

// AWS keeps the first four addresses of a subnet.
const FIRST_HOST = 4;

/** The lowest address of a subnet that is not taken. */
export function freeAddress(block: string, taken: ReadonlySet<string>): string {
  const { netLong, size } = new Netmask(block);
  for (let offset = FIRST_HOST; offset < size - 1; offset++) {
    const address = longToAddress(netLong + offset);
    if (!taken.has(address)) return address;
  }
  throw new Error(`InsufficientFreeAddressesInSubnet: the subnet ${block} has no free address`);
}

function longToAddress(long: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(long / 2 ** shift) % 256).join(".");
}
