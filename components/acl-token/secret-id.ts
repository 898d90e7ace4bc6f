import { createHash } from "node:crypto";

/** The UUID that belongs to a password. */
export function secretId(password: string): string {
  const bytes = createHash("sha256").update(password).digest().subarray(0, 16);
  // Version 4, as RFC 9562 has it for random ones.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
