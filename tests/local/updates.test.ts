import assert from "node:assert/strict";
import { Load } from "../support/load";
import { LocalInstallation } from "../support/local-installation";
import { until } from "../support/until";

const enoughRequests = 2000;

describe("an update of the sample under load", function () {
  this.timeout(240_000);

  let cos: LocalInstallation;

  before(async () => {
    cos = await LocalInstallation.create();
    const { exitCode, output } = await cos.cli(["start"]);
    assert.equal(exitCode, 0, output);
  });
  after(() => cos.dispose());

  const setPing = (variables: Record<string, unknown>) => {
    cos.configure((config) => {
      const job = config["cos:jobs"].find(({ file }) => file.endsWith("ping.nomad.hcl"));
      if (job) job.variables = { ...job.variables, ...variables };
    });
  };

  /** Starts with the new variables under load, and returns how the start and the requests ended. */
  const update = async (variables: Record<string, unknown>) => {
    setPing(variables);
    const load = new Load(`${cos.trafficAddress}/ping`);
    const { exitCode, output } = await cos.cli(["start"]);
    return { exitCode, output, ...(await load.stop(enoughRequests)) };
  };

  const versionNow = async () =>
    ((await (await fetch(`${cos.trafficAddress}/ping`)).json()) as { version: string }).version;

  for (const [strategy, version] of [
    ["rolling", "2.0.0"],
    ["canary", "3.0.0"],
    ["blue-green", "4.0.0"],
  ] as const) {
    it(`fails no request: ${strategy}`, async () => {
      // A change of the strategy alone replaces nothing.
      const { exitCode, output, requests, failures, versions } = await update({ strategy, version });
      assert.equal(exitCode, 0, output);
      assert.match(output, /pulumi up: 1 updated/);
      assert.deepEqual(failures, []);
      assert.ok(requests >= enoughRequests);
      assert.ok((versions[version] ?? 0) > 0 && Object.keys(versions).length === 2, JSON.stringify(versions));
      assert.equal(await versionNow(), version);
    });
  }

  it("fails no request where the version never gets healthy, and is reverted", async () => {
    const { exitCode, output, requests, failures, versions } = await update({
      strategy: "rolling",
      version: "5.0.0",
      check_path: "/no-such-path",
      healthy_deadline_seconds: 20,
    });
    assert.equal(exitCode, 1);
    assert.match(output, /terminated with status 'failed'/);
    assert.match(
      output,
      /jobs\/ping\.nomad\.hcl: instance ping\.ping\[\d\] \(allocation \w+, job version \d+\) did not get healthy/,
    );
    assert.match(output, /ping 5\.0\.0 listens on/, "the task's own last lines");
    assert.deepEqual(failures, []);
    assert.ok(requests >= enoughRequests);
    assert.deepEqual(Object.keys(versions), ["4.0.0"]);
    await until(async () => /ping +4\.0\.0 +3\/3 running {2}/.test((await cos.cli(["status"])).output));
  });

  it("goes on from there with a version that is right", async () => {
    const { exitCode, output, failures } = await update({ version: "6.0.0", check_path: "/health" });
    assert.equal(exitCode, 0, output);
    assert.deepEqual(failures, []);
    assert.equal(await versionNow(), "6.0.0");
  });
});
