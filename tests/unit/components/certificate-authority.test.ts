import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import {
  type CertificateArgs,
  CertificateAuthority,
  type CertificateAuthorityArgs,
  certificateAuthorityErrors,
  certificateErrors,
} from "../../../components";
import { tlsOutputs } from "../../../cli/preview/mock-certificates";
import { MockEngine, valueOf } from "../../../cli/preview/mock-engine";

const given = { certPem: "-----BEGIN CERTIFICATE-----\ngiven", privateKeyPem: "given's key" };

async function make(
  args?: CertificateAuthorityArgs,
  issued: Record<string, CertificateArgs> = {},
  opts: { preview?: boolean; of?: () => pulumi.ComponentResourceOptions } = {},
) {
  const engine = await MockEngine.start(tlsOutputs, opts.preview);
  const made = await engine.run(() => {
    const authority = new CertificateAuthority("blue", args, opts.of?.());
    const certificates = Object.entries(issued).map(([name, of]) => authority.issue(name, of));
    return { authority, certificates };
  });
  const children = engine.registered.filter(({ type }) => type.startsWith("tls:"));
  const inputs = (name: string) => children.find((child) => child.name === name)?.inputs as Record<string, unknown>;
  return { ...made, children, inputs, names: children.map(({ name }) => name).sort() };
}

describe("CertificateAuthority", () => {
  it("is one authority that signs for nodes alone, with a key that is in no file", async () => {
    const { authority, children, inputs } = await make();
    assert.deepEqual(children.map(({ type, name, parent }) => [type, name, parent]).sort(), [
      ["tls:index/privateKey:PrivateKey", "blue-1-key", "blue"],
      ["tls:index/selfSignedCert:SelfSignedCert", "blue-1", "blue"],
    ]);
    assert.deepEqual(inputs("blue-1-key"), { algorithm: "ECDSA", ecdsaCurve: "P256" });
    assert.deepEqual(inputs("blue-1"), {
      privateKeyPem: { secret: "key of blue-1-key\n" },
      subject: { commonName: "blue 1" },
      isCaCertificate: true,
      maxPathLength: 0,
      setSubjectKeyId: true,
      allowedUses: ["cert_signing", "crl_signing"],
      validityPeriodHours: 87_600,
    });
    assert.equal(await valueOf(authority.certificates), "certificate blue-1\n");
  });

  it("trusts all authorities and signs with the first, be they made or given", async () => {
    const args = { authorities: ["2", "office", "1"], given: { office: { certPem: given.certPem } } };
    const server = { commonName: "server", dnsNames: ["server.dc1.consul"], ipAddresses: ["127.0.0.1"] };
    const { authority, inputs, names } = await make({ ...args, commonName: "Blue", validityHours: 48 }, { server });
    const trusted = "certificate blue-2\n-----BEGIN CERTIFICATE-----\ngiven\ncertificate blue-1\n";
    assert.equal(await valueOf(authority.certificates), trusted);
    assert.deepEqual(inputs("blue-2").subject, { commonName: "Blue 2" });
    assert.equal(inputs("blue-2").validityPeriodHours, 48);
    assert.deepEqual(names, [
      ...["blue-1", "blue-1-key", "blue-2", "blue-2-key"],
      ...["blue-server-by-2-certificate", "blue-server-by-2-key", "blue-server-by-2-request"],
    ]);
    assert.deepEqual(inputs("blue-server-by-2-request"), {
      privateKeyPem: { secret: "key of blue-server-by-2-key\n" },
      subject: { commonName: "server" },
      dnsNames: ["server.dc1.consul"],
      ipAddresses: ["127.0.0.1"],
    });
    assert.deepEqual(inputs("blue-server-by-2-certificate"), {
      certRequestPem: "request blue-server-by-2-request",
      caCertPem: "certificate blue-2\n",
      caPrivateKeyPem: { secret: "key of blue-2-key\n" },
      allowedUses: ["digital_signature", "server_auth", "client_auth"],
      validityPeriodHours: 8760,
      earlyRenewalHours: 2920,
    });
  });

  it("issues certificates for what is said, with the key of a given authority", async () => {
    const operator = { commonName: "operator", uses: ["clientAuth" as const], validityHours: 12, renewalHours: 2 };
    const args = { authorities: ["office"], given: { office: given } };
    const { certificates, inputs } = await make(args, { operator });
    assert.deepEqual(inputs("blue-operator-by-office-certificate"), {
      certRequestPem: "request blue-operator-by-office-request",
      caCertPem: given.certPem,
      caPrivateKeyPem: { secret: given.privateKeyPem },
      allowedUses: ["digital_signature", "client_auth"],
      validityPeriodHours: 12,
      earlyRenewalHours: 2,
    });
    const [certificate] = certificates;
    assert.ok(certificate);
    const pem = "certificate blue-operator-by-office-certificate\nkey of blue-operator-by-office-key\n";
    assert.equal(await valueOf(certificate.pem), pem);
    assert.ok((await pulumi.isSecret(certificate.pem)) && (await pulumi.isSecret(certificate.privateKeyPem)));
    assert.ok(!(await pulumi.isSecret(certificate.certPem)));
  });

  it("is the same in a preview, and with an explicit provider", async () => {
    const of = () => ({ provider: new tls.Provider("own") });
    const server = { commonName: "server" };
    const { names } = await make({}, { server });
    const preview = await make({}, { server }, { preview: true, of });
    assert.deepEqual(preview.names, names);
    for (const { name, provider } of preview.children) assert.equal(provider, "own", name);
  });

  it("says all that is wrong with its arguments, and shows no key", () => {
    const wrong = certificateAuthorityErrors({
      authorities: ["office", "a b", "office"],
      given: { office: { certPem: "nonsense" }, other: given },
      validityHours: 0,
    });
    assert.deepEqual(
      wrong.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
      [
        'authorities[1]: must be up to 128 letters, digits and ".-_", a letter or digit first, got "a b"',
        'authorities[2]: "office" is already authorities[0]',
        "given.other: there is no such authority; authorities are: office, a b, office",
        "given.office.certPem: must be a certificate as PEM (-----BEGIN CERTIFICATE-----)",
        "given.office.privateKeyPem: must be given: the first authority signs",
        "validityHours: must be a whole number of hours, at least 1, got 0",
      ],
    );
    assert.deepEqual(
      certificateAuthorityErrors({ authorities: [] }).map(({ propertyPath }) => propertyPath),
      ["authorities"],
    );
    assert.deepEqual(
      certificateErrors({ commonName: "x", uses: [], validityHours: 10, renewalHours: 10 }).map(
        ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
      ),
      ["uses: must have serverAuth, clientAuth or both"],
    );
    assert.deepEqual(certificateErrors({ commonName: "x", validityHours: 10, renewalHours: 10 }), [
      { propertyPath: "renewalHours", reason: "must be less than validityHours (10), got 10" },
    ]);
    assert.throws(() => new CertificateAuthority("blue", { authorities: [] }), /CertificateAuthority cannot be made/);
  });
});
