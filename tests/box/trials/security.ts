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

/** Ports at which servers are asked and Raft talks. */
const rpcPorts = { consul: 8300, nomad: 4647 } as const;

/**
 * Says for some seconds what is on a host's links, loopback too: how many packets of TCP there are by the port that is asked, and how many have a text
 * in them. With `asks`, it gives the text to the agents of the host, which hand it on to servers.
 */
const overhear = `
import collections, json, socket, sys, threading, time, urllib.request
text, asks = sys.argv[1], sys.argv[2] == "true"
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(0x0800))
link.settimeout(0.5)
def ask():
    time.sleep(1)
    for url, body in (("8500/v1/kv/overheard", text), ("4646/v1/var/overheard", json.dumps({"Path": "overheard", "Items": {"it": text}}))):
        request = urllib.request.Request("http://127.0.0.1:" + url, method="PUT", data=body.encode())
        urllib.request.urlopen(request, timeout=10).read()
if asks:
    threading.Thread(target=ask).start()
seen, found = collections.Counter(), collections.Counter()
end = time.monotonic() + 5
while time.monotonic() < end:
    try:
        packet = link.recv(65535)
    except TimeoutError:
        continue
    header = (packet[0] & 15) * 4
    if packet[9] != 6:
        continue
    for port in {int.from_bytes(packet[header:header + 2], "big"), int.from_bytes(packet[header + 2:header + 4], "big")}:
        seen[port] += 1
        found[port] += text.encode() in packet
print(json.dumps({port: [seen[port], found[port]] for port in (8300, 4647, 8500, 4646)}))
`;

/**
 * Asks a server as an agent does, and says how that ends: in clear, or by TLS with a certificate or none. Source: the first byte of a connection says
 * what it is, in both products (consul 1.22, agent/pool/conn.go; nomad 1.11, helper/pool/conn.go).
 */
