import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, repeated } from "../checks";
import { choiceErrors } from "./numbers";

/** A name in a public hosted zone of Route 53 under which a load balancer is to be reached. */
export interface Domain {
  /** The name, for instance `apps.example.com`. A change makes a new certificate and new records before the old ones go. */
  name: string;
  /** ID of the hosted zone that the name and its aliases are in. A change replaces the records. */
  zoneId: pulumi.Input<string>;
  /** Further names in the same zone; `*.apps.example.com` stands for all one level below. A change makes a new certificate. @default [] */
  aliases?: string[] | undefined;
}

/** Whether and how a load balancer speaks HTTPS. */
export interface HttpsOptions {
  /**
   * `https` needs `certificateArn` or `domain`. Plain `http` must be said.
   * @default "https"
   */
  protocol?: "https" | "http" | undefined;
  /** ARN of a certificate of ACM or IAM, in the load balancer's region. @default none: `domain` makes one */
  certificateArn?: pulumi.Input<string> | undefined;
  /**
   * Makes a certificate of ACM, validated by DNS and so renewed by itself, and alias records that lead to the load balancer.
   * With `protocol: "http"`, the records only. @default none
   */
  domain?: Domain | undefined;
  /**
   * Security policy of the HTTPS listeners: TLS versions and ciphers.
   * @default "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", which AWS recommends: TLS 1.2 and 1.3, forward secrecy, post-quantum
   * key exchange with clients that know it
   */
  sslPolicy?: string | undefined;
}

/** Source: the guide of Application Load Balancers, "Security policies". */
export const defaultSslPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/** What is wrong with the options. */
export function httpsErrors(options: HttpsOptions): PropertyError[] {
  const { protocol, certificateArn, domain, sslPolicy } = options;
  const errors = choiceErrors("protocol", protocol, ["https", "http"]);
  if (domain) errors.push(...domainErrors("domain", domain));
  if (protocol === "http") {
    const given = { certificateArn, sslPolicy };
    for (const [propertyPath, value] of Object.entries(given)) {
      if (value !== undefined)
        errors.push({ propertyPath, reason: 'is of no use with protocol: "http"; leave one out' });
    }
  } else if (certificateArn !== undefined && domain !== undefined) {
    errors.push({
      propertyPath: "domain",
      reason: "has a certificate made, but certificateArn names one already: give one of the two",
    });
  } else if (certificateArn === undefined && domain === undefined) {
    errors.push({
      propertyPath: "certificateArn",
      reason:
        'HTTPS needs a certificate: give certificateArn, or domain to have one made; or say protocol: "http" to do without',
    });
  }
  return errors;
}

function domainErrors(property: string, domain: Domain): PropertyError[] {
  const { name, aliases = [] } = domain;
  const errors = hostNameErrors(`${property}.name`, name);
  // ACM puts the first name into a field of the certificate that X.509 limits.
  if (name.length > 64) {
    errors.push({ propertyPath: `${property}.name`, reason: `must have at most 64 characters, has ${name.length}` });
  }
  aliases.forEach((alias, i) => {
    errors.push(...hostNameErrors(`${property}.aliases[${i}]`, alias, "wildcard"));
  });
  for (const { value, indexes } of repeated([name, ...aliases])) {
    const first = indexes[0] === 0 ? `${property}.name` : `${property}.aliases[${Number(indexes[0]) - 1}]`;
    errors.push({
      propertyPath: `${property}.aliases[${Number(indexes.at(-1)) - 1}]`,
      reason: `"${value}" is already ${first}`,
    });
  }
  return errors;
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostName = new RegExp(`^(?:${label}\\.)+${label}$`);

/** What is wrong with a host name; lower case, since ACM and Route 53 give it back so. */
export function hostNameErrors(property: string, name: string, wildcard?: "wildcard"): PropertyError[] {
  const plain = wildcard ? name.replace(/^\*\./, "") : name;
  if (hostName.test(plain) && name.length <= 253) return [];
  const also = wildcard ? ' or "*.apps.example.com"' : "";
  const reason = `must be a host name in lower case, such as "apps.example.com"${also}, got "${name}"`;
  return [{ propertyPath: property, reason }];
}

/** All names of a domain, once each, with further ones that its wildcards do not stand for already. */
export function domainNames(domain: Domain, more: readonly string[] = []): string[] {
  const names = [domain.name, ...(domain.aliases ?? [])];
  const missing = more.filter((name) => !names.includes(`*.${name.split(".").slice(1).join(".")}`));
  return [...new Set([...names, ...missing])];
}
