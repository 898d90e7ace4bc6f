import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { run } from "../support/command";
import { removeDirectory, temporaryDirectory } from "../support/temporary";
import { needsBox } from "./requirements";
import { traces } from "./traces";

const program = ["--require", require.resolve("tsx/cjs"), join(__dirname, "cli.ts")];

describe("the command of the box", function () {
  this.timeout(600_000);
  let directory: string;
  let found: Record<string, unknown>;

  before(needsBox);

  before(async () => {
    directory = await temporaryDirectory("rounds");
    found = await traces();
  });

  after(() => removeDirectory(directory));

  const box = (name: string, ...args: string[]): Promise<string> =>
    run(process.execPath, [...program, "--directory", directory, "--name", name, ...args]);

  it("makes a box that works, beside which another is interrupted, and removes all of it", async () => {
    await box("one", "up");
    const { code, said } = await interrupted("two");
    assert.equal(code, 143, said);
    const status = await box("one", "status");
    assert.equal(status.match(/ running$/gm)?.length, 10, status);
    assert.match(status, /Nothing is broken/);
    const logIn = ["exec", "nomad-server-1", "bash", "--login", "-c"];
    assert.match(await box("one", ...logIn, "nomad job status ping"), /Status += running/);
    await assert.rejects(
      box("one", "exec", "nobody", "true"),
      /There is no host "nobody" that runs; there are operator/,
    );
    await assert.rejects(box("one", "cut", "x"), /there is no zone "x" with nodes; there are eu-central-1a/);
    assert.match(await box("one", "down"), /Nothing is left/);
    assert.deepEqual(await traces(), found);
    await assert.rejects(box("one", "status"), /There is no box in .*one: `npm run box -- up` makes one/);
  });

  if (process.env.COS_TESTS === "all") {
    it("leaves nothing behind after ten rounds, in memory neither", async function () {
      this.timeout(3_600_000);
      const memory = await memoryInUse();
      for (let round = 0; round < 10; round++) {
        await box("round", "up");
        await box("round", "down");
      }
      assert.deepEqual(await traces(), found);
      const more = (await memoryInUse()) - memory;
      assert.ok(more < 100, `${more} MiB more are in use`);
    });
  }

  /** Begins an `up`, and interrupts it when the first machine boots. */
  async function interrupted(name: string): Promise<{ code: number | null; said: string }> {
    const up = spawn(process.execPath, [...program, "--directory", directory, "--name", name, "up"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const lines: string[] = [];
    createInterface(up.stderr).on("line", (line) => {
      lines.push(line);
      if (line.endsWith(": booting")) up.kill("SIGTERM");
    });
    const [code] = (await once(up, "exit")) as [number | null];
    return { code, said: lines.join("\n") };
  }
});

/** Memory in MiB that is neither free nor given back when it is needed. */
async function memoryInUse(): Promise<number> {
  const lines = (await readFile("/proc/meminfo", "utf8")).split("\n");
  const of = (name: string) => Number(/\d+/.exec(lines.find((line) => line.startsWith(`${name}:`)) ?? "")?.[0]) / 1024;
  return Math.round(of("MemTotal") - of("MemAvailable"));
}
