import * as pulumi from "@pulumi/pulumi";
import type { CertificateAuthority } from ".";
import type { FileOwner, NodeRole } from "../node/args";
import { type TlsFiles, tlsFiles } from "../node/tls-files";
import type { SecretContent, SecretContents } from "../node-secrets/args";

/** Whose certificates they are: see {@link agentCertificates}. */
export interface AgentCertificatesArgs {
  /** Consul datacenter. A change makes other certificates. */
  datacenter: pulumi.Input<string>;
  /** Nomad region. A change makes other certificates. */
  region: pulumi.Input<string>;
  /** Further DNS names by which the servers' APIs are called: that of a load balancer. @default none */
  apiNames?: pulumi.Input<string>[] | undefined;
  /** Name of the certificates that agents are to have: another makes new ones, with new keys. @default "1" */
  certificates?: string | undefined;
  /** For how long certificates are good, in hours. The first update in the last third makes new ones. @default 8760, a year */
  validityHours?: number | undefined;
}

/**
 * Certificates by which the agents of a cluster know each other over RPC, and who calls their APIs knows them, one for each role of nodes and product, with the names that Consul and Nomad
 * verify: who has a client's is no server. Give them to `NodeSecrets`, and `tls: true` to the clusters.
 *
 *     const authority = new CertificateAuthority("blue");
 *     const certificates = agentCertificates(authority, { datacenter: "eu", region: "eu" });
 *     const secrets = new NodeSecrets("secrets", { clusterName: "blue", secrets: certificates });
 *     new ConsulCluster("consul", { ...args, clusterName: "blue", tls: true, secrets: secrets.of("consul-server") });
 *
 * @returns what nodes of each role get, as `NodeSecrets` takes it
 */
export function agentCertificates(
  authority: CertificateAuthority,
  { datacenter, region, apiNames = [], certificates = "1", validityHours }: AgentCertificatesArgs,
): Record<NodeRole, SecretContents> {
  const zones = { consul: datacenter, nomad: region };
  const issue = (product: "consul" | "nomad", kind: "server" | "client") => {
    // Source: the TLS guides of both products. Programs of the node call its agent by a loopback address.
    const own = pulumi.interpolate`${kind}.${zones[product]}.${product}`;
    const service = kind === "server" ? [`${product}.service.consul`, ...apiNames] : [];
    return authority.issue(`${product}-${kind}-${certificates}`, {
      ...{ commonName: own, dnsNames: [own, ...service, "localhost"], ipAddresses: ["127.0.0.1"], validityHours },
    }).pem;
  };
  const files = (product: "consul" | "nomad", pem: pulumi.Input<string>, owner: FileOwner) => {
    const { identity, authorities }: TlsFiles = tlsFiles[product];
    const file = (value: pulumi.Input<string>, path: string): SecretContent => ({ value, path, owner });
    return {
      [`${product}-certificate`]: file(pem, identity),
      [`${product}-authorities`]: file(authority.certificates, authorities),
    };
  };
  const consulClient = files("consul", issue("consul", "client"), "consul");
  return {
    "consul-server": files("consul", issue("consul", "server"), "consul"),
    "nomad-server": { ...consulClient, ...files("nomad", issue("nomad", "server"), "nomad") },
    // Nomad makes namespaces for tasks there, as root.
    client: { ...consulClient, ...files("nomad", issue("nomad", "client"), "root") },
  };
}
