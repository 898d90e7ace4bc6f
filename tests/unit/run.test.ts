import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isAlive, recordOf } from "../../local/processes";
import { useDirectory } from "../support/directory";
import { until } from "../support/until";

const root = join(__dirname, "..", "..");

interface Result {
  code: number | null;
  output: string;
}

describe("the test runner", function () {
  this.timeout(60_000);
  const directory = useDirectory("run");
  let running: ChildProcess | undefined;

  /** Writes suites: by name the text of each one's only file. */
  function suites(texts: Record<string, string>): void {
    for (const [name, text] of Object.entries(texts)) directory.write(join(name, "only.test.ts"), text);
  }

  function start(args: string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(
      process.execPath,
      ["--require", "tsx/cjs", "tests/run.ts", "--tests", directory.path, ...args],
      { cwd: root, env: { ...process.env, CI: "", TMPDIR: directory.path, ...env }, stdio: ["ignore", "pipe", "pipe"] },
    );
    running = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const result = once(child, "close").then(([code]: unknown[]): Result => {
      const left = directory.list().filter((name) => name.startsWith("cos-tests-"));
      assert.deepEqual(left, [], "the runner has left its temporary directory");
      return { code: code as number | null, output };
    });
    return { child, result, output: () => output };
  }

  const run = (args: string[], env?: NodeJS.ProcessEnv) => start(args, env).result;

  function lastLine({ output }: Result): string | undefined {
    return output.trimEnd().split("\n").at(-1);
  }

  afterEach(() => {
    // Also when a test has failed, nothing of its suites runs on.
    running?.kill("SIGINT");
    running?.kill("SIGTERM");
  });

  const passing = `it("works", () => undefined); it("works too", () => undefined);`;
  const failing = `describe("sums", () => { it("add up", () => { throw new Error("they do not"); }); it("are", () => {}); });`;
  const skipped = `describe("later", () => { it.skip("is not done", () => {}); it("is", () => {}); });`;
  const crashing = `it("works", () => undefined); it("ends everything", () => process.exit(7));`;

  it("runs the suites that exist and sums them up in the last line", async () => {
    suites({ unit: passing, local: passing, other: failing });
    const result = await run([]);
    assert.equal(lastLine(result), "4 passed, 0 failed");
    assert.equal(result.code, 0);
    assert.match(result.output, /Suite unit[^]*works too[^]*Suite local/);
  });

  it("goes on after a suite that fails or crashes, and names what failed", async () => {
    suites({ unit: failing, box: crashing, local: passing });
    const result = await run([]);
    assert.equal(lastLine(result), "3 passed, 2 failed");
    assert.equal(result.code, 1);
    assert.match(result.output, /^ {2}unit: sums add up$/m);
    assert.match(result.output, /^ {2}box: ended before its tests did \(exit code 7\)$/m);
  });

  it("runs files of the engine suite beside each other, prints each by itself, and names the file of what failed", async () => {
    // Each waits until as many others as there are processors wait, too.
    const together = Math.min(availableParallelism(), 3);
    const meeting = `it("meets", async function () {
      this.timeout(0);
      console.log("came", __filename, "ports", process.env.COS_TEST_PORTS);
      appendFileSync(${JSON.stringify(directory.at("came"))}, ".");
      while (readFileSync(${JSON.stringify(directory.at("came"))}, "utf8").length < ${together}) await setTimeout(10);
      console.log("left", __filename);
    });`;
    const imports = `import { appendFileSync, readFileSync } from "node:fs"; import { setTimeout } from "node:timers/promises";\n`;
    for (const name of ["a", "b", "c"]) directory.write(`engine/${name}.test.ts`, imports + meeting);
    directory.write("engine/d.test.ts", failing);
    directory.write("engine/e.test.ts", crashing);
    const result = await run([]);
    assert.equal(lastLine(result), "4 passed, 2 failed");
    assert.equal(result.code, 1);
    assert.match(result.output, /^ {2}engine\/d\.test\.ts: sums add up$/m);
    assert.match(result.output, /^ {2}engine\/e\.test\.ts: ended before its tests did \(exit code 7\)$/m);
    assert.equal(new Set([...result.output.matchAll(/ports (\S+)/g)].map(([, ports]) => ports)).size, together);
    for (const name of ["a", "b", "c"]) {
      assert.match(
        result.output,
        new RegExp(`came \\S+/${name}\\.test\\.ts ports \\S+\nleft \\S+/${name}\\.test\\.ts\n`),
      );
    }
  });

  it("counts a suite that cannot be loaded, a failing hook, and a process that fails after its tests", async () => {
    suites({
      broken: "const = 1;",
      hook: `describe("a", () => { before("up", () => { throw new Error("no"); }); it("b", () => {}); });`,
      late: `it("c", () => {}); process.on("exit", () => process.kill(process.pid, "SIGKILL"));`,
    });
    const result = await run(["broken", "hook", "late"]);
    assert.equal(lastLine(result), "1 passed, 3 failed");
    assert.equal(result.code, 1);
    assert.match(result.output, /^ {2}broken: ended before its tests did \(exit code 1\)$/m);
    assert.match(result.output, /^ {2}hook: a "before all" hook: up/m);
    assert.match(result.output, /^ {2}late: did not end well after its tests \(ended by SIGKILL\)$/m);
  });

  it("takes a skipped test for a failure in CI only", async () => {
    suites({ unit: skipped });
    const here = await run(["unit"]);
    assert.deepEqual([lastLine(here), here.code], ["1 passed, 0 failed", 0]);
    const there = await run(["unit"], { CI: "true" });
    assert.deepEqual([lastLine(there), there.code], ["1 passed, 1 failed", 1]);
    assert.match(there.output, /^ {2}unit: skipped in CI: later is not done$/m);
  });

  it("fails when nothing ran, and when a suite that was asked for is not there", async () => {
    const nothing = await run([]);
    assert.deepEqual([lastLine(nothing), nothing.code], ["0 passed, 0 failed", 1]);
    suites({ unit: passing });
    const absent = await run(["unit", "absent"]);
    assert.deepEqual([lastLine(absent), absent.code], ["2 passed, 1 failed", 1]);
    assert.match(absent.output, /absent: there are no tests in /);
  });

  /** A suite whose only test waits for a process of its own, and whose hook writes a file. */
  const waiting = (ignoresSignals: boolean) => `
    import { spawn } from "node:child_process";
    import { once } from "node:events";
    import { writeFileSync } from "node:fs";
    after(() => writeFileSync(${JSON.stringify(directory.at("cleaned"))}, ""));
    it("waits", async function () {
      this.timeout(0);
      const child = spawn("sh", ["-c", ${JSON.stringify(ignoresSignals ? "trap '' INT; sleep 600 & wait; wait" : "exec sleep 600")}], { stdio: "ignore" });
      writeFileSync(${JSON.stringify(directory.at("pid"))}, String(child.pid));
      await once(child, "exit");
    });
    it("does not get its turn", () => {});`;

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`ends by ${signal} with what the suite has started, after its hooks`, async () => {
      suites({ unit: waiting(false), local: passing });
      const { child, result } = start([]);
      await until(() => directory.read("pid") !== "");
      const waitedFor = recordOf(Number(directory.read("pid")), "");
      child.kill(signal);
      const ended = await result;
      assert.equal(ended.code, signal === "SIGINT" ? 130 : 143);
      assert.ok(existsSync(directory.at("cleaned")), "the hook has not run");
      assert.ok(!isAlive(waitedFor), "the suite's process still runs");
      assert.doesNotMatch(ended.output, /does not get its turn|Suite local/);
      assert.match(ended.output, /Interrupted: not all tests have run/);
    });
  }

  it("begins no file of the engine suite after an interrupt", async () => {
    for (let i = 0; i < availableParallelism(); i++) directory.write(`engine/a${i}.test.ts`, waiting(false));
    directory.write("engine/b.test.ts", `it("does not get its turn", () => {});`);
    const { child, result } = start([]);
    await until(() => directory.read("pid") !== "");
    child.kill("SIGINT");
    const ended = await result;
    assert.equal(ended.code, 130);
    assert.ok(existsSync(directory.at("cleaned")), "the hook has not run");
    assert.doesNotMatch(ended.output, /does not get its turn/);
  });

  it("does not wait any longer when it is interrupted twice", async () => {
    suites({ unit: waiting(true) });
    const { child, result } = start([]);
    await until(() => directory.read("pid") !== "");
    const waitedFor = recordOf(Number(directory.read("pid")), "");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    const ended = await result;
    assert.equal(lastLine(ended), "0 passed, 1 failed");
    assert.match(ended.output, /unit: ended before its tests did \(ended by SIGKILL\)/);
    await until(() => !isAlive(waitedFor));
  });
});
