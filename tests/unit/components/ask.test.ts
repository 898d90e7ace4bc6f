import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ask } from "../../../components/ask.mjs";
import { useHttpDouble } from "../../support/http-double";

const file = pathToFileURL(join(__dirname, "..", "..", "..", "components", "ask.mjs")).href;

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
