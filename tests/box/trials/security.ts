import assert from "node:assert/strict";
import { createDecipheriv } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BoxUnderTest } from "./box-under-test";
import { said } from "./drivers";

const products = ["consul", "nomad"] as const;
type Product = (typeof products)[number];

/** Where a node keeps things: what others may look into, and what its agents keep. Allocations are tasks' own, and the system's files. */
const places = [
  ...["/etc", "/home", "/opt", "/root", "/run", "/tmp", "/var/lib/cloud", "/var/lib/cos", "/var/log", "/var/tmp"],
  ...["/var/lib/consul", "/var/lib/nomad/server", "/var/lib/nomad/client"],
];

/** What a server says of what was encrypted with a key that it does not have. */
const undecipherable = /no installed keys could decrypt the message/i;

/** Where agents have the keys of their gossip. */
const keyrings: Record<Product, string> = {
  consul: "/var/lib/consul/serf/local.keyring",
  nomad: "/var/lib/nomad/server/serf.keyring",
};
const rolePaths = {
  consul: "/cos/cos-box/consul-server/consul-gossip",
  nomad: "/cos/cos-box/nomad-server/nomad-gossip",
};

/** Prints what comes and goes on a host's links for some seconds, UDP packets of gossip alone, one a line: its port, and in base64 what it holds. */
const capture = `
import base64, socket, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(0x0800))
link.settimeout(1)
end = time.monotonic() + 5
while time.monotonic() < end:
    try:
        packet = link.recv(65535)
    except TimeoutError:
        continue
    header = (packet[0] & 15) * 4
    port = int.from_bytes(packet[header + 2:header + 4], "big")
    if packet[9] == 17 and port in (8301, 4648):
        print(port, base64.b64encode(packet[header + 8:]).decode())
`;

/**
 * What a packet of gossip holds. Source: memberlist 0.5, security.go: a version, a nonce, what AES-GCM has made of the message, and its tag.
 *
 * @throws Error where it was not encrypted with that key
 */
function decipher(packet: Buffer, key: string): Buffer {
  const [nonce, tag] = [packet.subarray(1, 13), packet.subarray(-16)];
  const opened = createDecipheriv("aes-256-gcm", Buffer.from(key, "base64"), nonce).setAuthTag(tag);
  return Buffer.concat([opened.update(packet.subarray(13, -16)), opened.final()]);
}

/** Reads a parameter with the credentials of the node, as its programs do. */
const readParameter = `
import sys
from botocore.exceptions import ClientError
from botocore.session import get_session
client = get_session().create_client("ssm", region_name="eu-central-1", verify="/etc/ssl/certs/ca-certificates.crt")
try:
    print(client.get_parameter(Name=sys.argv[1], WithDecryption=True)["Parameter"]["Value"])
except ClientError as error:
    print(error)
`;

