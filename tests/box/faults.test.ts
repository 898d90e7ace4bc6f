import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { end } from "../support/namespace";
import { until } from "../support/until";
import { Fabric, type FabricHost } from "./fabric";
import { type Fault, faultTable } from "./faults";
import { answering, listen, type Target } from "./probe";
import { needsBox } from "./requirements";

const patienceSeconds = 2;

describe("faults of the box's network", function () {
  this.timeout(60_000);
  let fabric: Fabric | undefined;
  const hosts: FabricHost[] = [];
  const processes: ChildProcess[] = [];

  before(needsBox);

  before(async () => {
    fabric = await Fabric.create();
    for (const address of ["10.128.64.10", "10.128.64.11", "10.128.80.10"]) hosts.push(await fabric.join(address));
    for (const host of hosts) processes.push(await listen(host, { tcp: [80], udp: [53] }));
  });

  afterEach(() => fabric?.load(faultTable([])));

  after(async () => {
    await Promise.all(processes.map((each) => end(each, "SIGKILL")));
    await fabric?.close();
  });

  const host = (i: number): FabricHost => hosts[i] ?? assert.fail();
  const fail = (fault: Fault) => fabric?.load(faultTable([fault]));

  /** Pairs of hosts, by their numbers, that reach each other, by the protocol. */
  async function pairs(protocol: "tcp" | "udp"): Promise<string[]> {
    const found = await Promise.all(
      hosts.map(async (from, i) => {
        const others = hosts.filter((other) => other !== from);
        const targets = others.map(({ address }): Target => [address, protocol, protocol === "tcp" ? 80 : 53]);
        const answered = await answering(from.namespace, targets, patienceSeconds);
        return answered.map(([address]) => `${i}-${hosts.findIndex((other) => other.address === address)}`);
      }),
    );
    return found.flat().sort();
  }

  const all = ["0-1", "0-2", "1-0", "1-2", "2-0", "2-1"];

  it("are none at first", async () => {
    assert.deepEqual(await pairs("tcp"), all);
    assert.deepEqual(await pairs("udp"), all);
  });

  it("cut hosts off from all others, not from each other, until they are healed", async () => {
    await fail({ kind: "cut", addresses: [host(0).address, host(1).address] });
    assert.deepEqual(await pairs("tcp"), ["0-1", "1-0"]);
    assert.deepEqual(await pairs("udp"), ["0-1", "1-0"]);
    await fabric?.load(faultTable([]));
    assert.deepEqual(await pairs("tcp"), all);
  });

  it("cut connections that are there already", async () => {
    const server = [
      "import socket, sys, time",
      "server = socket.create_server(('0.0.0.0', 81))",
      "print('ready', flush=True)",
      "connection, _ = server.accept()",
      "while True: connection.send(b'.'); time.sleep(0.01)",
    ];
    const client = [
      "import socket, sys",
      "connection = socket.create_connection((sys.argv[1], 81))",
      "while connection.recv(1): print('.', end='', flush=True)",
    ];
    const serving = python(host(2), server);
    let got = "";
    serving.stdout.on("data", (text: Buffer) => (got += text.toString()));
    await until(() => got !== "");
    const receiving = python(host(0), client, host(2).address);
    let received = 0;
    receiving.stdout.on("data", (text: Buffer) => (received += text.length));
    await until(() => received > 10);
    await fail({ kind: "cut", addresses: [host(2).address] });
    // The sender has tried in vain more than once to send something again.
    await until(async () => (await host(2).namespace.run(["ss", "-tin", "sport = 81"])).includes("backoff:"));
    const before = received;
    await fabric?.load(faultTable([]));
    // The same connection goes on: TCP has kept what was lost.
    await until(() => received > before);
  });

  it("mute a host: nobody hears it, and it hears nobody's answers", async () => {
    await fail({ kind: "mute", address: host(0).address });
    assert.deepEqual(await pairs("tcp"), ["1-2", "2-1"]);
    assert.deepEqual(await pairs("udp"), ["1-2", "2-1"]);
  });

  it("lose a share of the packets of one host's link, and none of others'", async () => {
    await fail({ kind: "loss", address: host(0).address, percent: 50 });
    const [to, from, besides] = [await lost(1, 0), await lost(0, 1), await lost(1, 2)];
    // There and back, a quarter gets through; of 400, fewer than 40 or more than 160 do with a probability below 1e-9.
    assert.ok(to > 240 && to < 360, String(to));
    assert.ok(from > 240 && from < 360, String(from));
    assert.equal(besides, 0);
  });

  /** How many of 400 datagrams to a host are not answered. */
  async function lost(from: number, to: number): Promise<number> {
    const program = [
      "import socket, sys, time",
      "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
      "count = 0",
      "def receive(seconds):",
      "    global count",
      "    s.settimeout(seconds)",
      "    try:",
      "        while count < 400: s.recv(1); count += 1",
      "    except (TimeoutError, BlockingIOError): pass",
      // Slowly, so that no buffer overflows.
      "for _ in range(400):",
      "    s.sendto(b'?', (sys.argv[1], 53))",
      "    time.sleep(0.003)",
      "    receive(0)",
      "receive(1)",
      "print(400 - count)",
    ];
    const child = python(host(from), program, host(to).address);
    let text = "";
    child.stdout.on("data", (part: Buffer) => (text += part.toString()));
    await until(() => text.endsWith("\n"));
    return Number(text);
  }

  function python(on: FabricHost, lines: string[], ...args: string[]) {
    const child = spawn("nsenter", [...on.namespace.enter, "python3", "-c", lines.join("\n"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    processes.push(child);
    return child;
  }
});
