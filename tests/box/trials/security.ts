import assert from "node:assert/strict";
import { createDecipheriv } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "../../support/command";
import { attempts, headers, identities, keyrings, products, productsOf, undecipherable } from "./attempts";
import type { BoxUnderTest } from "./box-under-test";
import { said } from "./drivers";
import { hearGossip, keyringOf, overhear, readParameter, useKey } from "./on-nodes";

/** Where a node keeps things: what others may look into, and what its agents keep. Allocations are tasks' own, and the system's files. */
const places = [
  ...["/etc", "/home", "/opt", "/root", "/run", "/tmp", "/var/lib/cloud", "/var/lib/cos", "/var/log", "/var/tmp"],
  ...["/var/lib/consul", "/var/lib/nomad/server", "/var/lib/nomad/client"],
];

const rolePaths = {
  consul: "/cos/cos-box/consul-server/consul-gossip",
  nomad: "/cos/cos-box/nomad-server/nomad-gossip",
};

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

/** Who is kept out. */
export function security(tested: BoxUnderTest): void {
  const { python, keysOf, privateKeysOf, answerOf, outside, managementToken, authorities, isRefused } =
    attempts(tested);

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
      const tokens = { consul: await managementToken("consul"), nomad: await managementToken("nomad") };
      const texts = [text, tokens.consul, tokens.nomad].join(" ");
      const hear = async (host: string, alsoAsks = false) =>
        JSON.parse(await python(host, overhear, texts, String(alsoAsks))) as Packets;
      const all = [asks, ...servers.consul, ...servers.nomad];
      const heard = Promise.all(all.map((host) => hear(host.name, host === asks)));
      heard.catch(() => undefined);
      await delay(1500);
      const body = { consul: text, nomad: JSON.stringify({ Path: "outside", Items: { it: text } }) };
      for (const product of products) {
        const path = { consul: "kv/outside", nomad: "var/outside" }[product];
        const put = ["--cacert", await authorities(), "--fail", "--request", "PUT", "--data", body[product]];
        await outside(product, "https", path, ...put, "--header", `${headers[product]}: ${tokens[product]}`);
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
  });
}
