import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { useDirectory } from "../support/directory";
import { type HttpDouble, useHttpDouble } from "../support/http-double";
import { nomadParse, prepareNomad } from "../support/nomad-parse";
import { freePorts } from "../support/ports";
import { until } from "../support/until";

const jobFile = join(__dirname, "..", "..", "jobs", "fabio.nomad.hcl");
const services = "/v1/agent/services";
const allocation = "b4e61df9-b095-d64e-f241-23860da1375f";
const registered = { [`_nomad-task-${allocation}-group-fabio-fabio-proxy`]: { Service: "fabio" } };
/** Longest time that AWS's load balancer shall have to wait; the component sets it. */
const balancerTimeoutMs = 2000;
/** For how long the program may give the same answer without asking anew. */
const staleMs = 1000;

interface Health {
  status: number;
  text: string;
}

describe("fabio's health task", function () {
  this.timeout(20_000);

  const directory = useDirectory("fabio-health");
  const consul = useHttpDouble();
  const fabio = useHttpDouble();
  let script: string;
  let program: ChildProcess | undefined;
  let url = "";

  before(prepareNomad);
  before(async () => {
    const tasks = (await nomadParse(jobFile)).TaskGroups.flatMap((group) => group.Tasks);
    script = tasks.find(({ Name }) => Name === "health")?.Templates?.[0]?.EmbeddedTmpl ?? "";
    assert.match(script, /\/health/);
  });

  beforeEach(() => {
    consul().answers[services] = { body: registered };
    fabio().answers["/health"] = { body: "OK" };
  });
  afterEach(async () => {
    if (program?.exitCode === null && program.kill("SIGKILL")) await once(program, "exit");
  });

  /** Runs the program as Nomad would, and waits until it listens. */
  async function start(env: Record<string, string> = {}): Promise<void> {
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    program = spawn("python3", [directory.write("health.py", script)], {
      env: {
        PATH: process.env["PATH"],
        NOMAD_ALLOC_ID: allocation,
        CONSUL_HTTP_ADDR: `127.0.0.1:${consul().port}`,
        FABIO_HEALTH: `${fabio().url}/health`,
        LISTEN_IP: "127.0.0.1",
        LISTEN_PORT: String(port),
        ...env,
      },
      stdio: ["ignore", "ignore", "inherit"],
    });
    await until(() =>
      fetch(`${url}/`).then(
        ({ status }) => status === 404,
        () => false,
      ),
    );
  }

  async function health(): Promise<Health> {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(balancerTimeoutMs) });
    return { status: response.status, text: (await response.text()).trim() };
  }

  /** Asks until the answer has a text, and returns it. @throws when it does not come in the time that is allowed */
  async function becomes(text: RegExp): Promise<Health> {
    const deadline = Date.now() + staleMs + balancerTimeoutMs;
    for (;;) {
      const answer = await health();
      if (text.test(answer.text)) return answer;
      assert.ok(Date.now() < deadline, `still ${answer.status} ${answer.text}`);
    }
  }

  it("is 200 while fabio is registered and answers", async () => {
    await start();
    assert.deepEqual(await health(), { status: 200, text: "fabio is registered in Consul; fabio answers" });
  });

  it("asks Consul for the fabio of its own allocation, on its own node", async () => {
    await start();
    await health();
    const [asked] = consul().requests;
    assert.equal(new URL(asked?.url ?? "", url).pathname, services);
    const filter = new URL(asked?.url ?? "", url).searchParams.get("filter");
    assert.equal(filter, `Service == "fabio" and ID contains "${allocation}"`);
  });

  it("is 503 until fabio is registered", async () => {
    consul().answers[services] = { body: {} };
    await start();
    assert.deepEqual(await health(), { status: 503, text: "fabio is not registered in Consul yet; fabio answers" });
    consul().answers[services] = { body: registered };
    assert.equal((await becomes(/is registered/)).status, 200);
  });

  it("is 503 once fabio has left Consul, though it still answers, and 200 when it is back", async () => {
    await start();
    assert.equal((await health()).status, 200);
    consul().answers[services] = { body: {} };
    assert.deepEqual(await becomes(/has left/), { status: 503, text: "fabio has left Consul; fabio answers" });
    consul().answers[services] = { body: registered };
    assert.equal((await becomes(/is registered/)).status, 200);
  });

  it("is 503 where fabio is dead, and where it answers with an error", async () => {
    fabio().answers["/health"] = { status: 500, body: "" };
    await start();
    const answer = await health();
    assert.equal(answer.status, 503);
    assert.match(answer.text, /^fabio is registered in Consul; fabio does not answer \(HTTP Error 500/);
    await fabio().stop();
    assert.equal((await becomes(/fabio does not answer \(.*refused/)).status, 503);
  });

  it("is 503 in time where fabio hangs", async () => {
    const silent = await listen();
    try {
      await start({ FABIO_HEALTH: `${silent.url}/health` });
      const answer = await health();
      assert.equal(answer.status, 503);
      assert.match(answer.text, /fabio does not answer \(.*timed out/);
    } finally {
      silent.server.close();
    }
  });

  const cannotTell: Record<string, [(double: HttpDouble) => unknown, RegExp]> = {
    "is away": [(double) => double.stop(), /refused/],
    "has an error": [(double) => (double.answers[services] = { status: 500, body: "no leader" }), /HTTP Error 500/],
    "refuses the token": [(double) => (double.answers[services] = { status: 403, body: "" }), /HTTP Error 403/],
    "hides the service from the token": [
      (double) => (double.answers[services] = { headers: { "X-Consul-Results-Filtered-By-ACLs": "true" }, body: {} }),
      /its token does not let it read/,
    ],
    "answers no JSON": [(double) => (double.answers[services] = { body: "<html>" }), /Expecting value/],
  };
  for (const [how, [fail, why]] of Object.entries(cannotTell)) {
    it(`keeps what Consul said last while Consul ${how}`, async () => {
      await start();
      assert.equal((await health()).status, 200);
      await fail(consul());
      const answer = await becomes(/as far as is known: Consul cannot be asked/);
      assert.equal(answer.status, 200);
      assert.match(answer.text, /^fabio is registered in Consul, as far as is known/);
      assert.match(answer.text, why);
    });
  }

  it("keeps 503 too while Consul is away", async () => {
    await start();
    await health();
    consul().answers[services] = { body: {} };
    await becomes(/has left/);
    await consul().stop();
    const { status, text } = await becomes(/as far as is known/);
    assert.equal(status, 503);
    assert.match(text, /^fabio has left Consul, as far as is known/);
  });

  it("is 503 where Consul has never said anything, and looks at fabio's answer none the less", async () => {
    await start();
    await consul().stop();
    const { status, text } = await health();
    assert.equal(status, 503);
    assert.match(text, /^fabio is not registered in Consul yet, as far as is known: .*; fabio answers$/);
  });

  it("answers in time where Consul and fabio hang both", async () => {
    const silent = await listen();
    try {
      await start({ CONSUL_HTTP_ADDR: silent.url, FABIO_HEALTH: `${silent.url}/health` });
      const answers = await Promise.all(Array.from({ length: 4 }, health));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [503]);
    } finally {
      silent.server.close();
    }
  });

  it("answers many at once by one look", async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 20 }, health));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(consul().requests.length, 1);
    assert.equal(fabio().requests.length, 1);
  });

  it("sends no token where it has none, or that of the environment, or that of a file, anew with each look", async () => {
    const tokens = () => consul().requests.map(({ headers }) => headers["x-consul-token"]);
    await start();
    await health();
    program?.kill("SIGKILL");
    await start({ CONSUL_HTTP_TOKEN: "plain" });
    await health();
    assert.deepEqual(tokens(), ["", "plain"]);
    program?.kill("SIGKILL");
    await start({ CONSUL_HTTP_TOKEN: "plain", CONSUL_HTTP_TOKEN_FILE: directory.write("token", "first\n") });
    await health();
    assert.equal(tokens().at(-1), "first");
    directory.write("token", "second\n");
    await until(async () => {
      await health();
      return tokens().at(-1) === "second";
    });
  });

  it("has nothing but /health", async () => {
    await start();
    assert.equal((await fetch(`${url}/`)).status, 404);
    assert.equal((await fetch(`${url}/health?from=balancer`)).status, 200);
    assert.equal((await fetch(`${url}/health`, { method: "POST" })).status, 501);
  });

  it("goes on where one who asks says nothing", async () => {
    await start();
    const idle = connect(Number(new URL(url).port), "127.0.0.1");
    await once(idle, "connect");
    try {
      assert.equal((await health()).status, 200);
    } finally {
      idle.destroy();
    }
  });
});

/** A server that takes connections and never answers. */
async function listen(): Promise<{ server: Server; url: string }> {
  const [port = 0] = await freePorts(1);
  const server = createServer((socket) => socket.on("error", () => undefined).unref());
  await once(server.listen(port, "127.0.0.1"), "listening");
  return { server, url: `http://127.0.0.1:${port}` };
}
