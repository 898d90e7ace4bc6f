import assert from "node:assert/strict";
import { createDecipheriv } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "../../support/command";
import { defaultTiers } from "../../../components/network/defaults";
import { stackValues } from "../../support/stack-program";
import type { BoxUnderTest } from "./box-under-test";
import { said } from "./drivers";
import { askServer, hearGossip, keyringOf, overhear, readParameter, useKey } from "./on-nodes";

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

/** Ports at which servers are asked and Raft talks. */
const rpcPorts = { consul: 8300, nomad: 4647 } as const;

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

/**
 * Who is kept out, and how what keeps them out is changed.
 *
 * @param all whether the load balancer of the APIs is replaced, too
 */
export function security(tested: BoxUnderTest, all: boolean): void {
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

  /** What curl says to somebody outside who asks the load balancer of the APIs. */
  async function outside(product: Product, scheme: "http" | "https", path: string, ...options: string[]) {
    const balancer = (await tested.box.status()).balancers.find(({ name }) => name.includes("-nlb-"));
    assert.ok(balancer);
    const { dnsName, address } = balancer;
    const port = { consul: 8501, nomad: 4646 }[product];
    const known = ["--resolve", `${dnsName}:${port}:${address}`];
    const url = `${scheme}://${dnsName}:${port}/v1/${path}`;
    return tested.cluster.exec("operator", "curl", ...known, "--silent", "--show-error", ...options, url);
  }

  /** A file with the authorities that the stack says are those of its APIs. */
  async function authorities(): Promise<string> {
    const file = join(tested.box.directory, "api-authorities.pem");
    await writeFile(file, String((await tested.box.outputs()).caPem));
    return file;
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
      const captured = await Promise.all(hosts.map((host) => python(host, hearGossip)));
      for (const [i, lines] of captured.entries()) {
        const packets = lines.split("\n").filter((line) => line !== "");
        assert.ok(packets.length > 0, `${hosts[i]} does not gossip`);
        for (const packet of packets) {
          const [port = "", held = ""] = packet.split(" ");
          assert.ok(decipher(Buffer.from(held, "base64"), keys[port] ?? "").length > 0);
        }
      }
    });

    it("encrypts all that agents ask of servers, what servers tell each other, and what is asked of the APIs", async () => {
      const text = "what-nobody-on-the-way-may-read";
      const [asks] = await tested.cluster.hosts("private-services");
      const servers = {
        consul: await tested.cluster.hosts("consul-server"),
        nomad: await tested.cluster.hosts("nomad-server"),
      };
      assert.ok(asks);
      type Packets = Record<number, [all: number, withText: number] | undefined>;
      const hear = async (host: string, alsoAsks = false) =>
        JSON.parse(await python(host, overhear, text, String(alsoAsks))) as Packets;
      const all = [asks, ...servers.consul, ...servers.nomad];
      const heard = Promise.all(all.map((host) => hear(host.name, host === asks)));
      heard.catch(() => undefined);
      await delay(1500);
      const body = { consul: text, nomad: JSON.stringify({ Path: "outside", Items: { it: text } }) };
      for (const product of products) {
        const path = { consul: "kv/outside", nomad: "var/outside" }[product];
        await outside(
          product,
          "https",
          path,
          "--cacert",
          await authorities(),
          "--fail",
          "--request",
          "PUT",
          "--data",
          body[product],
        );
      }
      const [atClient, ...atServers] = await heard;
      // It has come to the servers, by ways on which it could be heard.
      for (const key of ["overheard", "outside"]) {
        const entries = await tested.cluster.get<{ Value: string }[]>("consul", `kv/${key}`);
        assert.equal(Buffer.from(entries?.[0]?.Value ?? "", "base64").toString(), text);
        assert.equal((await tested.cluster.get<{ Items: { it: string } }>("nomad", `var/${key}`))?.Items.it, text);
      }
      // The host's own programs ask its Consul in clear, which shows that it is heard where it can be.
      assert.ok((atClient?.[8500]?.[1] ?? 0) > 0, "the text is not heard at all");
      const silent = (host: string, packets: Packets | undefined, ports: number[]) => {
        for (const port of ports) {
          const [some = 0, withText = 0] = packets?.[port] ?? [];
          assert.ok(some > 0, `nothing is said to ${port} on ${host}`);
          assert.equal(withText, 0, `${port} on ${host}`);
        }
      };
      silent(asks.name, atClient, [8300, 4647, 4646]);
      for (const [i, { name }] of [...servers.consul, ...servers.nomad].entries()) {
        silent(name, atServers[i], name.startsWith("consul") ? [8300, 8501] : [4647, 4646]);
      }
    });

    it("answers its APIs by TLS alone, end to end, to who trusts its authority", async () => {
      const other = join(tested.box.directory, "other-authority.pem");
      const key = join(tested.box.directory, "other-authority.key");
      const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
      await run("openssl", [...make, "-subj", "/CN=other", "-keyout", key, "-out", other]);
      for (const product of products) {
        const ask = (scheme: "http" | "https", ...options: string[]) =>
          outside(product, scheme, "status/leader", ...options);
        assert.match(await ask("https", "--cacert", await authorities()), /^"[\d.]+:\d+"$/, product);
        await assert.rejects(
          ask("https"),
          /SSL certificate problem: (unable to get local issuer|self-signed)/,
          product,
        );
        await assert.rejects(
          ask("https", "--cacert", other),
          /SSL certificate problem: (unable to get local issuer|self-signed)/,
          product,
        );
        assert.match(await ask("http"), /^Client sent an HTTP request to an HTTPS server/, product);
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
    });

    if (all) {
      it("takes another load balancer of the APIs, for whose name the servers' certificates are then", async () => {
        const asked = async (product: Product) =>
          outside(product, "https", "status/leader", "--cacert", await authorities(), "--fail");
        const nameOf = async () =>
          (await tested.box.status()).balancers
            .filter(({ name }) => name.includes("-nlb-"))
            .map(({ dnsName }) => dnsName);
        const before = await nameOf();
        const tiers = [...defaultTiers, { name: "edge", kind: "public", prefixLength: 24 }];
        const moved = {
          "cos:network": { ...(stackValues("dev")["cos:network"] as object | undefined), tiers },
          "cos:apiAccess": { ...(stackValues("dev")["cos:apiAccess"] as object), tier: "edge" },
          "cos:security": { tls: { authorities: ["2"] } },
        };
        const { failures } = await tested.trial("another load balancer of the APIs", async () => [
          await tested.change(moved),
        ]);
        assert.deepEqual(failures, []);
        const after = await nameOf();
        assert.equal(after.length, 1);
        assert.notDeepEqual(after, before);
        for (const product of products) assert.match(await asked(product), /^"[\d.]+:\d+"$/, product);
        await tested.change({ "cos:security": { tls: { authorities: ["2"] } } });
      });
    }

    it("stops an `up` that would end trust in the authority of the servers, and is mended by giving it back", async () => {
      // Now its authority is the one called 2, and without a configuration it is another, called 1.
      const { failures } = await tested.trial("another authority in one step", async () => {
        const { exitCode, text } = await tested.box.up({});
        assert.notEqual(exitCode, 0);
        assert.match(text, /its certificate is by none of the authorities that are trusted here/);
        return [await tested.change({ "cos:security": { tls: { authorities: ["1", "2"] } } }), await tested.change({})];
      });
      assert.deepEqual(failures, []);
    });
  });
}
