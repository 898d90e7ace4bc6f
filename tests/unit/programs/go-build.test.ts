import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, symlinkSync } from "node:fs";
import { executablesOnPath } from "../../../programs/path-lookup";
import { resolve } from "../../../programs/resolve";
import { sample, until, useWorkplace } from "./support";

describe("building a pinned Go module", () => {
  const workplace = useWorkplace();
  const platform = `${process.platform}-${process.arch}`;

  describe("with the real go", () => {
    let env: NodeJS.ProcessEnv;

    beforeEach(async function () {
      this.timeout(60_000);
      const [go] = executablesOnPath("go", process.env);
      if (go === undefined) this.skip();
      // Go's own cache is kept: the standard library need not be compiled for each test.
      const goCache = execFileSync(go, ["env", "GOCACHE"], { encoding: "utf8" }).trim();
      env = { ...process.env, XDG_CACHE_HOME: workplace().env.XDG_CACHE_HOME, GOCACHE: goCache };
      await workplace().file(
        "module/go.mod",
        `module example.test/${sample}\n\ngo 1.24\n\ntool example.test/${sample}\n`,
      );
    });

    it("builds it, telling it its version", async function () {
      this.timeout(120_000);
      await workplace().file(
        "module/main.go",
        // Unlike any built before, so that there is something to compile.
        `// ${randomUUID()}\npackage main\n\nimport "os"\n\nvar v = "dev"\n\nfunc main() { os.Stdout.WriteString("Sample " + v + "\\n") }\n`,
      );
      const progress: string[] = [];
      const onProgress = (message: string) => progress.push(message);
      const resolved = await resolve(workplace().program({ versionVariable: "main.v" }), { env, onProgress });
      assert.equal(resolved.source, "build");
      assert.deepEqual(await workplace().cached("programs", sample, "1.2.3", platform), [sample]);
      assert.match(progress.at(-1) ?? "", /^building cos-sample 1\.2\.3 with go\S+: \d+ packages compiled$/);
    });

    it("puts its flags before those that it is called with, wherever it is called from", async function () {
      this.timeout(120_000);
      await workplace().file(
        "module/main.go",
        'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() { fmt.Println("Sample v1.2.3", os.Args[1:]) }\n',
      );
      const { path } = await resolve(workplace().program({ flags: ["-a", "-b=c"] }), { env });
      const link = workplace().at("link to the sample");
      symlinkSync(path, link);
      assert.equal(execFileSync(link, ["two words"], { encoding: "utf8" }), "Sample v1.2.3 [-a -b=c two words]\n");
    });

    it("says why it does not build", async function () {
      this.timeout(120_000);
      await workplace().file("module/main.go", "package main\n\nfunc main() { nonsense() }\n");
      await assert.rejects(resolve(workplace().program(), { env }), /go build fails: .*undefined: nonsense/);
      assert.deepEqual(await workplace().cached("tmp"), []);
    });
  });

  it("says when go is too old and does not fetch a newer one", async () => {
    await workplace().fakeGo();
    await workplace().file("module/go.mod", "module sample\n\ngo 1.27.2\n");
    const go = workplace().at("bin/go");
    await assert.rejects(
      resolve(workplace().program(), { env: workplace().env }),
      new RegExp(`${go} is go1\\.26\\.1, but its module needs Go 1\\.27\\.2 or newer`),
    );
    assert.equal(await workplace().builds(), 0);
  });

  it("refuses what turns out to be another version", async () => {
    await workplace().fakeGo("1.2.4");
    await workplace().openGate();
    await assert.rejects(
      resolve(workplace().program(), { env: workplace().env }),
      /go build .*: that made version 1\.2\.4/,
    );
    assert.deepEqual(await workplace().cached("programs", sample, "1.2.3"), []);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    await workplace().fakeGo();
    const interrupt = new AbortController();
    const resolving = resolve(workplace().program(), { env: workplace().env, signal: interrupt.signal });
    const rejected = assert.rejects(resolving, /^Error: Ctrl-C$/);
    await until(async () => (await workplace().builds()) === 1);
    assert.equal((await workplace().cached("tmp")).length, 1);
    interrupt.abort(new Error("Ctrl-C"));
    await rejected;
    assert.deepEqual(await workplace().cached("tmp"), []);
    assert.ok(!existsSync(`${workplace().cache}/programs`));
  });

  it("removes what a killed process has left, also of other programs, and starts anew", async () => {
    await workplace().fakeGo();
    const killed = ["1.2.2", "1.2.3"].map((version) => workplace().resolveInChild(workplace().program({ version })));
    await until(async () => (await workplace().builds()) === 2);
    for (const child of killed) child.process.kill("SIGKILL");
    await Promise.all(killed.map((child) => child.ended));
    assert.equal((await workplace().cached("tmp")).length, 2);

    await workplace().openGate();
    const resolved = await resolve(workplace().program(), { env: workplace().env });
    assert.equal(resolved.source, "build");
    assert.deepEqual(await workplace().cached("tmp"), []);
  });

  it("leaves alone what a living process is making", async () => {
    await workplace().fakeGo();
    const other = workplace().resolveInChild(workplace().program({ name: "cos-other" }));
    await until(async () => (await workplace().builds()) === 1);
    const resolving = resolve(workplace().program(), { env: workplace().env });
    await until(async () => (await workplace().builds()) === 2);
    assert.equal((await workplace().cached("tmp")).length, 2);
    await workplace().openGate();
    await resolving;
    await other.ended;
    assert.match(other.output(), /"source":"build"/);
  });

  it("is done once when two processes want the same program at once; the second waits and says so", async () => {
    await workplace().fakeGo();
    const children = [workplace().program(), workplace().program()].map((program) =>
      workplace().resolveInChild(program),
    );
    const outputs = () => children.map((child) => child.output()).join("");
    await until(() => /waiting for process \d+, which is getting cos-sample 1\.2\.3/.test(outputs()));
    const pids = children.map((child) => String(child.process.pid));
    assert.ok(pids.includes(/waiting for process (\d+)/.exec(outputs())?.[1] ?? ""));
    await workplace().openGate();
    await Promise.all(children.map((child) => child.ended));
    assert.equal(await workplace().builds(), 1);
    assert.equal(outputs().split('"source":"build"').length, 2);
    assert.equal(outputs().split('"source":"cache"').length, 2);
  });
});
