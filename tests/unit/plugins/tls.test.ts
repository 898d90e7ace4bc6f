import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { tlsStandIn } from "../../../plugins/tls/tls";
import type { ValueMap } from "../../../plugins/value";
import { Driven } from "./driven";

const typeOf = (kind: string) => `tls:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
const driven = () => new Driven(tlsStandIn());

async function create(kind: string, inputs: ValueMap) {
  const { outputs, ...made } = await driven().create(typeOf(kind), inputs);
  return { ...made, values: outputs as Record<string, string> };
}

const ecdsa = { algorithm: "ECDSA", ecdsaCurve: "P256" };
const authorityUses = ["cert_signing", "crl_signing", "digital_signature"];

async function authority(inputs: ValueMap = {}) {
  const key = (await create("PrivateKey", ecdsa)).values.privateKeyPem ?? "";
  const made = await create("SelfSignedCert", {
    privateKeyPem: key,
    subject: { commonName: "Test CA", organization: "Test" },
    isCaCertificate: true,
    allowedUses: authorityUses,
    validityPeriodHours: 24,
    ...inputs,
  });
  return { ...made, key, pem: made.values.certPem ?? "" };
}

async function request(inputs: ValueMap = {}) {
  const key = (await create("PrivateKey", ecdsa)).values.privateKeyPem ?? "";
  const made = await create("CertRequest", {
    privateKeyPem: key,
    subject: { commonName: "server.dc1.consul" },
    dnsNames: ["server.dc1.consul", "localhost"],
    ipAddresses: ["127.0.0.1"],
    ...inputs,
  });
  return { key, pem: made.values.certRequestPem ?? "" };
}

const signing = (by: { key: string; pem: string }, certRequestPem: string) => ({
  certRequestPem,
  caPrivateKeyPem: by.key,
  caCertPem: by.pem,
  allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
  validityPeriodHours: 12,
});

describe("the stand-in tls plugin", () => {
  for (const [inputs, type] of [
    [ecdsa, "ec"],
    [{ algorithm: "ED25519" }, "ed25519"],
    [{ algorithm: "RSA" }, "rsa"],
  ] as const) {
    it(`makes keys of ${inputs.algorithm}, which are secret, and certificates of them`, async () => {
      const { secrets, values } = await create("PrivateKey", inputs);
      const { privateKeyPem = "", privateKeyPemPkcs8 = "", publicKeyPem } = values;
      assert.equal(createPrivateKey(privateKeyPem).asymmetricKeyType, type);
      assert.ok(createPrivateKey(privateKeyPemPkcs8).equals(createPrivateKey(privateKeyPem)));
      assert.deepEqual(secrets, ["privateKeyPem", "privateKeyPemPkcs8"]);
      const own = await create("SelfSignedCert", { privateKeyPem, allowedUses: [], validityPeriodHours: 1 });
      const certificate = new X509Certificate(own.values.certPem ?? "");
      assert.equal(certificate.publicKey.export({ type: "spki", format: "pem" }), publicKeyPem);
      assert.ok(certificate.verify(certificate.publicKey));
      assert.deepEqual(own.secrets, ["privateKeyPem"]);
    });
  }

  it("makes an authority, and certificates that it has signed, with the request's names", async () => {
    const ca = await authority();
    const root = new X509Certificate(ca.pem);
    assert.ok(root.ca);
    assert.equal(root.subject, "O=Test\nCN=Test CA");
    const { id, values } = await create("LocallySignedCert", signing(ca, (await request()).pem));
    const certificate = new X509Certificate(values.certPem ?? "");
    assert.ok(certificate.verify(root.publicKey) && certificate.checkIssued(root) && !certificate.ca);
    assert.equal(certificate.subject, "CN=server.dc1.consul");
    assert.equal(certificate.subjectAltName, "DNS:server.dc1.consul, DNS:localhost, IP Address:127.0.0.1");
    // Of servers and of clients. Source: RFC 5280, section 4.2.1.12.
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    assert.equal(BigInt(`0x${certificate.serialNumber}`).toString(), id);
    const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    assert.equal(to - from, 12 * 3_600_000);
    assert.equal(Date.parse(values.validityEndTime ?? ""), to);
    assert.equal(values.caKeyAlgorithm, "ECDSA");
  });

  it("refuses to sign a request that its own key has not signed", async () => {
    const ca = await authority();
    const [one, other] = await Promise.all([request(), request({ subject: { commonName: "x" } })]);
    const bytes = (pem: string) => Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ""), "base64");
    // The signature of one at the end of the other.
    const forged = Buffer.concat([bytes(one.pem).subarray(0, -8), bytes(other.pem).subarray(-8)]).toString("base64");
    const certRequestPem = `-----BEGIN CERTIFICATE REQUEST-----\n${forged}\n-----END CERTIFICATE REQUEST-----\n`;
    await assert.rejects(create("LocallySignedCert", signing(ca, certRequestPem)), /not signed by its own key/);
  });

  it("replaces a certificate that has come near its end, and what is made of another key or for other uses", async () => {
    const ca = await authority();
    const { pem: certRequestPem } = await request();
    const inputs = signing(ca, certRequestPem);
    const { values } = await create("LocallySignedCert", inputs);
    const diff = (changes: ValueMap) => driven().diff(typeOf("LocallySignedCert"), values, { ...inputs, ...changes });
    assert.deepEqual(await diff({}), {});
    assert.deepEqual(await diff({ earlyRenewalHours: 11 }), { earlyRenewalHours: false });
    assert.deepEqual(await diff({ earlyRenewalHours: 12 }), { earlyRenewalHours: false, readyForRenewal: true });
    assert.deepEqual(await diff({ validityPeriodHours: 13 }), { validityPeriodHours: true });
    assert.deepEqual(await diff({ caCertPem: (await authority()).pem }), { caCertPem: true });
  });

  it("says what it does not implement, and what cannot be", () => {
    const wrong = (kind: string, inputs: ValueMap) => driven().check(typeOf(kind), inputs).wrong.join();
    assert.equal(
      wrong("PrivateKey", { algorithm: "DSA" }),
      'algorithm: "algorithm" must be one of RSA, ECDSA, ED25519',
    );
    assert.match(wrong("PrivateKey", { algorithm: "ECDSA" }), /must be one of P256, P384, P521/);
    const unknownUse = { privateKeyPem: "x", allowedUses: ["any_extended"], validityPeriodHours: 1 };
    assert.match(wrong("SelfSignedCert", unknownUse), /"allowedUses\[0\]" must be one of digital_signature/);
    assert.match(wrong("CertRequest", { privateKeyPemWo: "x" }), /does not implement "privateKeyPemWo"/);
  });
});
