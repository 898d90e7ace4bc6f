import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as https from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ask, type Trust } from "../../../components/ask.js";
import { Authority } from "../../support/authority";
import { useHttpDouble } from "../../support/http-double";

const file = pathToFileURL(join(__dirname, "..", "..", "..", "components", "ask.js")).href;

describe("ask", () => {
  const api = useHttpDouble();
  let server: Server;

  /** A server that does something with each connection. Resolves to its URL. */
  async function listen(act: (end: () => void) => void): Promise<string> {
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      act(() => socket.end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("answers with any status", async () => {
    api().answers["/x"] = { status: 429, body: "busy" };
    assert.deepEqual(await ask(`${api().url}/x`, {}, 5000), { status: 429, text: "busy" });
  });

  describe("by TLS", () => {
    let authority: Authority;
    let secure: https.Server;
    let url: string;

    before(async () => {
      authority = await Authority.make("one");
      const identity = await authority.issue("server.dc1.consul");
      secure = https.createServer({ cert: identity, key: identity }, (_, response) => response.end("yes"));
      await once(secure.listen(0, "127.0.0.1"), "listening");
      url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
    });
    after(() => secure.close());

    const by = (trust: Trust) => ask(url, { trust }, 5000);

    it("knows a server by its authority and its name, be it another than that in the URL", async () => {
      const trust = { ca: authority.pem, servername: "server.dc1.consul" };
      assert.deepEqual(await by(trust), { status: 200, text: "yes" });
      const others = (await Authority.make("two")).pem + authority.pem;
      assert.deepEqual(await by({ ...trust, ca: others }), { status: 200, text: "yes" });
    });

    it("refuses one with another name", async () => {
      await assert.rejects(by({ ca: authority.pem }), /IP: 127\.0\.0\.1 is not in the cert's list/);
      await assert.rejects(
        by({ ca: authority.pem, servername: "server.dc2.consul" }),
        /Host: server\.dc2\.consul\. is not in the cert's altnames/,
      );
    });

    it("refuses one by another authority, and says so", async () => {
      const { pem } = await Authority.make("two");
      const reason = /^Error: its certificate is by none of the authorities that are trusted here \(\w+\)$/;
      await assert.rejects(by({ ca: pem, servername: "server.dc1.consul" }), reason);
      await assert.rejects(by({ servername: "server.dc1.consul" }), reason);
    });

    it("is said by the environment, for each product", async () => {
      const program =
        `const { accessTo, ask } = await import("${file}");` +
        `for (const of of ["Consul", "Nomad"])` +
        ` console.log((await ask("${url}", accessTo(of), 5000).catch(({ message }) => ({ text: message }))).text);`;
      const names = { CONSUL_TLS_SERVER_NAME: "server.dc1.consul", NOMAD_TLS_SERVER_NAME: "server.global.nomad" };
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
        env: { ...process.env, COS_CA_PEM: authority.pem, ...names },
      });
      const [consul, nomad] = stdout.split("\n");
      assert.equal(consul, "yes");
      assert.match(nomad ?? "", /Host: server\.global\.nomad\. is not in the cert's altnames/);
    });
  });

  it("asks again what is denied for as long as it is told to, and takes nothing else for that", async () => {
    const statuses = [403, 403, 200];
    api().answers["/x"] = () => ({ status: statuses.shift() ?? 403, body: "it" });
    assert.equal((await ask(`${api().url}/x`, { denials: 10_000 }, 5000)).status, 200);
    assert.equal((await ask(`${api().url}/x`, { denials: 100 }, 5000)).status, 403);
    const asked = api().requests.length;
    assert.equal((await ask(`${api().url}/x`, {}, 5000)).status, 403);
    api().answers["/x"] = { status: 401, body: "no" };
    assert.equal((await ask(`${api().url}/x`, { denials: 10_000 }, 5000)).status, 401);
    assert.equal(api().requests.length, asked + 2);
  });

  it("gives up in time", async () => {
    const url = await listen(() => undefined);
    await assert.rejects(ask(url, {}, 50), /no answer within 0\.05 s/);
    server.close();
  });

  it("keeps a program that does nothing else until it knows, also where connections are closed early", async () => {
    const url = await listen((end) => setTimeout(end, 2));
    const program =
      `const { ask } = await import("${file}"); let failed = 0;` +
      `for (let i = 0; i < 20; i++) await ask("${url}", {}, 100).catch(() => failed++); console.log(failed);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (part: Buffer) => (said += part.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    server.close();
    assert.deepEqual([code, said], [0, "20\n"]);
  });
});
