import assert from "node:assert/strict";
import { rm, symlink } from "node:fs/promises";
import { ProgramUnavailableError, resolve } from "../../../programs/resolve";
import { sample, useWorkplace, type Workplace } from "./support";

/** A program on PATH that says that version and counts its runs. */
function install(workplace: Workplace, version: string, directory = "bin"): Promise<string> {
  return workplace.executable(`${directory}/${sample}`, 'echo run >> "$DIRECTORY/builds"', `echo "Sample v${version}"`);
}

describe("resolving a program on PATH", () => {
  const workplace = useWorkplace();

  it("takes it when it has the pinned version, and asks the same file only once", async () => {
    const path = await install(workplace(), "1.2.3");
    const expected = { name: sample, version: "1.2.3", path, source: "PATH" };
    assert.deepEqual(await resolve(workplace().program(), { env: workplace().env }), expected);
    assert.deepEqual(await resolve(workplace().program(), { env: workplace().env }), expected);
    assert.equal(await workplace().builds(), 1);
  });

  it("asks again when the file has changed", async () => {
    await install(workplace(), "1.2.3");
    await resolve(workplace().program(), { env: workplace().env });
    await install(workplace(), "1.2.4");
    const updated = await resolve(workplace().program({ version: "1.2.4" }), { env: workplace().env });
    assert.equal(updated.version, "1.2.4");
    assert.equal(await workplace().builds(), 2);
  });

  it("passes over a wrong version, one that fails and one that says nothing, and takes a right one behind them", async () => {
    const { env } = workplace();
    await install(workplace(), "1.2.3-dev");
    await workplace().executable(`second/${sample}`, "exit 3");
    await workplace().executable(`third/${sample}`, "echo hello");
    env.PATH = ["bin", "second", "third", "fourth"].map((name) => workplace().at(name)).join(":") + ":/usr/bin:/bin";
    await workplace().file("module/go.mod", "module sample\n\ngo 1.24\n");
    await assert.rejects(resolve(workplace().program(), { env: { ...env, XDG_CACHE_HOME: "" } }), (error) => {
      assert.ok(error instanceof ProgramUnavailableError);
      assert.match(error.message, /bin\/cos-sample is 1\.2\.3-dev/);
      assert.match(error.message, /second\/cos-sample does not say its version \(.*exit code 3/);
      assert.match(error.message, /third\/cos-sample does not say its version \(it printed "hello"\)/);
      return true;
    });

    const path = await install(workplace(), "1.2.3", "fourth");
    assert.equal((await resolve(workplace().program(), { env })).path, path);
  });

  it("takes no directory, no file that is not executable, and nothing from a relative directory", async () => {
    await workplace().file(`bin/${sample}`, "");
    await workplace().file(`second/${sample}/file`, "");
    await workplace().file("module/go.mod", "module sample\n\ngo 1.24\n");
    const env = { ...workplace().env, PATH: `${workplace().at("bin")}:${workplace().at("second")}:.:` };
    await assert.rejects(resolve(workplace().program(), { env }), /PATH: no cos-sample in its directories/);
  });

  const major = { accepts: "newer of the same major" } as const;
  for (const version of ["1.2.3", "1.2.10", "1.10.0"]) {
    it(`takes ${version} for 1.2.3 where newer ones will do`, async () => {
      await install(workplace(), version);
      assert.equal((await resolve(workplace().program(major), { env: workplace().env })).version, version);
    });
  }
  for (const version of ["1.2.2", "1.1.9", "2.2.3", "0.9.9", "1.3.0-alpha.1", "1.2.4-dev"]) {
    it(`does not take ${version} for 1.2.3 where newer ones of the same major will do`, async () => {
      await install(workplace(), version);
      await workplace().fakeGo();
      await workplace().openGate();
      assert.equal((await resolve(workplace().program(major), { env: workplace().env })).source, "build");
    });
  }

  describe("when it is shipped with another", () => {
    const host = () => ({
      shippedWith: workplace().program({ name: "cos-engine", accepts: "newer of the same major" }),
    });

    it("takes the one beside the other, also behind a link, and its version", async () => {
      await workplace().executable("opt/cos-engine", "echo v1.9.0");
      const path = await workplace().executable(`opt/${sample}`, "exit 1");
      await workplace().file("bin/file", "");
      await symlink(workplace().at("opt/cos-engine"), workplace().at("bin/cos-engine"));
      assert.deepEqual(await resolve(workplace().program(host()), { env: workplace().env }), {
        name: sample,
        version: "1.9.0",
        path,
        source: "PATH",
      });
    });

    it("takes none that is on PATH alone", async () => {
      await workplace().executable(`bin/${sample}`, "echo v1.2.3");
      await workplace().fakeGo();
      await workplace().openGate();
      const resolved = await resolve(workplace().program(host()), { env: workplace().env });
      assert.equal(resolved.source, "build");
    });
  });

  it("finds in the cache what was put there once, without running it", async () => {
    await workplace().fakeGo();
    await workplace().openGate();
    const built = await resolve(workplace().program(), { env: workplace().env });
    assert.equal(built.source, "build");
    await rm(workplace().at("bin"), { recursive: true });
    await workplace().executable(built.path.slice(workplace().at().length), "exit 1");
    assert.deepEqual(await resolve(workplace().program(), { env: workplace().env }), { ...built, source: "cache" });
  });

  it("says what was tried and what would help when there is no way", async () => {
    await workplace().file("module/go.mod", "module sample\n\ngo 1.24\n");
    const env = { ...workplace().env, PATH: workplace().at("bin") };
    await assert.rejects(resolve(workplace().program({ needsCgo: true }), { env }), {
      name: "ProgramUnavailableError",
      message: [
        "cos-sample 1.2.3 is needed, and there is no way to get it here. Tried:",
        "  - PATH: no cos-sample in its directories",
        `  - cache: no ${workplace().cache}/programs/cos-sample/1.2.3/${process.platform}-${process.arch}/cos-sample`,
        "  - the vendor's release: this test has no vendor",
        "  - go build of the pinned module: there is no go on PATH",
        "Any one of these would do:",
        "  - install cos-sample 1.2.3 in a directory of PATH",
        "  - install Go 1.24 or newer and a C compiler, with access to Go modules, to build cos-sample 1.2.3",
      ].join("\n"),
    });
  });
});
