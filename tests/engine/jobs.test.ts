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

  it("fabio refuses a grace period longer than Nomad lets a task have", async () => {
    for (const grace_seconds of ["-1", "21"]) {
      await assert.rejects(parse("fabio", { grace_seconds }), /grace_seconds must be between 0 and 20/);
    }
  });

  it("fabio tells its task the ports and the Consul agent", async () => {
    const variables = { proxy_port: "8080", ui_port: "8081", consul_address: "127.0.0.1:18500", grace_seconds: "3" };
    const [group] = (await parse("fabio", variables)).TaskGroups;
    const args = group?.Tasks[0]?.Config?.args as string[];
    assert.ok(args.includes("-proxy.addr=${NOMAD_IP_proxy}:8080"), args.join(" "));
    assert.ok(args.includes("-ui.addr=${NOMAD_IP_ui}:8081"));
    assert.ok(args.includes("-registry.consul.addr=127.0.0.1:18500"));
    assert.ok(args.includes("-proxy.deregistergraceperiod=3s"));
  });
});
