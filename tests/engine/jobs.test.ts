import assert from "node:assert/strict";
import { join } from "node:path";
import { matchesGolden } from "../support/golden";
import { nomadParse, prepareNomad } from "../support/nomad-parse";

const directory = join(__dirname, "..", "..", "jobs");
const suffix = ".nomad.hcl";
const names = ["fabio", "ping"];

const parse = (name: string, variables: Record<string, string> = {}) =>
  nomadParse(
    join(directory, `${name}${suffix}`),
    ...Object.entries(variables).flatMap(([key, value]) => ["-var", `${key}=${value}`]),
  );

describe("job files", function () {
  this.timeout(30_000);
  before(prepareNomad);

  for (const name of names) {
    it(`${name} has an id of its own and is with its defaults as in its golden file`, async () => {
      const job = await parse(name);
      assert.equal(job.ID, name);
      await matchesGolden(job, "jobs", `${name}.json`);
    });

    for (const driver of ["exec", "raw_exec", "docker"]) {
      it(`${name} runs with the driver ${driver}`, async () => {
        const tasks = (await parse(name, { driver })).TaskGroups.flatMap((group) => group.Tasks);
        assert.deepEqual([...new Set(tasks.map((task) => task.Driver))], [driver]);
        for (const { Config } of tasks) assert.equal(Config !== null && "image" in Config, driver === "docker");
      });
    }

    it(`${name} refuses another driver, and says which there are`, async () => {
      await assert.rejects(parse(name, { driver: "java" }), /The driver must be exec, raw_exec or docker\./);
    });

    it(`${name} refuses a variable that it does not have`, async () => {
      await assert.rejects(parse(name, { colour: "red" }), /colour/);
    });
  }

  const strategies = { rolling: 0, canary: 1, "blue-green": 4 };
  for (const [strategy, canaries] of Object.entries(strategies)) {
    it(`ping is updated by ${strategy} and reverts by itself`, async () => {
      const [group] = (await parse("ping", { strategy, count: "4" })).TaskGroups;
      assert.equal(group?.Count, 4);
      assert.equal(group.Update?.Canary, canaries);
      assert.equal(group.Update.AutoPromote, canaries > 0);
      assert.equal(group.Update.AutoRevert, true);
      assert.equal(group.Update.MaxParallel, 1);
    });

    it(`ping waits for an operator by ${strategy} where it shall`, async () => {
      const [group] = (await parse("ping", { strategy, auto_promote: "false" })).TaskGroups;
      assert.equal(group?.Update?.AutoPromote, false);
    });
  }

  it("ping refuses another strategy, and says which there are", async () => {
    await assert.rejects(parse("ping", { strategy: "red" }), /The strategy must be rolling, canary or blue-green\./);
  });

  const seconds = (count: number) => count * 1e9;

  it("fabio refuses a grace period out of bounds", async () => {
    for (const grace_seconds of ["-1", "121"]) {
      await assert.rejects(parse("fabio", { grace_seconds }), /grace_seconds must be between 0 and 120/);
    }
  });

  for (const [grace, healthy] of [
    [0, 5],
    [2, 5],
    [20, 20],
    [120, 120],
  ] as const) {
    it(`fabio serves on for a grace period of ${grace} s, and must be healthy for ${healthy} s`, async () => {
      const { Update, TaskGroups } = await parse("fabio", { grace_seconds: String(grace) });
      assert.equal(Update?.MaxParallel, 1);
      assert.equal(Update.MinHealthyTime, seconds(healthy));
      assert.equal(Update.HealthyDeadline, seconds(120 + grace));
      const [group] = TaskGroups;
      assert.equal(group?.ShutdownDelay, seconds(grace));
      // The one mechanism: a wait inside of kill_timeout would be cut short by the client's max_kill_timeout.
      const [fabio] = group.Tasks;
      assert.equal(fabio?.KillTimeout, seconds(10));
      assert.doesNotMatch(JSON.stringify(fabio.Config), /deregistergraceperiod/);
    });
  }

  it("fabio's health task is there before fabio and until after its end", async () => {
    const [group] = (await parse("fabio")).TaskGroups;
    assert.deepEqual(
      group?.Tasks.map(({ Name, Lifecycle }) => [Name, Lifecycle]),
      [
        ["fabio", null],
        ["health", { Hook: "prestart", Sidecar: true }],
      ],
    );
  });

  it("fabio tells its tasks the ports and the Consul agent", async () => {
    const variables = {
      proxy_port: "8080",
      ui_port: "8081",
      health_port: "8082",
      consul_address: "127.0.0.1:18500",
    };
    const [group] = (await parse("fabio", variables)).TaskGroups;
    const ports = group?.Networks?.flatMap(({ ReservedPorts }) => ReservedPorts ?? []);
    assert.deepEqual(
      ports?.map(({ Label, Value }) => [Label, Value]),
      [
        ["proxy", 8080],
        ["ui", 8081],
        ["health", 8082],
      ],
    );
    const [fabio, health] = group?.Tasks ?? [];
    const args = fabio?.Config?.["args"] as string[];
    assert.ok(args.includes("-proxy.addr=${NOMAD_IP_proxy}:8080"), args.join(" "));
    assert.ok(args.includes("-ui.addr=${NOMAD_IP_ui}:8081"));
    assert.ok(args.includes("-ui.access=ro"));
    assert.ok(args.includes("-registry.consul.addr=127.0.0.1:18500"));
    assert.deepEqual(health?.Env, {
      CONSUL_HTTP_ADDR: "127.0.0.1:18500",
      FABIO_HEALTH: "http://${NOMAD_IP_ui}:8081/health",
      LISTEN_IP: "${NOMAD_IP_health}",
      LISTEN_PORT: "8082",
    });
  });
});
