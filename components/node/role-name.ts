import { createHash } from "node:crypto";

/** AWS allows a role's name 64 characters; Pulumi appends a hyphen and 7 random ones, and fails where that is too long. */
const limit = 64 - 8;

const suffix = "-role";

/** The name of the resource of a group's role: `NAME-role`, with a hash in the middle where that is longer than AWS takes. */
export function roleResourceName(name: string): string {
  if (name.length + suffix.length <= limit) return name + suffix;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 5);
  return `${name.slice(0, limit - suffix.length - hash.length - 1)}-${hash}${suffix}`;
}