/** Who is kept out, and how what keeps them out is changed. */
export function security(tested: BoxUnderTest): void {
  const python = (host: string, program: string, ...args: string[]) =>
    tested.cluster.exec(host, "python3", "-c", program, ...args);

  /** The keys of each host that gossips. */
  async function keysOf(product: Product): Promise<string[][]> {
    const hosts = await tested.cluster.hosts(product === "consul" ? "" : "nomad-server");
    const files = hosts.map(({ name }) => tested.cluster.exec(name, "cat", keyrings[product]));
    return (await Promise.all(files)).map((text) => JSON.parse(text) as string[]);
  }

  /** Waits until a server has refused an agent that tries to join it, from a host where agents may connect to servers, for a reason. */
  async function isRefused(reason: RegExp, ...options: string[]): Promise<void> {
    const [server] = await tested.cluster.hosts("consul-server");
    const [host] = await tested.cluster.hosts("private-services");
    assert.ok(server && host);
    const since = `@${Math.floor(Date.now() / 1000)}`;
    const agent = ["consul", "agent", "-data-dir=/tmp/stranger", "-node=stranger", "-datacenter=eu-central-1"];
    const ports = ["-serf-lan-port=8399", "-http-port=-1", "-dns-port=-1", "-grpc-port=-1", `-bind=${host.address}`];
    const join = [`-retry-join=${server.address}:8301`, "-retry-interval=1s"];
    const unit = ["systemd-run", "--quiet", "--collect", "--unit=stranger"];
    await tested.cluster.exec(host.name, ...unit, ...agent, ...ports, ...join, ...options);
    try {
      const journal = ["journalctl", "--unit=consul", "--output=cat", "--no-pager", `--since=${since}`];
      await tested.cluster.until("the server refuses it", async () => {
        const lines = (await tested.cluster.exec(server.name, ...journal)).split("\n");
        return lines.some((line) => line.includes(`from=${host.address}:`) && reason.test(line));
      });
      const members = await tested.cluster.get<{ Name: string }[]>("consul", "agent/members");
      assert.ok(
        members?.every(({ Name }) => Name !== "stranger"),
        "it is a member",
      );
    } finally {
      await tested.cluster.exec(host.name, "systemctl", "kill", "--signal=KILL", "stranger");
      await tested.cluster.exec(host.name, "rm", "--recursive", "--force", "/tmp/stranger");
    }
  }

  describe("its security", () => {
    it("encrypts all that agents gossip with the key of their cluster", async () => {
      const keys: Record<string, string | undefined> = {
        "8301": (await keysOf("consul"))[0]?.[0],
        "4648": (await keysOf("nomad"))[0]?.[0],
      };
      const kinds = ["consul-server", "nomad-server", "private-services"];
      const hosts = await Promise.all(kinds.map(async (kind) => (await tested.cluster.hosts(kind))[0]?.name ?? ""));
      const captured = await Promise.all(hosts.map((host) => python(host, capture)));
      for (const [i, lines] of captured.entries()) {
        const packets = lines.split("\n").filter((line) => line !== "");
        assert.ok(packets.length > 0, `${hosts[i]} does not gossip`);
        for (const packet of packets) {
          const [port = "", held = ""] = packet.split(" ");
          assert.ok(decipher(Buffer.from(held, "base64"), keys[port] ?? "").length > 0);
        }
      }
    });

    it("keeps out who has no key, or another", async () => {
      await isRefused(/remote state is not encrypted/);
      const other = Buffer.alloc(32, 7).toString("base64");
      await isRefused(undecipherable, `-encrypt=${other}`);
    });

    it("lets a node read the secrets of its own role alone", async () => {
      const [client] = await tested.cluster.hosts("private-services");
      assert.ok(client);
      const own = await python(client.name, readParameter, "/cos/cos-box/client/consul-gossip");
      assert.equal(own.trim(), await tested.cluster.exec(client.name, "cat", keyrings.consul));
      for (const path of Object.values(rolePaths)) {
        assert.match(await python(client.name, readParameter, path), /AccessDeniedException.*ssm:GetParameter/);
      }
    });

    it("runs agents as users of their own, but for Nomad's on clients, which makes namespaces for tasks", async () => {
      const userOf = async (host: string, unit: string) => {
        const found = await tested.cluster.exec(
          host,
          "sh",
          "-c",
          `ps -o user= -p $(systemctl show -P MainPID ${unit})`,
        );
        return found.trim();
      };
      for (const { name } of await tested.cluster.hosts()) {
        assert.equal(await userOf(name, "consul.service"), "consul", name);
        if (name.startsWith("consul-server")) continue;
        assert.equal(await userOf(name, "nomad.service"), name.startsWith("nomad-server") ? "nomad" : "root", name);
      }
    });

    it("runs no task as the users whose secrets are on the node", async () => {
      const [host] = await tested.cluster.hosts("private-services");
      assert.ok(host);
      for (const User of ["root", "consul", "nomad"]) {
        assert.match(await said(tested, "exec", host, { User }), new RegExp(`running as user "${User}" is disallowed`));
      }
    });

    it("has its keys in files for their agents alone, and nowhere in clear", async () => {
      const keys = [...new Set((await Promise.all(products.map(keysOf))).flat(2))];
      assert.equal(keys.length, 2);
      for (const { name } of await tested.cluster.hosts()) {
        const owner = await tested.cluster.exec(name, "stat", "-c", "%U %a", keyrings.consul);
        assert.equal(owner.trim(), "consul 600", name);
        const pattern = keys.map((key) => `-e '${key}'`).join(" ");
        const search = "grep --recursive --text --files-with-matches --fixed-strings --no-messages";
        const found = await tested.cluster.exec(name, "sh", "-c", `${search} ${pattern} ${places.join(" ")} || true`);
        const rings = name.startsWith("nomad-server") ? [keyrings.consul, keyrings.nomad] : [keyrings.consul];
        assert.deepEqual(found.trim().split("\n").sort(), rings.sort(), name);
      }
      const state = JSON.stringify(await tested.box.state());
      for (const key of keys) assert.ok(!state.includes(key), "in the state");
      const log = await readFile(join(tested.box.directory, "box.log"), "utf8");
      for (const key of keys) assert.ok(!log.includes(key), "in the log of the box");
    });

    it("changes the keys of gossip without a failed request, and the old ones open nothing then", async () => {
      const before = await Promise.all(products.map(keysOf));
      const rotate = (keys: string[]) =>
        tested.change({ "cos:security": { gossip: { consul: { keys }, nomad: { keys } } } });
      const { failures } = await tested.trial("the keys of gossip changed in three steps", async () => {
        const changes = [];
        for (const keys of [["1", "2"], ["2", "1"], ["2"]]) {
          changes.push(await rotate(keys));
          for (const product of products) {
            const kept = await keysOf(product);
            assert.ok(
              kept.every(({ length }) => length === keys.length),
              `${product} has ${keys.join(" and ")}`,
            );
            assert.equal(new Set(kept.map((ring) => ring.join())).size, 1);
          }
        }
        return changes;
      });
      assert.deepEqual(failures, []);
      const after = await Promise.all(products.map(keysOf));
      for (const [i] of products.entries()) assert.notDeepEqual(after[i], before[i]);
      const [old] = before[0]?.[0] ?? [];
      await isRefused(undecipherable, `-encrypt=${old}`);
      // As after an accident: in one step, and back to what the other trials have.
      const direct = await tested.trial("the keys of gossip changed in one step", async () => [
        await tested.change({}),
      ]);
      assert.deepEqual(direct.failures, []);
    });
  });
}
