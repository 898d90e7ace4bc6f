import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ClusterSettings } from "../../../components/cluster-settings";
import { autopilotSettings } from "../../../components/cluster-settings/autopilot";
import { schedulerSettings } from "../../../components/nomad-cluster/scheduler";
import { type Answer, type HttpDouble, type Request, useHttpDouble } from "../../support/http-double";
import { MockEngine } from "../../../cli/preview/mock-engine";
import { freePorts } from "../../support/ports";

const root = join(__dirname, "..", "..", "..");
const path = "/v1/operator/autopilot/configuration";

/** What a new cluster of either product holds. */
const fresh = {
  CleanupDeadServers: true,
  LastContactThreshold: "200ms",
  MaxTrailingLogs: 250,
  MinQuorum: 0,
  ServerStabilizationTime: "10s",
  DisableUpgradeMigration: false,
};
const wanted = { ...fresh, LastContactThreshold: "1s", MinQuorum: 3 };

/** Lets a double hold a configuration as the products do, with an index for each writing. */
function holding(double: HttpDouble, configuration: object, onPut?: (request: Request) => Answer | undefined) {
  const held = { configuration: { ...configuration }, index: 7 };
  double.answers[path] = (request) => {
    if (request.method === "GET") {
      return { body: { ...held.configuration, CreateIndex: 4, ModifyIndex: held.index } };
    }
    const other = onPut?.(request);
    if (other) return other;
    if (new URL(request.url, double.url).searchParams.get("cas") !== String(held.index)) return { body: "false" };
    held.configuration = JSON.parse(request.body) as object;
    held.index++;
    return { body: "true" };
  };
  return held;
}

const freePort = async () => (await freePorts(1))[0] ?? 0;
const puts = (double: HttpDouble) => double.requests.filter(({ method }) => method === "PUT");

