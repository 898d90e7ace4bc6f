import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { consulPolicies } from "../../components";
import { ask } from "../../components/ask.js";
import { Authority } from "../support/authority";
import { LoopbackCluster } from "../support/loopback-cluster";
import { runProgram } from "../support/settings-program";

type Method = "GET" | "PUT" | "POST" | "DELETE";

/** With everything on: TLS, and ACLs of both products. */
describe("identities of Nomad's tasks, for a real Consul", function () {
  this.timeout(240_000);
  const [management, agent, nomadsToken]: string[] = [randomUUID(), randomUUID(), randomUUID()];
  let authority: Authority;
  let cluster: LoopbackCluster;

  const program = (name: string, environment: Record<string, string>) =>
    runProgram(`import { main } from "pulumi-cos/${name}"; await main();`, { COS_CA_PEM: authority.pem }, environment);

  /** Has Consul know the tokens, and take identities where they are wanted. */
  const apply = (workloads?: object) =>
    program("consul-acl", {
      CONSUL_HTTP_ADDR: cluster.consulAddress,
      CONSUL_HTTP_TOKEN: management ?? "",
      COS_CONSUL_ACL: JSON.stringify({
        ...{ cluster: "blue", policies: consulPolicies("blue"), anonymousPolicies: ["names"], workloads },
        tokens: {
          agent: { secretIds: [agent], policies: ["agent"] },
          nomad: { secretIds: [nomadsToken], policies: ["nomad-server", "nomad-client"] },
        },
      }),
    });
  const workloads = () => ({
    jwksUrl: `${cluster.nomadAddress}/.well-known/jwks.json`,
    caPem: authority.pem,
    namespaces: { default: ["tasks"] },
  });

  async function call(product: "consul" | "nomad", method: Method, path: string, body?: object, token = management) {
    const headers = { [product === "consul" ? "X-Consul-Token" : "X-Nomad-Token"]: token ?? "" };
    const question = { method, headers, trust: { ca: authority.pem }, body: body && JSON.stringify(body) };
    const address = product === "consul" ? cluster.consulAddress : cluster.nomadAddress;
    return ask(`${address}/v1/${path}`, question, 10_000);
  }
  async function json<T>(product: "consul" | "nomad", method: Method, path: string, body?: object): Promise<T> {
    const { status, text } = await call(product, method, path, body);
    assert.equal(status, 200, `${method} ${path}: ${text}`);
    return JSON.parse(text || "null") as T;
  }

  /** A job with a service whose task keeps what token it got where it can be read. Nothing in it is a token. */
  const job = (ID: string, Namespace: string) => ({
    ...{ ID, Name: ID, Namespace, Type: "service", Datacenters: ["a"] },
    TaskGroups: [
      {
        ...{ Name: "g", Count: 1, Consul: {} },
        RestartPolicy: { Attempts: 0, Mode: "fail" },
        ReschedulePolicy: { Attempts: 0, Unlimited: false },
        Services: [{ Name: ID, Provider: "consul" }],
        Tasks: [
          {
            ...{ Name: "t", Driver: "raw_exec", Consul: {} },
            Config: {
              command: "sh",
              args: ["-c", "cat $NOMAD_SECRETS_DIR/consul_token > $NOMAD_TASK_DIR/it; sleep 600"],
            },
            Resources: { CPU: 20, MemoryMB: 16 },
          },
        ],
      },
    ],
  });

  before(async () => {
    authority = await Authority.make("blue");
    cluster = await LoopbackCluster.create({
      ...{ consulServers: 1, nomadServers: 1, clients: [{ nodePool: "default", datacenter: "a" }], authority },
      ...{
        consulTokens: { server: { agent: agent ?? "", initialManagement: management }, client: { agent: agent ?? "" } },
      },
      ...{ nomadToken: management, nomadConsulToken: nomadsToken },
    });
    await cluster.start();
    const begun = await Promise.all([
      apply(),
      program("nomad-acl", { NOMAD_ADDR: cluster.nomadAddress, NOMAD_TOKEN: management ?? "" }),
    ]);
    for (const { code, stderr } of begun) assert.deepEqual([code, stderr], [0, ""]);
    await cluster.eventually(async () => {
      const nodes = await json<{ Status: string; Attributes?: object }[]>("nomad", "GET", "nodes");
      assert.deepEqual(
        nodes.map(({ Status }) => Status),
        ["ready"],
      );
      const services = await json<Record<string, unknown>>("consul", "GET", "catalog/services");
      assert.ok("nomad" in services && "nomad-client" in services, "Nomad registers itself");
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.error(await cluster.logs());
  });
  after(() => cluster.stop());

  it("are verified by Nomad's keys once Nomad is there, and set up once", async () => {
    const first = await apply(workloads());
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.deepEqual(first.stdout.split("\n"), [
      "the role nomad-tasks-default is new",
      `identities of Nomad are verified (${cluster.nomadAddress}/.well-known/jwks.json)`,
      "the binding rule service is new",
      "the binding rule role is new",
    ]);
    assert.deepEqual(await apply(workloads()), { code: 0, stdout: "", stderr: "" });
  });

  it("get a service registered under its own name, and its task a token with the rights of its namespace", async () => {
    await json("nomad", "PUT", "jobs", { Job: job("web", "default") });
    let token = "";
    await cluster.eventually(async () => {
      const [allocation] = await json<{ ID: string }[]>("nomad", "GET", "job/web/allocations");
      const file = await call("nomad", "GET", `client/fs/cat/${allocation?.ID ?? ""}?path=t/local/it`);
      assert.equal(file.status, 200, file.text);
      token = file.text.trim();
      assert.match(token, /^[0-9a-f-]{36}$/);
      const found = await json<object[]>("consul", "GET", "health/service/web?passing");
      assert.equal(found.length, 1);
    });
    const self = await call("consul", "GET", "acl/token/self", undefined, token);
    const { AuthMethod, Roles, Policies } = JSON.parse(self.text) as {
      AuthMethod: string;
      Roles: { Name: string }[];
      Policies?: object[];
    };
    assert.deepEqual(
      [AuthMethod, Roles.map(({ Name }) => Name), Policies],
      ["nomad-workloads", ["nomad-tasks-default"], undefined],
    );
    const services = await call("consul", "GET", "catalog/services", undefined, token);
    assert.ok("web" in (JSON.parse(services.text) as object));
    for (const [method, path] of [
      ["PUT", "kv/any"],
      ["GET", "acl/tokens"],
      ["PUT", "agent/service/register"],
    ] as const) {
      const { status } = await call("consul", method, path, { Name: "web" }, token);
      assert.equal(status, 403, path);
    }
  });

  it("get nothing in a namespace that has no role", async () => {
    await json("nomad", "PUT", "namespace/other", { Name: "other" });
    await json("nomad", "PUT", "jobs?namespace=other", { Job: job("stranger", "other") });
    await cluster.eventually(async () => {
      const [allocation] = await json<
        { ClientStatus: string; TaskStates: Record<string, { Events: { DisplayMessage: string }[] }> }[]
      >("nomad", "GET", "job/stranger/allocations?namespace=other");
      assert.equal(allocation?.ClientStatus, "failed");
    });
    assert.deepEqual(await json("consul", "GET", "health/service/stranger"), []);
  });

  it("are not taken any more where they are not wanted", async () => {
    const { code, stdout, stderr } = await apply();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(stdout.split("\n").sort(), [
      "identities of Nomad are not verified any more",
      "the binding rule role is gone",
      "the binding rule service is gone",
      "the role nomad-tasks-default is gone",
    ]);
  });
});
