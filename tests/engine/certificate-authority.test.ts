import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { PulumiProject } from "../support/pulumi-project";

const repository = join(__dirname, "..", "..");
const load = (path: string) => `require(${JSON.stringify(join(repository, path))})`;

interface Made {
  trusted: X509Certificate[];
  server: X509Certificate;
  key: string;
}

describe("CertificateAuthority by the real engine", function () {
  this.timeout(180_000);
  let project: PulumiProject;

  before(async () => {
    project = await PulumiProject.create();
  });
  after(() => project.remove());

  async function up(authorities: string[]) {
    await project.program(`
${load("node_modules/tsx/dist/cjs/index.cjs")};
const { CertificateAuthority } = ${load("components/certificate-authority")};

const authority = new CertificateAuthority("blue", ${JSON.stringify({ authorities })});
const server = authority.issue("server", { commonName: "server", dnsNames: ["server.dc1.consul"] });
exports.trusted = authority.certificates;
exports.server = server.pem;
`);
    const result = await project.up();
    assert.equal(result.exitCode, 0, result.text);
    return { changes: result.changes, made: await made(), text: result.text };
  }

  async function made(): Promise<Made> {
    const { text } = await project.run(["stack", "output", "--json", "--show-secrets"]);
    const { trusted, server } = JSON.parse(text) as { trusted: string; server: string };
    const certificates = trusted.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
    // Both are found in the one text, as programs do that get it as certificate and as key.
    return {
      trusted: certificates.map((pem) => new X509Certificate(pem)),
      server: new X509Certificate(server),
      key: server.slice(server.indexOf("-----BEGIN EC PRIVATE KEY-----")),
    };
  }

  const signedBy = ({ server }: Made, authority: X509Certificate | undefined) =>
    authority !== undefined && server.checkIssued(authority) && server.verify(authority.publicKey);

  it("signs certificates that are good for what they say, with keys that are shown to nobody", async () => {
    const { made: first, text } = await up(["1"]);
    assert.equal(first.trusted.length, 1);
    assert.ok(first.trusted[0]?.ca && signedBy(first, first.trusted[0]));
    assert.equal(first.server.checkHost("server.dc1.consul"), "server.dc1.consul");
    assert.ok(first.server.checkPrivateKey(createPrivateKey(first.key)));
    const line = first.key.split("\n")[1] ?? "";
    const { text: state } = await project.run(["stack", "export"]);
    assert.ok(line.length > 40 && !text.includes(line) && !state.includes(line));
    assert.deepEqual(Object.keys((await up(["1"])).changes), ["same"]);
  });

  it("goes from one authority to another, both of which are trusted meanwhile, and makes new keys for certificates then", async () => {
    const { made: before } = await up(["1"]);
    const { made: known } = await up(["1", "2"]);
    assert.equal(known.trusted.length, 2);
    assert.equal(
      known.server.serialNumber,
      before.server.serialNumber,
      "it is not made anew for another that is trusted",
    );
    const { made: changed } = await up(["2", "1"]);
    assert.ok(signedBy(changed, changed.trusted[0]) && !signedBy(changed, changed.trusted[1]));
    const { made: after } = await up(["2"]);
    assert.equal(after.trusted.length, 1);
    assert.ok(signedBy(after, after.trusted[0]) && !signedBy(after, before.trusted[0]));
    assert.equal(after.server.serialNumber, changed.server.serialNumber);
    assert.equal(known.key, before.key);
    assert.notEqual(after.key, before.key);
  });
});