describe("autopilot's program, as its command runs it", function () {
  this.timeout(30_000);
  const consul = useHttpDouble();
  const nomad = useHttpDouble();

  /** Registers the settings and runs the command that they register, in the directory of the program. */
  async function run(environment: Record<string, string> = {}) {
    const engine = await MockEngine.start();
    const cluster = { servers: 3, autopilot: autopilotSettings(3, 5, undefined) };
    await engine.run(
      () =>
        new ClusterSettings("settings", {
          // An address may end with a slash.
          consulAddress: `${consul().url}/`,
          nomadAddress: nomad().url,
          consul: cluster,
          nomad: { ...cluster, scheduler: schedulerSettings(undefined) },
        }),
    );
    const inputs = engine.registered.find(({ name }) => name === "settings-autopilot")?.inputs as {
      interpreter: string[];
      create: string;
      environment: Record<string, string>;
    };
    const [program = "", ...options] = inputs.interpreter;
    const child = spawn(program, [...options, inputs.create], {
      cwd: root,
      env: { PATH: process.env.PATH, COS_DENIED_SECONDS: "0", ...inputs.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
  }

  it("writes what differs, and keeps what is not its own", async () => {
    const held = [
      holding(consul(), { ...fresh, UpgradeVersionTag: "v" }),
      holding(nomad(), { ...fresh, MinQuorum: 3 }),
    ];
    assert.deepEqual(await run(), {
      code: 0,
      stdout: [
        "Consul: LastContactThreshold 200ms -> 1s",
        "Consul: MinQuorum 0 -> 3",
        "Nomad: LastContactThreshold 200ms -> 1s",
      ].join("\n"),
      stderr: "",
    });
    const index = { CreateIndex: 4, ModifyIndex: 7 };
    assert.deepEqual(held[0]?.configuration, { ...wanted, UpgradeVersionTag: "v", ...index });
    assert.deepEqual(held[1]?.configuration, { ...wanted, ...index });
    assert.deepEqual(
      [puts(consul()), puts(nomad())].map((requests) => requests.map(({ url }) => url)),
      [[`${path}?cas=7`], [`${path}?cas=7`]],
    );
  });

  it("writes nothing where nothing differs", async () => {
    holding(consul(), wanted);
    holding(nomad(), wanted);
    assert.deepEqual(await run(), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual([...puts(consul()), ...puts(nomad())], []);
  });

  it("takes a missing MinQuorum for the 0 that it is", async () => {
    holding(consul(), { ...wanted, MinQuorum: undefined });
    holding(nomad(), wanted);
    assert.equal((await run()).stdout, "Consul: MinQuorum 0 -> 3");
  });

  it("reads again where somebody else has written meanwhile", async () => {
    let others = 0;
    const held = holding(consul(), fresh, () => {
      if (others++ > 0) return undefined;
      held.configuration = { ...fresh, MaxTrailingLogs: 250, DisableUpgradeMigration: true };
      held.index++;
      return undefined;
    });
    holding(nomad(), wanted);
    const { code, stderr } = await run();
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.deepEqual(
      puts(consul()).map(({ url }) => url),
      [`${path}?cas=7`, `${path}?cas=8`],
    );
    const { DisableUpgradeMigration, MinQuorum } = held.configuration as typeof fresh;
    assert.deepEqual([DisableUpgradeMigration, MinQuorum], [true, 3]);
  });

  it("gives up, and says so, where somebody else keeps writing; the other product is set all the same", async () => {
    holding(consul(), fresh, () => ({ body: "false" }));
    const held = holding(nomad(), fresh);
    const { code, stdout, stderr } = await run();
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `autopilot of Consul at ${consul().url} cannot be set: somebody else keeps changing it: try again`,
    );
    assert.match(stdout, /^Nomad: MinQuorum 0 -> 3$/m);
    assert.equal((held.configuration as typeof fresh).MinQuorum, 3);
    assert.equal(puts(consul()).length, 5);
  });

  it("waits for a server that has no leader at the moment", async () => {
    holding(consul(), wanted);
    const led = holding(nomad(), fresh);
    const answer = nomad().answers[path];
    let asked = 0;
    nomad().answers[path] = (request) => {
      if (asked++ === 0) return { status: 500, body: "No cluster leader" };
      return typeof answer === "function" ? answer(request) : { body: "" };
    };
    const { code, stderr } = await run();
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.equal((led.configuration as typeof fresh).MinQuorum, 3);
  });

  it("sends tokens from the environment, and says at once what a refused one would need", async () => {
    const refused = { status: 403, body: "Permission denied" };
    for (const double of [consul(), nomad()]) double.answers[path] = refused;
    const { code, stderr } = await run({ CONSUL_HTTP_TOKEN: "secret-c", NOMAD_TOKEN: "secret-n" });
    assert.equal(code, 1);
    const said = (product: string, url: string, variable: string) =>
      `autopilot of ${product} at ${url} cannot be set: HTTP 403 Permission denied; ` +
      `${variable} must hold a token with the right operator:write`;
    assert.equal(
      stderr,
      [said("Consul", consul().url, "CONSUL_HTTP_TOKEN"), said("Nomad", nomad().url, "NOMAD_TOKEN")].join("\n"),
    );
    assert.deepEqual(
      consul().requests.map(({ headers }) => headers["x-consul-token"]),
      ["secret-c"],
    );
    assert.deepEqual(
      nomad().requests.map(({ headers }) => headers["x-nomad-token"]),
      ["secret-n"],
    );
  });

  it("says that nobody answers", async () => {
    holding(consul(), wanted);
    const { code, stderr } = await run({ NOMAD_ADDR: `http://127.0.0.1:${await freePort()}` });
    assert.equal(code, 1);
    assert.match(stderr, /^autopilot of Nomad at http:\/\/127\.0\.0\.1:\d+ cannot be set: connect ECONNREFUSED/);
  });

  it("says which variable is wrong", async () => {
    const { code, stderr } = await run({ CONSUL_HTTP_ADDR: "consul.example" });
    assert.equal(code, 1);
    assert.match(stderr, /^CONSUL_HTTP_ADDR must be a URL such as .*, got "consul\.example"$/);
  });
});
