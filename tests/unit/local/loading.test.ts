import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const repository = join(__dirname, "..", "..", "..");

/** Which packages a command has loaded by its end, by name. */
function loadedBy(main: string): string[] {
  const script = `
    process.argv.push("--help");
    process.on("exit", () => process.stderr.write(Object.keys(require.cache).join("\\n")));
    require(${JSON.stringify(join(repository, main))});`;
  const said = execFileSync("bash", ["-c", `"$0" -e "$1" x 2>&1 >/dev/null`, process.execPath, script], {
    cwd: repository,
    encoding: "utf8",
  });
  const packages = [...said.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name = ""]) => name);
  return [...new Set(packages)];
}

describe("a command that only reads", function () {
  this.timeout(60_000);

  for (const main of ["local/main.js", "cli/main.js"]) {
    it(`of ${main} does not wait for Pulumi's SDK and AWS's, which take over a second to load`, () => {
      const packages = loadedBy(main);
      assert.ok(packages.includes("commander"), packages.join(" "));
      assert.deepEqual(
        packages.filter((name) => name.startsWith("@pulumi/")),
        [],
      );
    });
  }
});
