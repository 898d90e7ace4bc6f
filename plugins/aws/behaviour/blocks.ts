import { isBlock } from "./addresses";
import type { Checks } from "./checks";

const NETWORK_BLOCK = "an IPv4 block such as 10.0.0.0/16";

/** Checks that a property is an IPv4 block with a mask from `shortest` to `longest`. */
export function checkBlock(checks: Checks, property: string, shortest: number, longest: number): void {
  for (const { path, value } of checks.at(property)) {
    if (typeof value !== "string") continue;
    const mask = Number(value.split("/")[1]);
    if (!isBlock(value)) checks.add(path, `must be ${NETWORK_BLOCK} with no bits behind its mask, but is "${value}"`);
    else if (mask < shortest || mask > longest) {
      checks.add(path, `must be from /${shortest} to /${longest}, but is "${value}"`);
    }
  }
}
