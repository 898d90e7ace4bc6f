import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect as secure } from "node:tls";
import { consulAgentConfig } from "../../components";
import { ask, type Trust } from "../../components/ask.js";
import { apply } from "../../components/cluster-settings/gossip.mjs";
import { launch } from "../support/agent-process";
import { Authority } from "../support/authority";
import { LoopbackCluster, papersOf, writePapers } from "../support/loopback-cluster";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

const [one, two] = ["1", "2"].map((digit) => Buffer.alloc(32, digit).toString("base64")) as [string, string];

describe("what keeps others out, on real Consul and Nomad", function () {
  this.timeout(180_000);
  let cluster: LoopbackCluster;
  let directory: string;
  let authority: Authority;

  before(async () => {
    directory = await temporaryDirectory("security");
    authority = await Authority.make("first");
    cluster = await LoopbackCluster.create({
      ...{ consulServers: 2, nomadServers: 2, clients: [{ nodePool: "default", datacenter: "a" }] },
      ...{ gossip: { consul: [one], nomad: [one] }, authority },
    });
    // By which the programs of the components know the APIs.
    process.env.COS_CA_PEM = authority.pem;
    await cluster.start();
    await cluster.eventually(async () => {
      assert.deepEqual([(await alive("consul")).length, (await alive("nomad")).length], [3, 2]);
    });
  });
  after(async () => {
    delete process.env.COS_CA_PEM;
    await cluster.stop();
    await removeDirectory(directory);
  });

  /** Addresses of the agents that gossip. */
  async function alive(product: "consul" | "nomad"): Promise<string[]> {
    const address = product === "consul" ? cluster.consulAddress : cluster.nomadAddress;
    const found = await cluster.get(`${address}/v1/agent/members`);
    const members = (Array.isArray(found) ? found : (found as { Members: object[] }).Members) as {
      Addr: string;
      Status: number | string;
    }[];
    return members.filter(({ Status }) => Status === 1 || Status === "alive").map(({ Addr }) => Addr);
  }

  const set = async (keys: string[]) => [
    ...(await apply({ product: "Consul", url: cluster.consulAddress }, keys)),
    ...(await apply({ product: "Nomad", url: cluster.nomadAddress }, keys)),
  ];

  async function assertKept(keys: string[]) {
    const [first, second] = [cluster.server(0), cluster.server(1)];
    for (const address of [first, second, cluster.client(0)])
      assert.deepEqual(await cluster.keys("consul", address), keys);
    for (const address of [first, second]) assert.deepEqual(await cluster.keys("nomad", address), keys);
  }

  it("are left as they are where all agents have them", async () => {
    assert.deepEqual(await set([one]), []);
    await assertKept([one]);
  });

  it("change from one to another in three steps, in each of which all agents hear each other", async () => {
    for (const keys of [[one, two], [two, one], [two]]) {
      assert.notDeepEqual(await set(keys), [], "something has changed");
      assert.deepEqual(await set(keys), [], "and nothing does when it is done again");
      await assertKept(keys);
      assert.deepEqual([(await alive("consul")).length, (await alive("nomad")).length], [3, 2]);
    }
  });

  /** Has an agent try to join for as long as `look` needs. */
  async function withStranger(encrypt: string | undefined, look: (address: string) => Promise<void>): Promise<void> {
    const address = cluster.client(++strangers);
    const stranger = join(directory, address);
    await mkdir(stranger);
    const closed = { http: -1, dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1 };
    const agent = await launch("consul", stranger, {
      ...{ node_name: address, datacenter: "loopback", data_dir: join(stranger, "data"), ports: closed },
      ...{ bind_addr: address, client_addr: address, retry_join: [cluster.server(0)], retry_interval: "1s", encrypt },
    });
    try {
      await cluster.eventually(() => look(address));
    } finally {
      await agent.kill();
    }
  }
  let strangers = 1;

  for (const [what, key, reason] of [
    ["without a key", undefined, "remote state is not encrypted"],
    ["with the key from before", one, "No installed keys could decrypt the message"],
  ] as const) {
    it(`keep an agent out that comes ${what}, for that reason`, async () => {
      const refusal = new RegExp(reason, "i");
      assert.doesNotMatch(await cluster.logs(), refusal);
      await withStranger(key, async (address) => {
        assert.match(await cluster.logs(), refusal);
        assert.ok(!(await alive("consul")).includes(address));
      });
    });
  }

  it("let an agent in that comes with the key of the others", () =>
    withStranger(two, async (address) => {
      assert.ok((await alive("consul")).includes(address));
    }));

  describe("the certificates of agents", () => {
    const products = ["consul", "nomad"] as const;
    const rpc = {
      consul: { port: 8300, asksPlain: 0, asksTls: 3 },
      nomad: { port: 4647, asksPlain: 1, asksTls: 4 },
    };

    /**
     * How a server answers who shows a certificate, or nothing: by the error that ends it. Source: the first byte of a connection says what it is, in both
     * products (consul 1.22, agent/pool/conn.go; nomad 1.11, helper/pool/conn.go).
     */
    async function answerOf(product: (typeof products)[number], identity: string | undefined): Promise<string> {
      const { port, asksPlain, asksTls } = rpc[product];
      const plain = connect(port, cluster.server(0));
      await once(plain, "connect");
      plain.write(Buffer.of(identity === undefined ? asksPlain : asksTls));
      const socket =
        identity === undefined
          ? plain
          : secure({ socket: plain, cert: identity, key: identity, rejectUnauthorized: false });
      socket.once("secureConnect", () => socket.write(Buffer.of(asksPlain)));
      try {
        return await Promise.race([
          once(socket, "error").then(([error]) => (error as Error).message),
          once(socket, "close").then(() => "closed"),
          // A server says nothing to who has asked nothing yet.
          delay(2000, "accepted"),
        ]);
      } finally {
        socket.destroy();
        plain.destroy();
      }
    }

    /** All of the cluster works: what a client's agents are asked for, they have from the servers. */
    async function assertWorks(): Promise<void> {
      await cluster.eventually(async () => {
        const text = randomUUID();
        const place = `http://${cluster.client(0)}:8500/v1/kv/it`;
        assert.equal(await (await fetch(place, { method: "PUT", body: text })).text(), "true");
        assert.equal(await (await fetch(`${place}?raw`)).text(), text);
        await cluster.get(`${cluster.consulAddress}/v1/status/leader`);
        const nodes = (await cluster.get(`${cluster.nomadOf(cluster.client(0))}/v1/nodes`)) as { Status: string }[];
        assert.deepEqual(
          nodes.map(({ Status }) => Status),
          ["ready"],
        );
      });
    }

    it("are those of the APIs, which answer by TLS alone, and whoever asks may have none", async () => {
      for (const [product, url] of [
        ["consul", cluster.consulAddress],
        ["nomad", cluster.nomadAddress],
      ] as const) {
        const asked = (address: string, trust: Trust) => ask(`${address}/v1/status/leader`, { trust }, 5000);
        const { status, text } = await asked(url, { ca: authority.pem });
        assert.deepEqual([status, new RegExp(`:${rpc[product].port}"`).test(text)], [200, true], text);
        await asked(url, { ca: authority.pem, servername: `server.loopback.${product}` });
        const { pem } = await Authority.make("another");
        await assert.rejects(asked(url, { ca: pem }), /by none of the authorities that are trusted here/);
        await assert.rejects(
          asked(url, { ca: authority.pem, servername: `client.loopback.${product}` }),
          /is not in the cert's altnames/,
        );
        const plain = await asked(url.replace("https:", "http:"), {});
        assert.deepEqual([plain.status, plain.text.trim()], [400, "Client sent an HTTP request to an HTTPS server."]);
      }
    });

    it("let agents of the cluster in", async () => {
      await assertWorks();
      for (const product of products) {
        assert.equal(await answerOf(product, await authority.issue(`client.loopback.${product}`)), "accepted");
      }
    });

    for (const [who, reasons, identity] of [
      ["asks in clear", [/Non-TLS connection attempted/i], () => undefined],
      [
        "has a certificate of another authority",
        [/unknown authority/, /unknown ca|bad certificate/i],
        async (name: string) => (await Authority.make("first")).issue(name),
      ],
      [
        "has one that has expired",
        [/certificate has expired/, /expired|bad certificate/i],
        (name: string) => authority.issue(name, -1),
      ],
    ] as const) {
      it(`keep out who ${who}, for that reason`, async () => {
        const [said, told] = reasons;
        // Each product has its own way to name its RPC.
        const times = async () => {
          const lines = (await cluster.logs(Infinity)).split("\n").filter((line) => said.test(line));
          return [/agent\.server\.rpc/, /nomad\.rpc/].map((part) => lines.filter((line) => part.test(line)).length);
        };
        const [consul = 0, nomad = 0] = await times();
        for (const product of products) {
          const answer = await answerOf(product, await identity(`server.loopback.${product}`));
          assert.match(answer, told ?? /closed|ECONNRESET/, product);
        }
        await cluster.eventually(async () => {
          assert.deepEqual(await times(), [consul + 1, nomad + 1]);
        });
      });
    }

    it("change to those of another authority while agents run, after which the old ones open nothing", async () => {
      const next = await Authority.make("second");
      const old = await authority.issue("server.loopback.consul");
      const trusted = authority.pem + next.pem;
      for (const [signer, authorities] of [
        [authority, trusted],
        [next, trusted],
        [next, next.pem],
      ] as const) {
        await cluster.renew(async (name, address) => ({
          identity: await signer.issue(name, 24, [address]),
          authorities,
        }));
        await assertWorks();
      }
      for (const product of products) {
        assert.match(await answerOf(product, old), /unknown ca|bad certificate/i);
        assert.equal(await answerOf(product, await next.issue(`client.loopback.${product}`)), "accepted");
      }
      authority = next;
    });

    it("keep a client from posing as a server", async () => {
      const address = cluster.client(++strangers);
      const poser = join(directory, address);
      await mkdir(poser);
      const identity = await authority.issue("client.loopback.consul");
      await writePapers(poser, { identity, authorities: authority.pem });
      const options = {
        datacenter: "loopback",
        dataDir: join(poser, "data"),
        bindAddress: address,
        clientAddress: address,
      };
      const agent = await launch("consul", poser, {
        ...consulAgentConfig({ ...options, nodeName: address, tls: papersOf(poser), server: { expect: 3 } }),
        ...{ retry_join: [cluster.server(0)], retry_interval: "1s", encrypt: two },
      });
      try {
        await cluster.eventually(async () => {
          assert.match(
            await cluster.logs(),
            /certificate is valid for client\.loopback\.consul, localhost, not server\.loopback\.consul/,
          );
        });
        const raft = (await cluster.get(`${cluster.consulAddress}/v1/operator/raft/configuration`)) as {
          Servers: { Node: string; Voter: boolean }[];
        };
        assert.ok(!raft.Servers.some(({ Node, Voter }) => Node === address && Voter), "it has a vote");
        await assertWorks();
      } finally {
        await agent.kill();
      }
    });
  });
});
