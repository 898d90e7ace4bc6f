import assert from "node:assert/strict";
import { inspect, wait } from "../../../components/ready-gate/gate.mjs";
import { client, follower, leader, playCluster, playLeaderless } from "../../support/cluster-double";
import { useHttpDouble } from "../../support/http-double";

const want = { consulServers: 3, nomadServers: 1, nodePools: ["default"], timeoutSeconds: 60 };

describe("the ready gate's look at a cluster", () => {
  const consul = useHttpDouble();
  const nomad = useHttpDouble();
  const look = (wanted = want) => inspect(consul().url, nomad().url, wanted);

  beforeEach(() => {
    playCluster(consul(), [leader, follower, follower]);
    playCluster(nomad(), [leader], [client]);
  });

  it("misses nothing in a healthy cluster", async () => {
    assert.deepEqual(await look(), { missing: [], usable: true });
  });

  it("says that a leader is missing, and why", async () => {
    playLeaderless(consul());
    playLeaderless(nomad());
    assert.deepEqual(await look(), {
      missing: [
        `Consul at ${consul().url} has no leader that answers: HTTP 500 No cluster leader`,
        `Nomad at ${nomad().url} has no leader that answers: HTTP 500 No cluster leader`,
        "the clients of node pools default are unknown: HTTP 500 No cluster leader",
      ],
      usable: false,
    });
    playCluster(consul(), [follower, follower, follower]);
    assert.equal((await look()).missing[0], "Consul has no leader");
  });

  it("says that nobody answers at an address", async () => {
    const { url } = nomad();
    await nomad().stop();
    const { missing, usable } = await inspect(consul().url, url, want);
    assert.equal(usable, false);
    assert.match(missing[0] ?? "", new RegExp(`^Nomad at ${url} has no leader that answers: connect ECONNREFUSED`));
  });

  it("counts only healthy voters, in autopilot's answer of 429", async () => {
    playCluster(consul(), [leader, follower, { ...follower, Healthy: false }]);
    assert.deepEqual(await look(), { missing: ["Consul has 2 of 3 servers as healthy voters"], usable: true });
    playCluster(consul(), [leader, { ...follower, Voter: false }, follower]);
    assert.deepEqual(await look(), { missing: ["Consul has 2 of 3 servers as healthy voters"], usable: true });
    consul().answers["/v1/operator/autopilot/health"] = { body: { Healthy: true, Servers: null } };
    assert.deepEqual(await look(), {
      missing: ["Consul has no leader", "Consul has 0 of 3 servers as healthy voters"],
      usable: false,
    });
  });

  it("wants a client of each pool that can take tasks", async () => {
    const pools = { ...want, nodePools: ["default", "public", "private"] };
    playCluster(nomad(), [leader], [client, { ...client, NodePool: "public" }]);
    assert.deepEqual(await look(pools), { missing: ["node pool private has no client that is ready"], usable: true });
    const notReady = [
      { ...client, NodePool: "default", Status: "down" },
      { ...client, NodePool: "public", Drain: true },
      { ...client, NodePool: "private", SchedulingEligibility: "ineligible" },
    ];
    playCluster(nomad(), [leader], notReady);
    assert.deepEqual(
      (await look(pools)).missing,
      pools.nodePools.map((pool) => `node pool ${pool} has no client that is ready`),
    );
  });

  it("wants as many clients of a pool as are said", async () => {
    const wanted = { ...want, minClients: { default: 2 } };
    playCluster(nomad(), [leader], [client]);
    assert.deepEqual(await look(wanted), { missing: ["node pool default has 1 of 2 clients ready"], usable: true });
    playCluster(nomad(), [leader], [client, client]);
    assert.deepEqual(await look(wanted), { missing: [], usable: true });
  });

  it("does not ask for clients that nobody wants", async () => {
    delete nomad().answers["/v1/nodes"];
    assert.deepEqual(await look({ ...want, nodePools: [] }), { missing: [], usable: true });
    assert.ok(nomad().requests.every(({ url }) => !url.startsWith("/v1/nodes")));
  });

  it("gives each of the two its own token", async () => {
    const { CONSUL_HTTP_TOKEN, NOMAD_TOKEN } = process.env;
    Object.assign(process.env, { CONSUL_HTTP_TOKEN: "for-consul", NOMAD_TOKEN: "for-nomad" });
    try {
      await look();
    } finally {
      for (const [name, value] of Object.entries({ CONSUL_HTTP_TOKEN, NOMAD_TOKEN })) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    assert.ok(consul().requests.every(({ headers }) => headers["x-consul-token"] === "for-consul"));
    assert.ok(nomad().requests.every(({ headers }) => headers["x-nomad-token"] === "for-nomad"));
    assert.ok(!JSON.stringify(consul().requests).includes("for-nomad"), "Consul was told Nomad's token");
    assert.ok(!JSON.stringify(nomad().requests).includes("for-consul"), "Nomad was told Consul's token");
  });
});

describe("the ready gate's waiting", () => {
  const nothing = { missing: [], usable: true };
  const something = (...missing: string[]) => ({ missing, usable: true });

  /** Finds one thing after the other, and the last one for ever. */
  function sequence<T>(first: T, ...rest: T[]): () => Promise<T> {
    let found = first;
    const later = [...rest];
    return async () => {
      const now = found;
      found = later.shift() ?? found;
      return now;
    };
  }

  it("does not wait where nothing is missing", async () => {
    const told: string[][] = [];
    const start = Date.now();
    assert.deepEqual(await wait(sequence(nothing), 60, (missing) => told.push(missing)), nothing);
    assert.ok(Date.now() - start < 400);
    assert.deepEqual(told, []);
  });

  it("goes on when the cluster has recovered, and tells each change once", async () => {
    const told: string[][] = [];
    const look = sequence(something("a", "b"), something("a", "b"), something("b"), nothing);
    assert.deepEqual(await wait(look, 60, (missing) => told.push(missing)), nothing);
    assert.deepEqual(told, [["a", "b"], ["b"], []]);
  });

  it("gives up in time, with what it found last", async () => {
    const start = Date.now();
    assert.deepEqual(await wait(sequence(something("a"), something("b")), 1), something("b"));
    assert.ok(Date.now() - start < 5000);
  });

  it("looks once even where there is no time", async () => {
    assert.deepEqual(await wait(sequence(something("a"), nothing), 0.01), something("a"));
  });
});
