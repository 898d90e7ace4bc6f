import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { refuse } from "../refuse";
import { type CertificateArgs, certificateErrors, type CertificateUse, defaults } from "./args";

/** Who signs: a certificate with its private key. */
export interface Signer {
  /** Its certificate. */
  certPem: pulumi.Input<string>;
  /** Its private key. */
  privateKeyPem: pulumi.Input<string>;
}

/** The keys of authorities and certificates: ECDSA with the curve P-256, which all that verifies them knows. */
export const keyArgs: tls.PrivateKeyArgs = { algorithm: "ECDSA", ecdsaCurve: "P256" };

const useNames: Record<CertificateUse, string> = { serverAuth: "server_auth", clientAuth: "client_auth" };

/**
 * A certificate with its private key, signed by an authority. It is made anew by the first update that comes near its end, or after the signer has
 * changed; its key stays.
 */
export class Certificate extends pulumi.ComponentResource {
  /** The certificate, PEM. */
  readonly certPem: pulumi.Output<string>;
  /** Its private key, PEM, secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** Both in one text, secret: for programs that take one file as certificate and key. */
  readonly pem: pulumi.Output<string>;

  constructor(name: string, signer: Signer, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Certificate", certificateErrors(args));
    super("cos:index:Certificate", name, {}, opts);

    const { commonName, dnsNames = [], ipAddresses = [], uses = ["serverAuth", "clientAuth"] } = args;
    const { validityHours = defaults.certificateHours, renewalHours = Math.floor(validityHours / 3) } = args;
    const parent = { parent: this };
    const key = new tls.PrivateKey(`${name}-key`, keyArgs, parent);
    const request = new tls.CertRequest(
      `${name}-request`,
      { privateKeyPem: key.privateKeyPem, subject: { commonName }, dnsNames, ipAddresses },
      parent,
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: signer.certPem,
        caPrivateKeyPem: pulumi.secret(signer.privateKeyPem),
        allowedUses: ["digital_signature", ...uses.map((use) => useNames[use])],
        validityPeriodHours: validityHours,
        earlyRenewalHours: renewalHours,
      },
      parent,
    );
    this.certPem = certificate.certPem;
    this.privateKeyPem = pulumi.secret(key.privateKeyPem);
    this.pem = pulumi.interpolate`${this.certPem}${this.privateKeyPem}`;
    this.registerOutputs({ certPem: this.certPem, privateKeyPem: this.privateKeyPem, pem: this.pem });
  }
}
