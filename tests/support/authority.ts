// What @peculiar/x509 wants to be there before it.
import "reflect-metadata";
import { type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const hourMs = 3_600_000;

/** An authority for certificates of agents, as a test wants them. */
export class Authority {
  private constructor(
    private readonly certificate: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  /** @param hours for how long it is good from now */
  static async make(name: string, hours = 24): Promise<Authority> {
    const keys = await makeKeys();
    const extensions = [new BasicConstraintsExtension(true, 0, true)];
    const made = { name: `CN=${name}`, keys, signingAlgorithm: algorithm, extensions };
    return new Authority(await X509CertificateGenerator.createSelfSigned({ ...made, ...validity(hours) }), keys);
  }

  /** Its certificate, PEM. */
  get pem(): string {
    return `${this.certificate.toString("pem")}\n`;
  }

  /** Its private key, PEM. */
  async privateKeyPem(): Promise<string> {
    return keyPem(this.keys.privateKey);
  }

  /**
   * A certificate for a name, and its key, PEM in one text.
   *
   * @param hours for how long it is good from now; less than none: it has expired
   * @param addresses IP addresses that it is for, too
   */
  async issue(name: string, hours = 24, addresses: string[] = []): Promise<string> {
    const keys = await makeKeys();
    const certificate = await X509CertificateGenerator.create({
      ...{ subject: `CN=${name}`, issuer: this.certificate.subject, publicKey: keys.publicKey },
      ...{ signingKey: this.keys.privateKey, signingAlgorithm: algorithm, ...validity(hours) },
      extensions: [
        new SubjectAlternativeNameExtension([
          ...[name, "localhost"].map((value) => ({ type: "dns" as const, value })),
          ...addresses.map((value) => ({ type: "ip" as const, value })),
        ]),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      ],
    });
    return `${certificate.toString("pem")}\n${await keyPem(keys.privateKey)}`;
  }
}

const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  `${PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;

/** From a day ago on. */
const validity = (hours: number) => ({
  notBefore: new Date(Date.now() - 24 * hourMs),
  notAfter: new Date(Date.now() + hours * hourMs),
});
