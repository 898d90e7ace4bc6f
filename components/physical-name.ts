import { createHash } from "node:crypto";

/** AWS allows load balancers and target groups 32 characters; Pulumi appends a hyphen and 7 random ones. */
const limit = 32 - 8;

/**
 * The name of a load balancer's or target group's resource: as given where AWS takes it, otherwise made acceptable, with a
 * hash that keeps it apart from others.
 *
 * AWS takes letters, digits and hyphens, no hyphen at either end, and nothing that begins with `internal-`, which is how it
 * marks the DNS names of internal load balancers. Source: the Elastic Load Balancing API, `CreateLoadBalancer`.
 */
export function loadBalancerName(name: string): string {
  const allowed = name
    .replace(/[^0-9A-Za-z]+/g, "-")
    .replace(/^internal(?=-|$)/, "int")
    .replace(/^-|-$/g, "");
  if (allowed === name && name.length <= limit) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 5);
  return `${allowed.slice(0, limit - hash.length - 1).replace(/-$/, "")}-${hash}`.replace(/^-/, "");
}
