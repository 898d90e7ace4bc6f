import { egressOf, resolveNetwork } from "../network/defaults";
import type { CosArgs } from "./args";
import { defaultTiers, poolsOf } from "./parts";

/** What nodes call of AWS, and what comes of it where they cannot. */
const services = {
  autoscaling: "they are not in service, and ended again",
  ec2: "they do not find the servers",
  ssm: "they do not get their secrets, and start no agent",
  kms: "Nomad's servers do not start",
} as const;
type Service = keyof typeof services;

/**
 * What nodes call and have no way to, of a network that is made: tiers without a way out, and services without an interface endpoint. There may be routes of one's own.
 *
 * @returns a sentence each
 */
export function cutOffWarnings(args: CosArgs): string[] {
  if (args.existingNetwork) return [];
  const { tiers, interfaceEndpoints } = resolveNetwork(args.network ?? {});
  const { gossip, tls, acl, keyring = true } = args.security ?? {};
  const closed = new Set(tiers.filter((tier) => egressOf(tier) === "none").map(({ name }) => name));
  const hasSecrets = gossip !== false || tls !== false || acl !== false;
  const all: Service[] = ["autoscaling", "ec2", ...(hasSecrets ? (["ssm"] as const) : [])];
  // Servers read there, too, whether their cluster has formed.
  const servers: Service[] = ["autoscaling", "ec2", "ssm"];
  const groups: [property: string, tier: string | undefined, needs: Service[]][] = [
    ["consul", args.consul?.tier, servers],
    ["nomad", args.nomad?.tier, keyring ? [...servers, "kms"] : servers],
    ...poolsOf(args).map(({ name, tier }): [string, string | undefined, Service[]] => [`the pool ${name}`, tier, all]),
  ];
  return groups.flatMap(([property, tier = defaultTiers.nodes, needs]) => {
    const missing = needs.filter((service) => !interfaceEndpoints.includes(service));
    if (!closed.has(tier) || missing.length === 0) return [];
    const why = missing.map((service) => `${service} (${services[service]})`).join(", ");
    return [
      `nodes of ${property} are in the tier ${tier}, which has no way out (egress none), and network.interfaceEndpoints lacks ${why}; all is well where you have routes of your own`,
    ];
  });
}
