import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { apply } from "../../components/cluster-settings/gossip.mjs";
import { launch } from "../support/agent-process";
import { LoopbackCluster } from "../support/loopback-cluster";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

const [one, two] = ["1", "2"].map((digit) => Buffer.alloc(32, digit).toString("base64")) as [string, string];

describe("the keys of gossip on real Consul and Nomad", function () {
  this.timeout(180_000);
  let cluster: LoopbackCluster;
  let directory: string;

  before(async () => {
    directory = await temporaryDirectory("gossip");
    cluster = await LoopbackCluster.create({
      ...{ consulServers: 2, nomadServers: 2, clients: [{ nodePool: "default", datacenter: "a" }] },
      gossip: { consul: [one], nomad: [one] },
    });
    await cluster.start();
    await cluster.eventually(async () => {
      assert.deepEqual([(await alive("consul")).length, (await alive("nomad")).length], [3, 2]);
    });
  });
  after(async () => {
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
    ...(await apply(
      { product: "Consul", url: cluster.consulAddress, tokenVariable: "-", tokenHeader: "X-Consul-Token" },
      keys,
    )),
    ...(await apply(
      { product: "Nomad", url: cluster.nomadAddress, tokenVariable: "-", tokenHeader: "X-Nomad-Token" },
      keys,
    )),
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
});
