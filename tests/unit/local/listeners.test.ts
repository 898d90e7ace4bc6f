import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { listenerOn } from "../../../local/listeners";
import { freePorts } from "../../support/ports";

describe("who listens on a port", () => {
  const servers: Server[] = [];

  async function listen(host: string): Promise<number> {
    const server = createServer();
    servers.push(server);
    await once(server.listen(0, host), "listening");
    return (server.address() as AddressInfo).port;
  }

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family }) => family === "IPv6"),
  );
  for (const host of ["127.0.0.1", "0.0.0.0", ...(hasIpv6 ? ["::1", "::"] : [])]) {
    it(`is this process on ${host}`, async () => {
      assert.deepEqual(listenerOn(await listen(host)), { pid: process.pid, program: "node" });
    });
  }

  it("is another process", async () => {
    const child = spawn(process.execPath, [
      "--eval",
      'process.title = "cos-other"; const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port));',
    ]);
    try {
      const [port] = (await once(child.stdout, "data")) as [Buffer];
      assert.deepEqual(listenerOn(Number(port)), { pid: child.pid, program: "cos-other" });
    } finally {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  });

  it("is nobody on a free port", async () => {
    const [port = 0] = await freePorts(1);
    assert.equal(listenerOn(port), undefined);
  });

  it("is not who uses the port for a connection of his own", async () => {
    const port = await listen("127.0.0.1");
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      assert.equal(listenerOn(socket.localPort ?? 0), undefined);
    } finally {
      socket.destroy();
    }
  });
});
