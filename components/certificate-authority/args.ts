import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import { rotationErrors } from "../rotation";

/** An authority that is there already. */
export interface GivenAuthority {
  /** Its certificate, PEM. */
  certPem: pulumi.Input<string>;
  /** The certificate's private key, PEM, secret. Needed of the first, which signs. @default none: it is trusted alone */
  privateKeyPem?: pulumi.Input<string> | undefined;
}

/** Arguments of {@link CertificateAuthority}. */
export interface CertificateAuthorityArgs {
  /** Common name of authorities that are made; the name of each comes after it. @default the component's name */
  commonName?: string | undefined;
  /**
   * Names of the authorities, at least one. The first signs, all are trusted. A name that is new makes an authority, one that is taken out ends
   * trust in it. Rotation without a gap takes three updates: `["1"]` to `["1", "2"]` to `["2", "1"]` to `["2"]`.
   * @default ["1"]
   */
  authorities?: string[] | undefined;
  /** Authorities that are not to be made, by their names in `authorities`: of an organization, or of federated clusters. @default {} */
  given?: Record<string, GivenAuthority> | undefined;
  /** For how long an authority that is made is good, in hours. A change makes new ones. @default 87600, ten years */
  validityHours?: number | undefined;
}

/** What who has a certificate may be with it: a server, or a client that proves who it is. */
export type CertificateUse = "serverAuth" | "clientAuth";

/** Arguments of {@link Certificate}. */
export interface CertificateArgs {
  /** Common name, by which people know whose it is. */
  commonName: pulumi.Input<string>;
  /** DNS names that it is good for, which Consul and Nomad verify. @default none */
  dnsNames?: pulumi.Input<string>[] | undefined;
  /** IP addresses that it is good for. @default none */
  ipAddresses?: pulumi.Input<string>[] | undefined;
  /** What it is good for. Agents of Consul and Nomad are servers and clients of each other. @default ["serverAuth", "clientAuth"] */
  uses?: CertificateUse[] | undefined;
  /** For how long it is good, in hours. @default 8760, a year */
  validityHours?: number | undefined;
  /** How long before its end the next update makes another, in hours. @default a third of `validityHours` */
  renewalHours?: number | undefined;
}

/** What holds where nothing is said. */
export const defaults = { authorities: ["1"], authorityHours: 87_600, certificateHours: 8760 } as const;

const pemBegin = "-----BEGIN CERTIFICATE-----";

/** What is wrong with the plain arguments of {@link CertificateAuthority}. Keys are not shown. */
export function certificateAuthorityErrors(args: CertificateAuthorityArgs): PropertyError[] {
  const { authorities = [...defaults.authorities], given = {} } = args;
  const [first = ""] = authorities;
  const signer = given[first];
  return [
    ...rotationErrors("authorities", "authority", authorities, Object.keys(given)),
    ...Object.entries(given)
      .filter(([, { certPem }]) => typeof certPem === "string" && !certPem.trimStart().startsWith(pemBegin))
      .map(([name]) => ({
        propertyPath: `given.${name}.certPem`,
        reason: `must be a certificate as PEM (${pemBegin})`,
      })),
    ...(signer && signer.privateKeyPem === undefined
      ? [{ propertyPath: `given.${first}.privateKeyPem`, reason: "must be given: the first authority signs" }]
      : []),
    ...hoursErrors("validityHours", args.validityHours),
  ];
}

/** What is wrong with the plain arguments of {@link Certificate}. */
export function certificateErrors({ uses, validityHours, renewalHours }: CertificateArgs): PropertyError[] {
  const errors = [
    ...(uses?.length === 0 ? [{ propertyPath: "uses", reason: "must have serverAuth, clientAuth or both" }] : []),
    ...hoursErrors("validityHours", validityHours),
    ...hoursErrors("renewalHours", renewalHours),
  ];
  const validity = validityHours ?? defaults.certificateHours;
  if (errors.length > 0 || renewalHours === undefined || renewalHours < validity) return errors;
  return [
    { propertyPath: "renewalHours", reason: `must be less than validityHours (${validity}), got ${renewalHours}` },
  ];
}

/** What is wrong with a time in hours. */
export function hoursErrors(propertyPath: string, hours: number | undefined): PropertyError[] {
  if (hours === undefined || (Number.isInteger(hours) && hours >= 1)) return [];
  return [{ propertyPath, reason: `must be a whole number of hours, at least 1, got ${hours}` }];
}
