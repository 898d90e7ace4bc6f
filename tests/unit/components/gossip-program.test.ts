import assert from "node:assert/strict";
import { type Answer, type HttpDouble, type Request, useHttpDouble } from "../../support/http-double";
import { runProgram } from "../../support/settings-program";

const [one, two, three] = ["1", "2", "3"].map((digit) => Buffer.alloc(32, digit).toString("base64")) as [
  string,
  string,
  string,
];

/** Agents that gossip, of which each has its keys, the first of which encrypts. */
class Agents {
  /** Changes in their order, with the number of the key. */
  readonly changes: string[] = [];

  constructor(readonly keys: string[][]) {}

  list(withPrimary: boolean) {
    const count = (of: string[]) =>
      Object.fromEntries([...new Set(of)].map((key) => [key, of.filter((each) => each === key).length]));
    return {
      NumNodes: this.keys.length,
      Keys: count(this.keys.flat()),
      ...(withPrimary && { PrimaryKeys: count(this.keys.map(([primary = ""]) => primary)) }),
    };
  }

  /** What Serf does with a change: each agent for itself. */
  change(change: string, { body }: Request): Answer {
    const key = (JSON.parse(body) as { Key: string }).Key;
    this.changes.push(`${change} ${[one, two, three].indexOf(key) + 1}`);
    if (change === "use" && this.keys.some((keys) => !keys.includes(key))) {
      return { status: 500, body: "1/2 nodes reported failure" };
    }
    if (change === "remove" && this.keys.some(([primary]) => primary === key)) {
      return { status: 500, body: "Removing the primary key is not allowed" };
    }
    for (const keys of this.keys) {
      const rest = keys.filter((each) => each !== key);
      const next = { install: keys.includes(key) ? keys : [...keys, key], use: [key, ...rest], remove: rest }[change];
      keys.splice(0, keys.length, ...(next ?? []));
    }
    return { body: "" };
  }
}

function serveConsul(
  double: HttpDouble,
  agents: Agents,
  before: (request: Request) => Answer | undefined = () => undefined,
) {
  double.answers["/v1/operator/keyring"] = (request) => {
    const change = { POST: "install", PUT: "use", DELETE: "remove" }[request.method];
    return before(request) ?? (change ? agents.change(change, request) : { body: [agents.list(true)] });
  };
}

function serveNomad(double: HttpDouble, agents: Agents) {
  double.answers["/v1/agent/keyring/list"] = () => ({ body: { Messages: {}, ...agents.list(false) } });
  for (const change of ["install", "use", "remove"]) {
    double.answers[`/v1/agent/keyring/${change}`] = (request) => {
      assert.equal(request.method, "PUT");
      return agents.change(change, request);
    };
  }
}

describe("the program for the keys of gossip", function () {
  this.timeout(30_000);
  const consul = useHttpDouble();
  const nomad = useHttpDouble();

  async function run(keys: { consul?: string[]; nomad?: string[] }, environment: Record<string, string> = {}) {
    const result = await runProgram(
      'import { main } from "pulumi-cos/gossip"; await main();',
      { CONSUL_HTTP_ADDR: consul().url, NOMAD_ADDR: nomad().url, COS_GOSSIP: JSON.stringify(keys) },
      environment,
    );
    for (const key of [one, two, three]) assert.ok(!(result.stdout + result.stderr).includes(key), "a key is said");
    return result;
  }

  it("changes nothing where all agents have the keys that they are to have", async () => {
    const agents = [new Agents([[one], [one]]), new Agents([[two], [two]])] as const;
    serveConsul(consul(), agents[0]);
    serveNomad(nomad(), agents[1]);
    assert.deepEqual(await run({ consul: [one], nomad: [two] }), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual([agents[0].changes, agents[1].changes], [[], []]);
  });

  it("gives all agents a key before one encrypts with it, and takes one away when none does any more", async () => {
    const agents = [new Agents([[one], [one, two]]), new Agents([[one], [one]])] as const;
    serveConsul(consul(), agents[0]);
    serveNomad(nomad(), agents[1]);
    const { code, stdout, stderr } = await run({ consul: [two], nomad: [two] });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.deepEqual(stdout.split("\n"), [
      "Consul: gossip takes 1 key more",
      "Consul: gossip is encrypted with the first key",
      "Consul: gossip takes 1 key less",
      "Nomad: gossip takes 1 key more",
      "Nomad: gossip is encrypted with the first key",
      "Nomad: gossip takes 1 key less",
    ]);
    for (const { keys, changes } of agents) {
      assert.deepEqual(keys, [[two], [two]]);
      assert.deepEqual(changes, ["install 2", "use 2", "remove 1"]);
    }
  });

  it("has the new key known first, and encrypt later, where it is told so", async () => {
    const agents = [new Agents([[one], [one]]), new Agents([[one], [one]])] as const;
    serveConsul(consul(), agents[0]);
    serveNomad(nomad(), agents[1]);
    for (const keys of [[one, two], [two, one], [two]]) {
      assert.equal((await run({ consul: keys, nomad: keys })).code, 0);
      for (const each of agents) assert.deepEqual(each.keys, [keys, keys]);
    }
  });

  it("gives a key to an agent that comes meanwhile", async () => {
    const agents = new Agents([[one], [one]]);
    let came = false;
    serveConsul(consul(), agents, ({ method }) => {
      if (method === "PUT" && !came) {
        came = true;
        agents.keys.push([one]);
      }
      return undefined;
    });
    assert.equal((await run({ consul: [two] })).code, 0);
    assert.deepEqual(agents.keys, [[two], [two], [two]]);
    assert.deepEqual(agents.changes, ["install 2", "use 2", "install 2", "use 2", "remove 1"]);
  });

  it("waits for an agent that does not answer at the moment", async () => {
    const agents = new Agents([[one]]);
    let asked = 0;
    serveConsul(consul(), agents, () =>
      asked++ === 0 ? { status: 500, body: "1/2 nodes reported success" } : undefined,
    );
    assert.deepEqual(await run({ consul: [one] }), { code: 0, stdout: "", stderr: "" });
  });

  it("leaves a product alone of which it is told nothing", async () => {
    const agents = new Agents([[one]]);
    serveNomad(nomad(), agents);
    assert.equal((await run({ nomad: [one, three] })).code, 0);
    assert.deepEqual(agents.keys, [[one, three]]);
    assert.deepEqual(consul().requests, []);
  });

  it("says what to do where agents have started without keys, and what right a token needs", async () => {
    consul().answers["/v1/operator/keyring"] = { status: 500, body: "a: Keyring is empty (encryption not enabled)" };
    nomad().answers["/v1/agent/keyring/list"] = { status: 403, body: "Permission denied" };
    const { code, stdout, stderr } = await run({ consul: [one], nomad: [one] }, { NOMAD_TOKEN: "secret" });
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.deepEqual(stderr.split("\n"), [
      `the gossip keys of Consul at ${consul().url} cannot be set: an agent has started without keys, and its gossip ` +
        "cannot be encrypted while it runs: docs/security.md, Encrypted gossip, has what to do",
      `the gossip keys of Nomad at ${nomad().url} cannot be set: HTTP 403 Permission denied; ` +
        "NOMAD_TOKEN must hold a token with the right agent:write",
    ]);
    assert.equal(nomad().requests[0]?.headers["x-nomad-token"], "secret");
  });
});