const askServer = `
import socket, ssl, sys
address, port, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
try:
    with socket.create_connection((address, port), timeout=10) as plain:
        plain.settimeout(10)
        if how == "plain":
            plain.sendall(bytes([1]) if port == 4647 else bytes([0]))
            print("closed" if plain.recv(1) == b"" else "answered")
        else:
            plain.sendall(bytes([4]) if port == 4647 else bytes([3]))
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if how != "none":
                context.load_cert_chain(how)
            with context.wrap_socket(plain) as connection:
                connection.sendall(bytes([1]) if port == 4647 else bytes([0]))
                connection.settimeout(2)
                try:
                    print("closed" if connection.recv(1) == b"" else "answered")
                except TimeoutError:
                    print("accepted")
except OSError as error:
    print("refused:", error)
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

/** Says how often words are in a snapshot of Nomad, taken from the node's own agent, and what a KMS key does for the node, asked by operation. */
const keyringOf = `
import io, json, sys, tarfile, urllib.request
snapshot = urllib.request.urlopen("http://127.0.0.1:4646/v1/operator/snapshot", timeout=30).read()
state = tarfile.open(fileobj=io.BytesIO(snapshot)).extractfile("state.bin").read()
print(json.dumps({word: state.count(word.encode()) for word in sys.argv[1:]}))
`;
const useKey = `
import sys
from botocore.exceptions import ClientError
from botocore.session import get_session
client = get_session().create_client("kms", region_name="eu-central-1", verify="/etc/ssl/certs/ca-certificates.crt")
context = {"PARAMETER_ARN": sys.argv[2]} if len(sys.argv) > 2 else {}
try:
    sealed = client.encrypt(KeyId=sys.argv[1], Plaintext=b"it", EncryptionContext=context)["CiphertextBlob"]
    print(client.decrypt(CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"].decode())
except ClientError as error:
    print(error)
`;

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

  /** Certificates and keys of agents, by product. */
  const identities: Record<Product, string> = {
    consul: "/etc/consul.d/tls/agent.pem",
    nomad: "/etc/nomad.d/tls/agent.pem",
  };
  const productsOf = (host: string): Product[] => (host.startsWith("consul-server") ? ["consul"] : ["consul", "nomad"]);

  /** A line of each private key of a host's agents. */
  async function privateKeysOf(host: string): Promise<string[]> {
    const pems = productsOf(host).map((product) => tested.cluster.exec(host, "cat", identities[product]));
    return (await Promise.all(pems)).map((pem) => /-----BEGIN EC PRIVATE KEY-----\n(.+)\n/.exec(pem)?.[1] ?? "");
  }

  /** What a server says to a host of a client that asks it in clear, or by TLS with the certificate in a file or none. */
  async function answerOf(product: Product, how: string): Promise<string> {
    const [server] = await tested.cluster.hosts(`${product}-server`);
    const [host] = await tested.cluster.hosts("private-services");
    assert.ok(server && host);
    return (await python(host.name, askServer, server.address, String(rpcPorts[product]), how)).trim();
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

    it("encrypts all that agents ask of servers, and what servers tell each other", async () => {
      const text = "what-nobody-on-the-way-may-read";
      const kinds = ["private-services", "consul-server", "nomad-server"];
      const hosts = await Promise.all(kinds.map(async (kind) => (await tested.cluster.hosts(kind))[0]?.name ?? ""));
      const heard = await Promise.all(hosts.map((host, i) => python(host, overhear, text, String(i === 0))));
      const packets = heard.map((said) => JSON.parse(said) as Record<number, [all: number, withText: number]>);
      // The host's own programs ask its agents in clear, which shows that it is heard where it can be.
      assert.ok(
        (packets[0]?.[8500]?.[1] ?? 0) > 0 && (packets[0]?.[4646]?.[1] ?? 0) > 0,
        "the text is not heard at all",
      );
      for (const [i, ports] of [[8300, 4647], [8300], [4647]].entries()) {
        for (const port of ports) {
          const [all = 0, withText = 0] = packets[i]?.[port] ?? [];
          assert.ok(all > 0, `nothing is said to ${port} on ${hosts[i]}`);
          assert.equal(withText, 0, `${port} on ${hosts[i]}`);
        }
      }
    });

    it("hears no agent that asks in clear, or without a certificate of the cluster", async () => {
      const [host] = await tested.cluster.hosts("private-services");
      assert.ok(host);
      const stranger = "/run/stranger.pem";
      const make = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=stranger -keyout ${stranger}`;
      await tested.cluster.exec(
        host.name,
        "sh",
        "-c",
        `${make} -out ${stranger}.crt && cat ${stranger}.crt >> ${stranger}`,
      );
      try {
        for (const product of products) {
          assert.equal(await answerOf(product, identities[product]), "accepted", product);
          assert.match(await answerOf(product, "plain"), /^(closed|refused: .*reset)/, product);
          assert.match(await answerOf(product, "none"), /^refused: .*CERTIFICATE_REQUIRED/, product);
          assert.match(await answerOf(product, stranger), /^refused: .*(UNKNOWN_CA|BAD_CERTIFICATE)/, product);
          const [server] = await tested.cluster.hosts(`${product}-server`);
          const journal = await tested.cluster.exec(
            server?.name ?? "",
            "journalctl",
            `--unit=${product}`,
            "--output=cat",
          );
          const lines = journal.split("\n").filter((line) => line.includes(host.address));
          for (const reason of [
            /non-TLS connection attempted/i,
            /didn't provide a certificate/,
            /signed by unknown authority/,
          ]) {
            assert.ok(
              lines.some((line) => reason.test(line)),
              `${product} does not say ${reason}: ${lines.join("; ")}`,
            );
          }
        }
      } finally {
        await tested.cluster.exec(host.name, "rm", "--force", stranger, `${stranger}.crt`);
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

    it("has Nomad's keys encrypted by KMS, with a key that its servers may use for them alone", async () => {
      const [server] = await tested.cluster.hosts("nomad-server");
      const [client] = await tested.cluster.hosts("private-services");
      assert.ok(server && client);
      const found = JSON.parse(await python(server.name, keyringOf, "awskms", "aead")) as Record<string, number>;
      assert.ok((found.awskms ?? 0) > 0, "no key is encrypted by KMS");
      assert.equal(found.aead, 0, "a key is encrypted by one that lies beside it");
      const config = JSON.parse(await tested.cluster.exec(server.name, "cat", "/etc/nomad.d/cos.json")) as {
        keyring: { awskms: { kms_key_id: string } };
      };
      const key = config.keyring.awskms.kms_key_id;
      assert.equal((await python(server.name, useKey, key)).trim(), "it");
      const parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/cos/cos-box/client/consul-gossip";
      assert.match(await python(server.name, useKey, key, parameter), /AccessDeniedException.*kms:Encrypt/);
      assert.match(await python(client.name, useKey, key), /AccessDeniedException.*kms:Encrypt/);
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
      const hosts = await tested.cluster.hosts();
      const ofGossip = new Set((await Promise.all(products.map(keysOf))).flat(2));
      const ofCertificates = new Set((await Promise.all(hosts.map(({ name }) => privateKeysOf(name)))).flat());
      // Of servers and clients of each product.
      assert.deepEqual([ofGossip.size, ofCertificates.size], [2, 4]);
      const keys = [...ofGossip, ...ofCertificates];
      for (const { name } of hosts) {
        const owner = await tested.cluster.exec(name, "stat", "-c", "%U %a", keyrings.consul);
        assert.equal(owner.trim(), "consul 600", name);
        const pattern = keys.map((key) => `-e '${key}'`).join(" ");
        const certificates = productsOf(name).map((product) => identities[product]);
        const search = "grep --recursive --text --files-with-matches --fixed-strings --no-messages";
        const found = await tested.cluster.exec(name, "sh", "-c", `${search} ${pattern} ${places.join(" ")} || true`);
        const rings = name.startsWith("nomad-server") ? [keyrings.consul, keyrings.nomad] : [keyrings.consul];
        assert.deepEqual(found.trim().split("\n").sort(), [...rings, ...certificates].sort(), name);
      }
      const state = JSON.stringify(await tested.box.state());
      for (const key of keys) assert.ok(!state.includes(key), "in the state");
      const log = await readFile(join(tested.box.directory, "box.log"), "utf8");
      for (const key of keys) assert.ok(!log.includes(key), "in the log of the box");
    });

    it("changes keys of gossip, the authority and all certificates without a failed request, and the old ones open nothing then", async () => {
      const before = await Promise.all(products.map(keysOf));
      const [client] = await tested.cluster.hosts("private-services");
      assert.ok(client);
      const old = { consul: "/run/old-consul.pem", nomad: "/run/old-nomad.pem" };
      for (const product of products) await tested.cluster.exec(client.name, "cp", identities[product], old[product]);
      const rotate = (keys: string[]) =>
        tested.change({
          "cos:security": { gossip: { consul: { keys }, nomad: { keys } }, tls: { authorities: keys } },
        });
      const { failures } = await tested.trial("keys of gossip and the authority changed in three steps", async () => {
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
          for (const { name } of await tested.cluster.hosts()) {
            for (const product of productsOf(name)) {
              const trusted = await tested.cluster.exec(name, "cat", `/etc/${product}.d/tls/ca.pem`);
              assert.equal(trusted.match(/BEGIN CERTIFICATE/g)?.length, keys.length, `${product} of ${name}`);
            }
          }
        }
        return changes;
      });
      assert.deepEqual(failures, []);
      const after = await Promise.all(products.map(keysOf));
      for (const [i] of products.entries()) assert.notDeepEqual(after[i], before[i]);
      const [oldKey] = before[0]?.[0] ?? [];
      await isRefused(undecipherable, `-encrypt=${oldKey}`);
      for (const product of products) {
        assert.equal(await answerOf(product, identities[product]), "accepted");
        assert.match(await answerOf(product, old[product]), /^refused: .*(UNKNOWN_CA|BAD_CERTIFICATE)/, product);
        await tested.cluster.exec(client.name, "rm", old[product]);
      }
      // As after an accident: in one step, and back to what the other trials have.
      const direct = await tested.trial("the same changed in one step", async () => [await tested.change({})]);
      assert.deepEqual(direct.failures, []);
    });
  });
}
