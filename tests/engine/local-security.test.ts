import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureSecurity, readSecurity } from "../../local/security";
import { resolveProgram } from "../../programs/resolve";
import { run } from "../support/command";
import { useDirectory } from "../support/directory";

describe("what keeps others out of the agents on this machine", function () {
  this.timeout(60_000);
  const directory = useDirectory("security");
  let consul: string;
  before(async () => {
    consul = (await resolveProgram("consul")).path;
  });

  async function made() {
    await ensureSecurity(directory.at(""), consul);
    const security = readSecurity(directory.at(""));
    assert.ok(security);
    return security;
  }

  it("is not there before a start, is made by one, and is left as it is by others", async () => {
    assert.equal(readSecurity(directory.at("")), undefined);
    const first = await made();
    assert.deepEqual(await made(), first);
    const { identity, authorities } = first.certificates;
    const certificate = new X509Certificate(identity);
    assert.ok(certificate.verify(new X509Certificate(authorities).publicKey));
    // What agents of both products verify, and who asks them by their address.
    for (const name of ["server.local.consul", "server.global.nomad", "client.global.nomad", "localhost"]) {
      assert.equal(certificate.checkHost(name), name);
    }
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
    assert.equal(Buffer.from(first.gossip.consul, "base64").length, 32);
  });

  it("has another certificate by the same authority where one is about to end", async () => {
    const first = await made();
    const at = (name: string) => join(directory.at("secrets"), name);
    const args = ["-server", "-dc=local", "-days=20", `-ca=${at("ca.pem")}`, `-key=${at("ca-key.pem")}`];
    await run(consul, ["tls", "cert", "create", ...args], { cwd: directory.at("secrets") });
    const parts = ["local-server-consul-0.pem", "local-server-consul-0-key.pem"].map((name) =>
      readFileSync(at(name), "utf8"),
    );
    writeFileSync(at("agent.pem"), parts.join(""));
    const second = await made();
    assert.notEqual(second.certificates.identity, parts.join(""));
    assert.equal(
      new X509Certificate(second.certificates.identity).checkHost("server.global.nomad"),
      "server.global.nomad",
    );
    assert.equal(second.certificates.authorities, first.certificates.authorities);
    assert.deepEqual([second.tokens, second.gossip], [first.tokens, first.gossip]);
  });

  it("is whole again where a start was interrupted", async () => {
    const first = await made();
    rmSync(join(directory.at("secrets"), "ca.pem"));
    assert.equal(readSecurity(directory.at("")), undefined);
    const { tokens, certificates } = await made();
    assert.deepEqual(tokens, first.tokens);
    const [identity, authority] = [certificates.identity, certificates.authorities].map(
      (pem) => new X509Certificate(pem),
    );
    assert.ok(identity && authority && identity.verify(authority.publicKey));
  });
});
