import { createHash } from "node:crypto";

/** The key of 32 bytes, base64, that belongs to a password. */
export function gossipKey(password: string): string {
  return createHash("sha256").update(password).digest("base64");
}
