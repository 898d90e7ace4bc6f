import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { nomadPolicies } from "../../components";
import { loginMethod, signLogin } from "../../components/nomad-acl/sign";
import { run } from "../support/command";
import { LoopbackCluster } from "../support/loopback-cluster";
import { runProgram } from "../support/settings-program";

type Call = [method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object];

/** What `NomadAcl` runs. */
const program = 'import { main } from "pulumi-cos/nomad-acl"; await main();';

/** What the image's program does on a server of Nomad, with other files and another user. */
const accept = (management: string, reset: string) => `
import sys
from pathlib import Path
sys.path.insert(0, ${JSON.stringify(join(__dirname, "..", "..", "ami", "files", "usr", "local", "lib", "cos-boot"))})
from cos_boot import acl
acl.MANAGEMENT, acl.RESET, acl.AGENT = Path(${JSON.stringify(management)}), Path(${JSON.stringify(reset)}), ${JSON.stringify(userInfo().username)}
acl.accept()
`;

describe("the ACLs of a real Nomad", function () {
  this.timeout(180_000);
  let management: string = randomUUID();
  const secrets: Record<string, string> = {};
  let cluster: LoopbackCluster;
  let begun: Awaited<ReturnType<typeof begin>>[];

  const begin = (token = management, ...others: string[]) =>
    runProgram(program, {
      ...{ NOMAD_ADDR: cluster.nomadAddress, NOMAD_TOKEN: token, COS_NOMAD_OTHERS: JSON.stringify(others) },
    });

  async function ask(token: string | undefined, ...[method, path, body]: Call) {
    const response = await fetch(`${cluster.nomadAddress}/v1/${path}`, {
      method,
      headers: { Connection: "close", ...(token && { "X-Nomad-Token": token }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }
  async function json(...call: Call): Promise<unknown> {
    const { status, text } = await ask(management, ...call);
    assert.equal(status, 200, `${call[0]} ${call[1]}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** A job that runs for as long as it is left alone. */
  const job = (id: string) => ({
    ...{ ID: id, Name: id, Type: "service", Datacenters: ["a"] },
    TaskGroups: [
      {
        ...{ Name: "g", Count: 1 },
        Tasks: [
          {
            Name: "t",
            Driver: "raw_exec",
            Config: { command: "sleep", args: ["600"] },
            Resources: { CPU: 20, MemoryMB: 16 },
          },
        ],
      },
    ],
  });

  before(async () => {
    cluster = await LoopbackCluster.create({
      ...{ consulServers: 1, nomadServers: 3, clients: [{ nodePool: "default", datacenter: "a" }] },
      nomadToken: management,
    });
    // Two at once, while the servers find each other.
    const [one, two] = await Promise.all([begin(), begin(), cluster.start()]);
    begun = [one, two];
    for (const [name, { description, rules }] of Object.entries(nomadPolicies)) {
      await json("POST", `acl/policy/${name}`, { Name: name, Description: description, Rules: rules });
      const token = (await json("PUT", "acl/token", { Name: name, Type: "client", Policies: [name] })) as {
        SecretID: string;
      };
      secrets[name] = token.SecretID;
    }
    await json("PUT", "jobs", { Job: job("there") });
    await cluster.eventually(async () => {
      const allocations = (await json("GET", "job/there/allocations")) as { ClientStatus: string }[];
      assert.deepEqual(
        allocations.map(({ ClientStatus }) => ClientStatus),
        ["running"],
      );
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") console.error(await cluster.logs());
  });
  after(() => cluster.stop(management));

  it("are begun once, with the token that is given, however many begin at the same time", async () => {
    const said = begun.map(({ code, stdout, stderr }) => [code, stdout, stderr].join("|")).sort();
    assert.deepEqual(said, ["0|Nomad has taken its first management token|", "0||"]);
    assert.deepEqual(await begin(), { code: 0, stdout: "", stderr: "" });
    const self = (await json("GET", "acl/token/self")) as { SecretID: string; Type: string };
    assert.deepEqual([self.SecretID, self.Type], [management, "management"]);
  });

  it("deny everything to who has no token", async () => {
    for (const path of ["jobs", "nodes", "agent/self", "operator/autopilot/health", "acl/tokens"]) {
      const { status, text } = await ask(undefined, "GET", path);
      assert.deepEqual([status, text.trim()], [403, "Permission denied"], path);
    }
    // An unknown one is not none.
    assert.match((await ask(randomUUID(), "GET", "nodes")).text, /ACL token not found|Permission denied/);
  });

  const nodePath = async () => `node/${((await json("GET", "nodes")) as { ID: string }[])[0]?.ID ?? ""}`;
  const variable = { Path: "it", Items: { a: "b" } };
  const rights: Record<string, (node: string) => { may: Call[]; not: Call[] }> = {
    "node-programs": (node) => ({
      may: [
        ["GET", "agent/self"],
        ["GET", node],
        ["PUT", `${node}/eligibility`, { Eligibility: "ineligible" }],
        ["PUT", `${node}/drain`, { DrainSpec: null, MarkEligible: true }],
      ],
      not: [
        ["PUT", "jobs", { Job: job("mine") }],
        ["DELETE", "job/there"],
        ["GET", "operator/autopilot/configuration"],
        ["PUT", "var/it", variable],
        ["GET", "acl/tokens"],
      ],
    }),
    "server-programs": (node) => ({
      may: [
        ["GET", "operator/autopilot/configuration"],
        ["GET", "agent/members"],
        ["GET", "nodes"],
      ],
      not: [
        ["PUT", `${node}/eligibility`, { Eligibility: "ineligible" }],
        ["PUT", "jobs", { Job: job("mine") }],
        ["GET", "acl/tokens"],
      ],
    }),
    operator: (node) => ({
      may: [
        ["PUT", "jobs", { Job: job("mine") }],
        // Not purged: where that comes while the job is being placed, the leader of Nomad 1.11.3 panics (nomad/plan_apply.go, `applyPlan`), and its successor.
        ["DELETE", "job/mine"],
        ["PUT", `${node}/eligibility`, { Eligibility: "eligible" }],
        ["PUT", "var/it", variable],
        ["GET", "operator/scheduler/configuration"],
      ],
      not: [
        ["GET", "acl/tokens"],
        ["POST", "acl/policy/mine", { Name: "mine", Rules: 'node { policy = "read" }' }],
      ],
    }),
    "read-only": (node) => ({
      may: [
        ["GET", node],
        ["GET", "job/there"],
        ["POST", "job/there/plan", { Job: job("there"), Diff: true }],
        ["GET", "operator/autopilot/configuration"],
        ["GET", "operator/scheduler/configuration"],
      ],
      not: [
        ["PUT", "jobs", { Job: job("mine") }],
        ["DELETE", "job/there"],
        ["PUT", `${node}/eligibility`, { Eligibility: "ineligible" }],
        ["PUT", "var/it", variable],
        ["GET", "var/it"],
        ["GET", "acl/tokens"],
      ],
    }),
  };
  for (const [name, of] of Object.entries(rights)) {
    it(`let ${name} do what it needs, and nothing more`, async () => {
      const { may, not } = of(await nodePath());
      for (const call of may) {
        const { status, text } = await ask(secrets[name], ...call);
        assert.equal(status, 200, `${call[0]} ${call[1]}: ${status} ${text}`);
      }
      for (const call of not) {
        const { status, text } = await ask(secrets[name], ...call);
        assert.deepEqual([status, text.trim()], [403, "Permission denied"], call[1]);
      }
    });
  }

  it("show programs of nodes what still runs there: nothing is drained that looks so", async () => {
    const path = `${await nodePath()}/allocations`;
    const seen = async (token: string | undefined) =>
      (JSON.parse((await ask(token, "GET", path)).text) as { JobID: string }[]).map(({ JobID }) => JobID);
    assert.ok((await seen(secrets["node-programs"])).includes("there"));
    // What the right to read jobs is for.
    assert.ok(!(await seen(secrets["server-programs"])).includes("there"));
  });

  it("give tokens for proofs by a key that they know, with the policy that is named there, and for no others", async () => {
    const [known, other] = [1, 2].map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }));
    assert.ok(known && other);
    const pem = ({ privateKey }: { privateKey: KeyObject }) =>
      privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { name, audience, algorithm, claim } = loginMethod;
    await json("POST", "acl/auth-method", {
      ...{ Name: name, Type: "JWT", TokenLocality: "local", MaxTokenTTL: "24h0m0s" },
      Config: {
        JWTValidationPubKeys: [known.publicKey.export({ type: "spki", format: "pem" })],
        ...{ BoundAudiences: [audience], SigningAlgs: [algorithm], ClaimMappings: { [claim]: claim } },
      },
    });
    await json("POST", "acl/binding-rule", {
      ...{ AuthMethod: name, BindType: "policy", BindName: `\${value.${claim}}` },
    });
    const login = (LoginToken: string) => ask(undefined, "POST", "acl/login", { AuthMethodName: name, LoginToken });

    const proof = signLogin(pem(known), "operator");
    assert.equal(signLogin(pem(known), "operator"), proof, "the same each time");
    const { status, text } = await login(proof);
    assert.equal(status, 200, text);
    const token = JSON.parse(text) as { SecretID: string; Policies: string[]; Type: string; ExpirationTTL: string };
    assert.deepEqual([token.Policies, token.Type, token.ExpirationTTL], [["operator"], "client", "24h0m0s"]);
    assert.equal((await ask(token.SecretID, "GET", "operator/scheduler/configuration")).status, 200);
    assert.equal((await ask(token.SecretID, "GET", "acl/tokens")).status, 403);
    const wrong = await login(signLogin(pem(other), "operator"));
    assert.equal(wrong.status, 401);
    assert.match(wrong.text, /no known key successfully validated the token signature/);
    // There is no such policy: it may nothing.
    assert.match((await login(signLogin(pem(known), "management"))).text, /no role or policy bindings matched|policy/);
  });

  it("are not begun with another token, and then what to do is said", async () => {
    const other = randomUUID();
    const { code, stdout, stderr } = await begin(other);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^the ACLs of Nomad at http:\S+ cannot be begun: it has taken another management token before.*`echo \d+ \| sudo tee \/var\/lib\/nomad\/server\/acl-bootstrap-reset`/,
    );
    assert.ok(!stderr.includes(other));
    const client = await begin(secrets.operator);
    assert.match(client.stderr, /cannot be begun: the token is known, and is none of the management/);
  });

  it("take another management token from the program of the leader's node alone, and end the old one when it is not wanted any more", async () => {
    const next = randomUUID();
    const asked = async (token: string) => (await ask(token, "GET", "acl/tokens")).status;
    const leader = (JSON.parse((await ask(undefined, "GET", "status/leader")).text) as string).split(":")[0];
    const servers = [0, 1, 2].map((i) => cluster.server(i));
    const acceptOn = async (server: string) => {
      const data = cluster.dataDirectory("nomad", server);
      const wanted = join(data, "wanted.json");
      await writeFile(wanted, JSON.stringify([management, next]));
      const program = accept(wanted, join(data, "server", "acl-bootstrap-reset"));
      return run("python3", ["-B", "-c", program], { env: { ...process.env, NOMAD_ADDR: `http://${server}:4646` } });
    };
    for (const server of servers.filter((each) => each !== leader)) {
      await assert.rejects(acceptOn(server), /already done/);
    }
    assert.equal(await asked(next), 403);
    await acceptOn(leader ?? "");
    await cluster.eventually(async () => {
      assert.equal(await asked(next), 200);
    });
    for (const server of servers) await acceptOn(server);

    assert.deepEqual(await begin(management, next), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(await begin(next, management), { code: 0, stdout: "", stderr: "" });
    const { code, stdout, stderr } = await begin(next);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^the management token \S+ is not accepted any more$/);
    await cluster.eventually(async () => {
      assert.deepEqual([await asked(management), await asked(next)], [403, 200]);
    });
    management = next;
  });
});
