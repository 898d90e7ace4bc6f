import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const suite = join(__dirname, "..", "..", "box", "faults.test.ts");

/** Runs a suite of the box where none of its commands is. */
function runWithout(env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [require.resolve("mocha/bin/mocha.js"), suite], {
    env: { PATH: "/none", ...env },
    encoding: "utf8",
  });
  return { status, text: stdout + stderr };
}

describe("the box where it cannot run", function () {
  this.timeout(30_000);

  it("is skipped, and says why", () => {
    const { status, text } = runWithout({});
    assert.match(text, /the box cannot run here: (there is no ip on the PATH; .*there is no nft on the PATH|it .*)/);
    assert.match(text, /5 pending/);
    assert.equal(status, 0);
  });

  it("fails where COS_REQUIRE asks for it", () => {
    const { status, text } = runWithout({ COS_REQUIRE: "box" });
    assert.match(text, /Error: the box cannot run here: /);
    assert.notEqual(status, 0);
  });
});
