import assert from "node:assert/strict";
import { once } from "node:events";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { certificateFindings } from "../../../cli/doctor/certificates";
import { Authority } from "../../support/authority";

describe("the certificates that pulumi-cos doctor looks at", () => {
  let authority: Authority;
  const servers: https.Server[] = [];

  before(async () => {
    authority = await Authority.make("blue 1");
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** An API whose certificate is a day old, and good for some hours more. */
  async function api(hours: number): Promise<string> {
    const identity = await authority.issue("server", hours);
    const server = https.createServer({ cert: identity, key: identity });
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const day = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 10);

  it("are fine where more than a sixth of their life is left, and nothing where there is no TLS", async () => {
    const [consulAddress, nomadAddress] = [await api(24), await api(6)];
    assert.deepEqual(await certificateFindings({ consulAddress, nomadAddress, caPem: authority.pem }), []);
    const plain = { consulAddress: "http://127.0.0.1:1", nomadAddress: "http://127.0.0.1:1" };
    assert.deepEqual(await certificateFindings(plain), []);
  });

  it("are named where they end soon or have ended, with what to do", async () => {
    const [consulAddress, nomadAddress] = [await api(2), await api(-1)];
    const findings = await certificateFindings({ consulAddress, nomadAddress, caPem: authority.pem });
    assert.deepEqual(
      findings.map(({ problem }) => problem),
      [
        `the certificate of Consul's API at ${consulAddress} ends on ${day(2)}`,
        `the certificate of Nomad's API at ${nomadAddress} has ended on ${day(-1)}`,
      ],
    );
    for (const { remedy } of findings) assert.match(remedy, /^pulumi up /);
  });

  it("are those of authorities, too", async () => {
    const old = await Authority.make("blue 0", 1);
    const plain = { consulAddress: "http://127.0.0.1:1", nomadAddress: "http://127.0.0.1:1" };
    assert.deepEqual(await certificateFindings({ ...plain, caPem: authority.pem + old.pem }), [
      {
        problem: `the authority blue 0 ends on ${day(1)}`,
        remedy: "rotate it: docs/security.md, Certificates of agents",
      },
    ]);
  });
});
