import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { Provider } from "../../../tools/plugins/provider";
import { tlsStandIn } from "../../../tools/plugins/tls/tls";
import { isSecret, plainMap, type ValueMap } from "../../../tools/plugins/value";

const target = (kind: string) => {
  const type = `tls:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return { type, name: "it", urn: `urn:pulumi:test::test::${type}::it` };
};

function provider(): Provider<null> {
  const made = new Provider(tlsStandIn());
  made.configure({});
  return made;
}

const check = (kind: string, inputs: ValueMap) =>
  provider().check(target(kind), {}, inputs, { seed: Buffer.from("seed") });

async function create(kind: string, inputs: ValueMap) {
  const checked = check(kind, inputs);
  assert.deepEqual(checked.failures, []);
  const state = await provider().create(target(kind), checked.inputs, false);
  return { ...state, inputs: checked.inputs, values: plainMap(state.outputs) as Record<string, string> };
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

const signed = async (by: { key: string; pem: string }, inputs: ValueMap = {}) =>
  create("LocallySignedCert", {
    certRequestPem: (await request()).pem,
    caPrivateKeyPem: by.key,
    caCertPem: by.pem,
    allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
    validityPeriodHours: 12,
    ...inputs,
  });

describe("the stand-in tls plugin", () => {
  for (const [inputs, type] of [
    [ecdsa, "ec"],
    [{ algorithm: "ED25519" }, "ed25519"],
    [{ algorithm: "RSA" }, "rsa"],
  ] as const) {
    it(`makes keys of ${inputs.algorithm}, which are secret, and certificates of them`, async () => {
      const { outputs, values } = await create("PrivateKey", inputs);
      const { privateKeyPem = "", privateKeyPemPkcs8 = "", publicKeyPem } = values;
      assert.equal(createPrivateKey(privateKeyPem).asymmetricKeyType, type);
      assert.ok(createPrivateKey(privateKeyPemPkcs8).equals(createPrivateKey(privateKeyPem)));
      assert.deepEqual(
        Object.keys(outputs).filter((key) => isSecret(outputs[key])),
        ["privateKeyPem", "privateKeyPemPkcs8"],
      );
      const own = await create("SelfSignedCert", { privateKeyPem, allowedUses: [], validityPeriodHours: 1 });
      const certificate = new X509Certificate(own.values.certPem ?? "");
      assert.equal(certificate.publicKey.export({ type: "spki", format: "pem" }), publicKeyPem);
      assert.ok(certificate.verify(certificate.publicKey));
      assert.ok(isSecret(own.outputs["privateKeyPem"]));
    });
  }

  it("makes an authority, and certificates that it has signed, with the request's names", async () => {
    const ca = await authority();
    const root = new X509Certificate(ca.pem);
    assert.ok(root.ca);
    assert.equal(root.subject, "O=Test\nCN=Test CA");
    const { id, values } = await signed(ca);
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
    await assert.rejects(signed(ca, { certRequestPem }), /not signed by its own key/);
  });

  it("replaces a certificate that has come near its end, and what is made of another key or for other uses", async () => {
    const ca = await authority();
    const made = await signed(ca);
    const diff = async (changes: ValueMap) => {
      const news = check("LocallySignedCert", { ...plainMap(made.inputs), ...changes }).inputs;
      const found = await provider().diff(target("LocallySignedCert"), made.id, made.outputs, made.inputs, news);
      return Object.entries(found.differences).map(([path, { replaces }]) => `${path}${replaces ? " replaces" : ""}`);
    };
    assert.deepEqual(await diff({}), []);
    assert.deepEqual(await diff({ earlyRenewalHours: 11 }), ["earlyRenewalHours"]);
    assert.deepEqual(await diff({ earlyRenewalHours: 12 }), ["earlyRenewalHours", "readyForRenewal replaces"]);
    assert.deepEqual(await diff({ validityPeriodHours: 13 }), ["validityPeriodHours replaces"]);
    assert.deepEqual(await diff({ caCertPem: (await authority()).pem }), ["caCertPem replaces"]);
  });

  it("says what it does not implement, and what cannot be", () => {
    const reasons = (kind: string, inputs: ValueMap) => check(kind, inputs).failures.map(({ reason }) => reason);
    assert.deepEqual(reasons("PrivateKey", { algorithm: "DSA" }), ['"algorithm" must be one of RSA, ECDSA, ED25519']);
    assert.match(reasons("PrivateKey", { algorithm: "ECDSA" })[0] ?? "", /must be one of P256, P384, P521/);
    const wrong = { privateKeyPem: "x", allowedUses: ["any_extended"], validityPeriodHours: 1 };
    assert.match(reasons("SelfSignedCert", wrong)[0] ?? "", /"allowedUses\[0\]" must be one of digital_signature/);
    assert.match(reasons("CertRequest", { privateKeyPemWo: "x" }).join(), /does not implement "privateKeyPemWo"/);
  });
});
