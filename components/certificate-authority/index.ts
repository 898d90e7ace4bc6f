import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { refuse } from "../refuse";
import {
  type CertificateArgs,
  type CertificateAuthorityArgs,
  certificateAuthorityErrors,
  defaults,
  type GivenAuthority,
} from "./args";
import { Certificate, keyArgs, type Signer } from "./certificate";

export {
  type CertificateArgs,
  type CertificateAuthorityArgs,
  certificateAuthorityErrors,
  certificateErrors,
  type GivenAuthority,
} from "./args";
export { agentCertificates, type AgentCertificatesArgs } from "./agents";
export { Certificate, type Signer } from "./certificate";

/**
 * An authority for the certificates of one cluster: of its servers and clients, and of whoever operates it. Its keys are secrets in the state, and
 * nowhere else.
 *
 *     const authority = new CertificateAuthority("blue");
 *     const server = authority.issue("consul-server", {
 *       commonName: "server.eu-central-1.consul",
 *       dnsNames: ["server.eu-central-1.consul", "localhost"],
 *     });
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** The certificates of all authorities that are to be trusted, PEM, one after the other. */
  readonly certificates: pulumi.Output<string>;
  private readonly signer: Signer & { key: string };

  constructor(
    private readonly componentName: string,
    args: CertificateAuthorityArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    refuse("CertificateAuthority", certificateAuthorityErrors(args));
    super("cos:index:CertificateAuthority", componentName, {}, opts);

    const { authorities = defaults.authorities, given = {} } = args;
    const all = authorities.map((key): GivenAuthority => given[key] ?? this.make(key, args));
    const [key = ""] = authorities;
    const [first] = all;
    // The checks have refused none, and one that cannot sign.
    this.signer = { key, certPem: first?.certPem ?? "", privateKeyPem: first?.privateKeyPem ?? "" };
    this.certificates = pulumi
      .all(all.map((authority) => authority.certPem))
      .apply((pems) => pems.map((pem) => `${pem.trim()}\n`).join(""));
    this.registerOutputs({ certificates: this.certificates });
  }

  /**
   * A certificate that it signs.
   *
   * @param name of the certificate, after the component's own. A change makes another, with another key, and so does another authority that signs.
   */
  issue(name: string, args: CertificateArgs): Certificate {
    return new Certificate(`${this.componentName}-${name}-by-${this.signer.key}`, this.signer, args, { parent: this });
  }

  private make(key: string, args: CertificateAuthorityArgs): Signer {
    const { commonName = this.componentName, validityHours = defaults.authorityHours } = args;
    const parent = { parent: this };
    const { privateKeyPem } = new tls.PrivateKey(`${this.componentName}-${key}-key`, keyArgs, parent);
    const { certPem } = new tls.SelfSignedCert(
      `${this.componentName}-${key}`,
      {
        privateKeyPem,
        subject: { commonName: `${commonName} ${key}` },
        isCaCertificate: true,
        // It signs for nodes, never for other authorities.
        maxPathLength: 0,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: validityHours,
      },
      parent,
    );
    return { certPem, privateKeyPem: pulumi.secret(privateKeyPem) };
  }
}
