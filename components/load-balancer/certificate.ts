import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../security-group";
import { type Domain, domainNames, type HttpsOptions } from "./https";

/** What the resources of a domain need besides it. */
interface DomainArgs {
  /** Names besides those of the domain. */
  moreNames?: readonly string[];
  tags?: Tags | undefined;
  /** Of the certificate. */
  transform?: Partial<aws.acm.CertificateArgs> | undefined;
}

/** ARN of the certificate for HTTPS, the given one or one made for the domain; undefined without HTTPS. */
export function httpsCertificate(
  name: string,
  options: HttpsOptions,
  args: DomainArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  const { protocol, certificateArn, domain } = options;
  if (protocol === "http") return undefined;
  if (domain) return issuedCertificate(name, domain, args, opts);
  return certificateArn === undefined ? undefined : pulumi.output(certificateArn);
}

/** Makes a certificate of ACM, and the records that prove that the names are ours, and waits until it is issued. */
function issuedCertificate(
  name: string,
  domain: Domain,
  { moreNames, tags, transform }: DomainArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const names = domainNames(domain, moreNames);
  const [domainName, ...subjectAlternativeNames] = names;
  const certificate = new aws.acm.Certificate(
    `${name}-certificate`,
    {
      domainName,
      ...(subjectAlternativeNames.length > 0 ? { subjectAlternativeNames } : {}),
      validationMethod: "DNS",
      tags: { ...tags, Name: `${name}-certificate` },
      ...transform,
    },
    opts,
  );

  const records = validatedNames(names).map((validated) => {
    // A wildcard and the name below which it is have the same record, under one name or both.
    const option = certificate.domainValidationOptions.apply((options) => {
      const found = options.find(({ domainName: of }) => of === validated || of === `*.${validated}`);
      if (!found) throw new Error(`ACM gives no record by which ${validated} could be validated`);
      return found;
    });
    return new aws.route53.Record(
      `${name}-validation-${validated}`,
      {
        zoneId: domain.zoneId,
        name: option.resourceRecordName,
        type: option.resourceRecordType,
        records: [option.resourceRecordValue],
        ttl: 60,
        // An account's certificates for one name share their record.
        allowOverwrite: true,
      },
      opts,
    );
  });

  const issued = new aws.acm.CertificateValidation(
    `${name}-certificate-issued`,
    { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn) },
    opts,
  );
  return issued.certificateArn;
}

/** The names that have a validation record of their own. */
function validatedNames(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.replace(/^\*\./, "")))];
}

/** Makes records by which the names of a domain lead to a load balancer. */
export function aliasRecords(
  name: string,
  domain: Domain,
  args: { moreNames?: readonly string[]; loadBalancer: aws.lb.LoadBalancer; types: readonly ("A" | "AAAA")[] },
  opts: pulumi.CustomResourceOptions,
): void {
  const { dnsName, zoneId } = args.loadBalancer;
  const aliases = [{ name: dnsName, zoneId, evaluateTargetHealth: true }];
  for (const alias of domainNames(domain, args.moreNames)) {
    for (const type of args.types) {
      const record = { zoneId: domain.zoneId, name: alias, type, aliases };
      new aws.route53.Record(`${name}-${type.toLowerCase()}-${alias}`, record, opts);
    }
  }
}
