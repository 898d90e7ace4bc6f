import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listenerOn } from "../../local/listeners";
import { findProcesses } from "../../local/processes";
import { LocalInstallation } from "../support/local-installation";

interface Answer {
  service: string;
  version: string;
  instance: number;
  node: string;
  datacenter: string;
}

const repository = join(__dirname, "..", "..");

/** Mount points below a directory, and processes that name it or work in it. */
function remainsOf(directory: string): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(directory));
  const processes = findProcesses(
    (process) =>
      process.directory().startsWith(directory) ||
      [...process.command, ...process.environment()].some((text) => text.includes(directory)),
  );
  return [...mounts, ...processes.map((pid) => `process ${pid}`)];
}

describe("a COS on this machine", function () {
  this.timeout(180_000);

  let cos: LocalInstallation;
  const ping = async () => (await (await fetch(`${cos.trafficAddress}/ping`)).json()) as Answer;
  const start = async () => {
    const { exitCode, output } = await cos.cli(["start"]);
    assert.equal(exitCode, 0, output);
    return output;
  };

  before(async () => {
    cos = await LocalInstallation.create();
  });
  after(() => cos.dispose());

  it("is said not to run before it was started", async () => {
    const { exitCode, output } = await cos.cli(["status"]);
    assert.equal(exitCode, 1);
    assert.match(output, /consul +stopped, not healthy[^]*it does not run[^]*nomad +stopped/);
    assert.ok(!existsSync(cos.directory));
  });

  it("starts, and the sample answers through fabio", async () => {
    const output = await start();
    assert.match(output, /consul started/);
    assert.match(output, /nomad started/);
    assert.match(output, /pulumi up: \d+ created/);
    // The table: what runs, its version, its address.
    assert.match(output, new RegExp(`consul +1\\.22\\.5 +running +${cos.consulAddress}/ui`));
    assert.match(output, new RegExp(`nomad +1\\.11\\.3 +running +${cos.nomadAddress}`));
    assert.match(output, new RegExp(`fabio +1\\.7\\.2 +1/1 running +${cos.trafficAddress}`));
    assert.match(output, new RegExp(`ping +1\\.0\\.0 +3/3 running +${cos.trafficAddress}/ping`));
    const answers = await Promise.all(Array.from({ length: 30 }, ping));
    for (const answer of answers) {
      assert.deepEqual(
        { service: answer.service, version: answer.version, node: answer.node, datacenter: answer.datacenter },
        { service: "ping", version: "1.0.0", node: "local", datacenter: "local" },
      );
    }
    assert.deepEqual([...new Set(answers.map(({ instance }) => instance))].sort(), [0, 1, 2]);
  });

  it("changes nothing when it is started again", async () => {
    const output = await start();
    assert.match(output, /consul already running/);
    assert.match(output, /nomad already running/);
    assert.match(output, /pulumi up: no change/);
  });

  it("leaves the repository, its configuration and the user's login alone", () => {
    assert.doesNotMatch(readFileSync(join(repository, "Pulumi.local.yaml"), "utf8"), /encryptionsalt/);
    assert.doesNotMatch(readFileSync(cos.config, "utf8"), /encryptionsalt/);
  });

  it("is said to be healthy", async () => {
    const { exitCode, output } = await cos.cli(["status"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /All is healthy\./);
    assert.doesNotMatch(output, /differs/);
  });

  it("shows logs of agents and tasks, and says of which there are any", async () => {
    const consul = (await cos.cli(["logs", "consul", "--lines", "100000"])).output;
    assert.match(consul, /cluster leadership acquired/);
    const lastLines = (await cos.cli(["logs", "consul", "-n", "2"])).output.trimEnd().split("\n");
    assert.equal(lastLines.length, 2);
    assert.match((await cos.cli(["logs", "nomad", "--lines", "100000"])).output, /node registration complete/);
    assert.equal((await cos.cli(["logs", "ping"])).output.match(/ping 1\.0\.0 listens on/g)?.length, 3);
    const { exitCode, output } = await cos.cli(["logs", "pong"]);
    assert.equal(exitCode, 1);
    assert.match(output, /no log of "pong"[^]*consul, nomad, (fabio, health, ping|ping, fabio, health)\./);
  });

  it("previews what a start would change", async () => {
    const { exitCode, output } = await cos.cli(["pulumi", "preview"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /unchanged/);
    assert.doesNotMatch(output, /to (create|update|replace|delete)/);
  });

  it("shows where a job differs from its file, and what a stop by hand has done; a start mends that", async () => {
    const job = (await (await fetch(`${cos.nomadAddress}/v1/job/ping`)).json()) as { TaskGroups: { Count: number }[] };
    for (const group of job.TaskGroups) group.Count = 2;
    await fetch(`${cos.nomadAddress}/v1/jobs`, { method: "POST", body: JSON.stringify({ Job: job }) });
    const drifted = await cos.cli(["status"]);
    assert.match(drifted.output, /jobs\/ping\.nomad\.hcl, group ping: Count 2 → 3/);
    await fetch(`${cos.nomadAddress}/v1/job/ping`, { method: "DELETE" });
    const stopped = await cos.cli(["status"]);
    assert.equal(stopped.exitCode, 1);
    assert.match(stopped.output, /it was stopped/);
    assert.match(await start(), /pulumi up: 1 updated/);
    const mended = await cos.cli(["status"]);
    assert.equal(mended.exitCode, 0, mended.output);
    assert.doesNotMatch(mended.output, /differs/);
  });

  it("restarts an agent whose configuration has changed, under its running tasks", async () => {
    const before = await allocations();
    cos.configure((config) => {
      config["cos:local"].ports.consulGrpc = cos.ports.consulGrpc + 1;
    });
    assert.match(await start(), /consul restarted/);
    assert.deepEqual(await allocations(), before);
    assert.equal((await ping()).service, "ping");
  });

  const allocations = async () => {
    const list = (await (await fetch(`${cos.nomadAddress}/v1/allocations`)).json()) as {
      ID: string;
      ClientStatus: string;
    }[];
    return list
      .filter(({ ClientStatus }) => ClientStatus === "running")
      .map(({ ID }) => ID)
      .sort();
  };

  it("stops everything, and has its data again at the next start", async () => {
    await fetch(`${cos.consulAddress}/v1/kv/kept`, { method: "PUT", body: "still here" });
    const stopped = await cos.cli(["stop"]);
    assert.equal(stopped.exitCode, 0, stopped.output);
    for (const port of Object.values(cos.ports)) assert.equal(listenerOn(port), undefined);
    assert.deepEqual(remainsOf(cos.directory), []);
    assert.equal((await cos.cli(["stop"])).exitCode, 0, "a second stop is no error");

    assert.match(await start(), /pulumi up: no change/);
    assert.equal((await ping()).service, "ping");
    const kept = await (await fetch(`${cos.consulAddress}/v1/kv/kept?raw`)).text();
    assert.equal(kept, "still here");
  });

  it("goes on after its agents were killed", async () => {
    for (const name of ["consul", "nomad"]) {
      const { pid } = JSON.parse(readFileSync(join(cos.directory, "run", `${name}.json`), "utf8")) as { pid: number };
      process.kill(pid, "SIGKILL");
    }
    const { exitCode, output } = await cos.cli(["status"]);
    assert.equal(exitCode, 1);
    assert.match(output, /it does not run/);
    assert.match(await start(), /nomad started/);
    assert.equal((await ping()).service, "ping");
  });

  it("is removed with all that it has made", async () => {
    const { exitCode, output } = await cos.cli(["destroy"]);
    assert.equal(exitCode, 0, output);
    assert.ok(!existsSync(cos.directory));
    for (const port of Object.values(cos.ports)) assert.equal(listenerOn(port), undefined);
    assert.equal((await cos.cli(["destroy"])).exitCode, 0, "a second destroy is no error");
    assert.ok(!existsSync(cos.directory));
  });
});
