import { createHash } from "node:crypto";

/** AWS allows load balancers and target groups 32 characters; Pulumi appends a hyphen and 7 random ones. */
const limit = 32 - 8;

/**
 * The name of a load balancer's or target group's resource: as given where AWS takes it, otherwise shortened, with a hash
 * that keeps it apart from others.
 */
export function loadBalancerName(name: string): string {
  if (name.length <= limit) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 5);
  return `${name.slice(0, limit - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}
