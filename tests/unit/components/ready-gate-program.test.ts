import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { ReadyGate } from "../../../components";
import { client, follower, leader, playCluster, playLeaderless } from "../../support/cluster-double";
import { useHttpDouble } from "../../support/http-double";
import { MockEngine } from "../../../cli/preview/mock-engine";

const root = join(__dirname, "..", "..", "..");

interface CommandInputs {
  interpreter: string[];
  create: string;
  update: string;
  environment: Record<string, string>;
}

describe("the ready gate's program, as its command runs it", function () {
  this.timeout(30_000);
  const consul = useHttpDouble();
  const nomad = useHttpDouble();

  beforeEach(() => {
    playCluster(consul(), [leader, follower, follower]);
    playCluster(nomad(), [leader], [client]);
  });

  /** Registers a gate and runs the command that it registers, in the directory of the program. */
  async function run(operation: "create" | "update", timeoutSeconds: number, environment: Record<string, string> = {}) {
    const engine = await MockEngine.start();
    await engine.run(
      () =>
        new ReadyGate("ready", {
          // An address may end with a slash.
          consulAddress: `${consul().url}/`,
          nomadAddress: nomad().url,
          consulServers: 3,
          nomadServers: 1,
          nodePools: ["default"],
          timeoutSeconds,
        }),
    );
    const inputs = engine.registered.find(({ name }) => name === "ready-gate")?.inputs as CommandInputs;
    const [program = "", ...options] = inputs.interpreter;
    const child = spawn(program, [...options, inputs[operation]], {
      cwd: root,
      env: { PATH: process.env.PATH, ...inputs.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
  }

  for (const operation of ["create", "update"] as const) {
    it(`passes a healthy cluster without a word (${operation})`, async () => {
      assert.deepEqual(await run(operation, 30), { code: 0, stdout: "", stderr: "" });
    });

    it(`passes without a warning when the cluster has recovered meanwhile (${operation})`, async () => {
      playLeaderless(nomad());
      const leaderless = nomad().answers["/v1/nodes"];
      nomad().answers["/v1/nodes"] = () => {
        playCluster(nomad(), [leader], [client]);
        return leaderless as { status: number; body: string };
      };
      const { code, stdout, stderr } = await run(operation, 30);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: "" });
      assert.match(stderr, /^waiting: .*No cluster leader[^\n]*$/);
    });

    it(`does not pass a cluster without a leader, and says what is missing (${operation})`, async () => {
      playLeaderless(nomad());
      const { code, stdout, stderr } = await run(operation, 1);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      const last = stderr.split("\n").at(-1);
      assert.equal(
        last,
        `the cluster is not ready after 1 s: Nomad at ${nomad().url} has no leader that answers: HTTP 500 No cluster leader; ` +
          "the clients of node pools default are unknown: HTTP 500 No cluster leader",
      );
    });
  }

  const degraded = "Consul has 2 of 3 servers as healthy voters; node pool default has no client that is ready";

  function degrade(): void {
    playCluster(consul(), [leader, follower, { ...follower, Healthy: false }]);
    playCluster(nomad(), [leader], []);
  }

  it("does not create jobs on a degraded cluster", async () => {
    degrade();
    const { code, stdout, stderr } = await run("create", 1);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.equal(stderr, `waiting: ${degraded}\nthe cluster is not ready after 1 s: ${degraded}`);
  });

  it("lets an update through to a degraded cluster, with a warning", async () => {
    degrade();
    const { code, stdout } = await run("update", 1);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `warning: the cluster is degraded: ${degraded}` });
  });

  it("says which variable is not set", async () => {
    const { code, stderr } = await run("create", 1, { NOMAD_ADDR: "" });
    assert.equal(code, 1);
    assert.match(stderr, /NOMAD_ADDR must be a URL such as .*, got ""/);
  });

  it("says that an address is no URL", async () => {
    const { code, stderr } = await run("create", 1, { NOMAD_ADDR: "nomad.example" });
    assert.equal(code, 1);
    assert.match(stderr, /nomad\.example/);
  });
});
