import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { consulAgentConfig, consulPolicies, type ConsulPolicy, consulTokens } from "../../components";
import { globalManagement } from "../../components/consul-acl/args";
import { accessorOf } from "../../components/consul-acl/entries.js";
import { type AgentProcess, launch } from "../support/agent-process";
import { LoopbackCluster } from "../support/loopback-cluster";
import { runProgram } from "../support/settings-program";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

type Method = "GET" | "PUT" | "DELETE";

/** What `ConsulAcl` runs. */
const program = 'import { main } from "pulumi-cos/consul-acl"; await main();';

describe("the ACLs of a real Consul", function () {
  this.timeout(180_000);
  let management: string = randomUUID();
  const agent: string = randomUUID();
  const secrets: Record<string, string[]> = {
    agent: [agent],
    "node-programs": [randomUUID()],
    "server-programs": [randomUUID()],
    "nomad-server": [randomUUID()],
    "nomad-client": [randomUUID()],
    fabio: [randomUUID()],
    operator: [randomUUID()],
    "read-only": [randomUUID()],
  };
  const policies = consulPolicies("blue");
  let cluster: LoopbackCluster;
  let client: AgentProcess;
  let directory: string;

  before(async () => {
    directory = await temporaryDirectory("acl");
    cluster = await LoopbackCluster.create({
      ...{ consulServers: 3, nomadServers: 0, clients: [] },
      consulTokens: { server: { agent, initialManagement: management }, client: { agent } },
    });
    // Both at once, as on AWS: no server knows a token, and the program has to wait.
    const [, applied] = await Promise.all([cluster.start().then(startClient), apply()]);
    assert.deepEqual([applied.code, applied.stderr], [0, ""]);
  });
  after(async () => {
    await client.end();
    await cluster.stop();
    await removeDirectory(directory);
  });

  async function startClient(): Promise<void> {
    const address = cluster.client(0);
    await mkdir(join(directory, "client"));
    const place = { dataDir: join(directory, "client", "data"), bindAddress: address, clientAddress: address };
    const config = consulAgentConfig({
      ...{ ...place, nodeName: "client", datacenter: "loopback", retryJoin: [cluster.server(0)], acl: true },
    });
    client = await launch("consul", join(directory, "client"), {
      ...config,
      acl: { ...config.acl, ...consulTokens({ agent }).acl },
      log_level: "WARN",
    });
  }

  interface Options {
    token?: string;
    anonymousPolicies?: string[];
    own?: Record<string, ConsulPolicy>;
  }

  /** Has Consul accept the tokens. */
  function apply(
    changes: Record<string, string[] | undefined> = {},
    { token = management, anonymousPolicies = ["names"], own = policies }: Options = {},
  ) {
    const tokens = Object.entries({ ...secrets, ...changes }).flatMap(([name, secretIds]) =>
      secretIds ? [[name, { secretIds, policies: [name === "management" ? globalManagement : name] }] as const] : [],
    );
    const wanted = { cluster: "blue", policies: own, tokens: Object.fromEntries(tokens), anonymousPolicies };
    const environment = { CONSUL_HTTP_ADDR: cluster.consulAddress, CONSUL_HTTP_TOKEN: token };
    return runProgram(program, environment, { COS_CONSUL_ACL: JSON.stringify(wanted) });
  }

  /** The status of an answer, and what it says. */
  async function ask(token: string | undefined, method: Method, path: string, body?: unknown) {
    const response = await fetch(`${cluster.consulAddress}/v1/${path}`, {
      method,
      headers: { Connection: "close", ...(token && { "X-Consul-Token": token }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }
  const list = async (token: string | undefined, path: string) =>
    JSON.parse((await ask(token, "GET", path)).text) as unknown[];

  it("let agents into the catalog that were there before their token was", async () => {
    await cluster.eventually(async () => {
      const nodes = (await list(management, "catalog/nodes")) as { Node: string }[];
      assert.ok(nodes.some(({ Node }) => Node === "client") && nodes.length === 4, JSON.stringify(nodes));
    });
  });

  it("are left as they are where they are as they shall be", async () => {
    assert.deepEqual(await apply(), { code: 0, stdout: "", stderr: "" });
  });

  const key = "kv/cos/blue/secrets";
  const own = { Node: "client", SkipNodeUpdate: true };
  const intruder = { Node: "intruder", Address: "127.0.0.1" };
  /** Requests that each token may make, and that it may not. Which is another's stands among what it may not. */
  const rights: Record<string, { may: [Method, string, unknown?][]; not: [Method, string, unknown?][] }> = {
    agent: {
      may: [["PUT", "catalog/register", { ...intruder, Node: "made-by-agent" }]],
      not: [
        ["PUT", "catalog/register", { ...own, Service: { Service: "web" } }],
        ["GET", "kv/any"],
        ["PUT", `${key}/nodes/client`, "{}"],
        ["GET", "operator/autopilot/configuration"],
        ["GET", "acl/tokens"],
      ],
    },
    "node-programs": {
      may: [
        ["GET", "agent/self"],
        ["GET", "health/checks/nomad"],
        ["PUT", `${key}/nodes/client`, "{}"],
      ],
      not: [
        ["PUT", `${key}/wanted`, "{}"],
        ["PUT", "kv/any", "it"],
        ["PUT", "catalog/register", intruder],
        ["PUT", "agent/force-leave/nobody"],
      ],
    },
    "server-programs": {
      may: [
        ["GET", "operator/raft/configuration"],
        ["PUT", "agent/force-leave/nobody"],
      ],
      not: [
        ["PUT", "kv/any", "it"],
        ["GET", "operator/keyring"],
      ],
    },
    "nomad-server": {
      may: [
        ["PUT", "catalog/register", { ...own, Service: { Service: "nomad" } }],
        ["PUT", "catalog/deregister", { Node: "client", ServiceID: "nomad" }],
        ["GET", "agent/self"],
      ],
      not: [
        ["PUT", "catalog/register", { ...own, Service: { Service: "web" } }],
        ["GET", "kv/any"],
        ["PUT", "catalog/register", intruder],
        ["GET", "operator/autopilot/configuration"],
      ],
    },
    "nomad-client": {
      may: [
        ["PUT", "catalog/register", { ...own, Service: { Service: "web" } }],
        ["PUT", "catalog/deregister", { Node: "client", ServiceID: "web" }],
        ["GET", "agent/self"],
      ],
      not: [
        ["GET", "kv/any"],
        ["PUT", "kv/any", "it"],
        ["PUT", "catalog/register", intruder],
        ["GET", "operator/autopilot/configuration"],
      ],
    },
    fabio: {
      may: [["GET", "agent/self"]],
      not: [
        ["PUT", "catalog/register", { ...own, Service: { Service: "web" } }],
        ["GET", "kv/any"],
        ["PUT", "kv/fabio/config", "it"],
      ],
    },
    operator: {
      may: [
        ["PUT", "kv/any", "it"],
        ["GET", "operator/autopilot/configuration"],
        ["GET", "agent/self"],
      ],
      not: [
        ["GET", "acl/tokens"],
        ["GET", "operator/keyring"],
      ],
    },
    "read-only": {
      may: [
        ["GET", "kv/any"],
        ["GET", "operator/autopilot/configuration"],
      ],
      not: [
        ["PUT", "kv/any", "it"],
        ["DELETE", "kv/any"],
        ["GET", "acl/tokens"],
      ],
    },
    "no token": {
      may: [["GET", "status/leader"]],
      not: [
        ["GET", "kv/any"],
        ["GET", "agent/self"],
        ["PUT", "catalog/register", intruder],
      ],
    },
  };
  for (const [name, { may, not }] of Object.entries(rights)) {
    it(`let ${name} do what it needs, and nothing of others`, async () => {
      await ask(management, "PUT", "kv/any", "it");
      const token = secrets[name]?.[0];
      for (const [method, path, body] of may) {
        const { status, text } = await ask(token, method, path, body);
        // Consul's way to say that it would.
        assert.ok(
          status === 200 || text.includes("No node found with name 'nobody'"),
          `${method} ${path}: ${status} ${text}`,
        );
      }
      for (const [method, path, body] of not) {
        const { status, text } = await ask(token, method, path, body);
        assert.equal(status, 403, `${method} ${path}: ${status} ${text}`);
        assert.match(text, /Permission denied/, path);
      }
    });
  }

  it("answer names to whoever asks, and nothing more where that is not wanted", async () => {
    const resolver = new Resolver({ tries: 1 });
    resolver.setServers([`${cluster.client(0)}:8600`]);
    const resolve = () => resolver.resolve4("client.node.consul");
    assert.deepEqual(await resolve(), [cluster.client(0)]);
    assert.notDeepEqual(await list(undefined, "catalog/nodes"), []);
    const { stdout } = await apply({}, { anonymousPolicies: [] });
    assert.equal(stdout, "who has no token has no rights");
    assert.deepEqual(await list(undefined, "catalog/nodes"), []);
    await apply();
    await cluster.eventually(async () => {
      assert.deepEqual(await resolve(), [cluster.client(0)]);
    });
  });

  it("change a token in three steps, and refuse the old one then", async () => {
    const [old = ""] = secrets.operator ?? [];
    const next = randomUUID();
    const isAccepted = async (token: string) => (await ask(token, "GET", "kv/any")).status === 200;
    for (const [secretIds, accepted, said] of [
      [[old, next], [true, true], `the token operator is accepted (${accessorOf(next)})`],
      [[next, old], [true, true], ""],
      [[next], [false, true], `the token operator is not accepted any more (${accessorOf(old)})`],
    ] as const) {
      const { code, stdout, stderr } = await apply({ operator: [...secretIds] });
      assert.deepEqual([code, stdout, stderr], [0, said, ""]);
      assert.deepEqual([await isAccepted(old), await isAccepted(next)], accepted);
    }
    assert.match((await ask(old, "GET", "kv/any")).text, /ACL not found/);
    secrets.operator = [next];
  });

  it("change the management token, too, with which the cluster was made", async () => {
    const [old, next] = [management, randomUUID()];
    const rotate = async (token: string, ...secretIds: string[]) =>
      (await apply({ management: secretIds }, { token })).stdout;
    const first = await rotate(old, old, next);
    const initial = /the token management has changed \((.*)\)/.exec(first)?.[1] ?? "";
    assert.equal(
      first,
      `the token management has changed (${initial})\nthe token management is accepted (${accessorOf(next)})`,
    );
    assert.equal(await rotate(next, next, old), "");
    assert.equal(await rotate(next, next), `the token management is not accepted any more (${initial})`);
    assert.match((await ask(old, "GET", "acl/tokens")).text, /ACL not found/);
    assert.equal((await ask(next, "GET", "acl/tokens")).status, 200);
    secrets.management = [next];
    management = next;
  });

  it("are mended where somebody has changed them, where a snapshot is restored too, and leave those of others alone", async () => {
    const others = { AccessorID: randomUUID(), SecretID: randomUUID(), Description: "ours", Policies: [] };
    await ask(management, "PUT", "acl/token", others);
    const snapshot = await fetch(`${cluster.consulAddress}/v1/snapshot`, { headers: { "X-Consul-Token": management } });
    const state = Buffer.from(await snapshot.arrayBuffer());
    const [old = ""] = secrets.fabio ?? [];
    const lost = accessorOf(old);
    const wrong = { AccessorID: accessorOf(agent), Description: "pulumi-cos blue: agent", Policies: [] };
    await ask(management, "DELETE", `acl/token/${lost}`);
    await ask(management, "PUT", `acl/token/${wrong.AccessorID}`, wrong);
    const mended = await apply();
    assert.deepEqual(mended.stdout.split("\n").sort(), [
      `the token agent has changed (${wrong.AccessorID})`,
      `the token fabio is accepted (${lost})`,
    ]);

    const fabio: string[] = [randomUUID()];
    await apply({ fabio });
    const restored = await fetch(`${cluster.consulAddress}/v1/snapshot`, {
      ...{ method: "PUT", headers: { "X-Consul-Token": management }, body: state },
    });
    assert.equal(restored.status, 200);
    const again = await apply({ fabio });
    assert.deepEqual([again.code, again.stderr], [0, ""]);
    // A server that does not lead follows the restored state a moment later.
    await cluster.eventually(async () => {
      assert.match((await ask(old, "GET", "acl/token/self")).text, /ACL not found/);
      assert.equal((await ask(old, "GET", "agent/self")).status, 403);
    });
    assert.equal((await ask(fabio[0], "GET", "agent/self")).status, 200);
    assert.equal((await ask(others.SecretID, "GET", "acl/token/self")).status, 200);
    secrets.fabio = fabio;
  });

  it("lose what is not wanted any more", async () => {
    const { fabio, ...rest } = policies;
    assert.ok(fabio);
    const { stdout } = await apply({ fabio: undefined }, { own: rest });
    assert.equal(
      stdout,
      `the token fabio is not accepted any more (${accessorOf(secrets.fabio?.[0] ?? "")})\nthe policy fabio is gone`,
    );
    assert.equal((await apply()).code, 0);
  });

  it("are not set with a token that may not, which is said without it", async () => {
    const [operator = ""] = secrets.operator ?? [];
    const { code, stdout, stderr } = await apply({}, { token: operator });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^the ACLs of Consul at http:\S+ cannot be set: HTTP 403 .*CONSUL_HTTP_TOKEN must hold a token with the right acl:write/,
    );
    assert.ok(!stderr.includes(operator));
  });
});
