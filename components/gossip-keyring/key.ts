import { createHash } from "node:crypto";

/** Length of the passwords that keys are made from: of letters and digits, more than the 256 bits that a key has. */
export const passwordLength = 64;

/** The key of 32 bytes, base64, that belongs to a password. (What makes random bytes keeps them as its ID, in clear.) */
export function gossipKey(password: string): string {
  return createHash("sha256").update(password).digest("base64");
}
