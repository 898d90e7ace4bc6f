import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderPage, type Result, resultsFile, thisMachine } from "../../../bench/results";

const root = join(__dirname, "..", "..", "..");
const result = (more: Partial<Result>): Result => ({
  ...{ name: "a.time", ratio: 1.25, limit: 1.5, unit: "s", date: "2026-11-30", commit: "abc", machine: "one" },
  ...{ values: { ours: [3, 1, 2], theirs: [1, 1, 1] } },
  ...more,
});

describe("the page of measurements", () => {
  it("has a row for each figure, with its medians, day, commit and machine", () => {
    const page = renderPage([result({}), result({ name: "b.time", ratio: 2, machine: "two" })]);
    assert.match(
      page,
      /^\| a\.time \| 1\.25 \| 1\.5 \| kept \| ours: 2\.00 s \(3×\); theirs: 1\.00 s \(3×\) \| 2026-11-30 \| abc \| 1 \|$/m,
    );
    assert.match(page, /^\| b\.time \| 2\.00 \| 1\.5 \| \*\*not kept\*\* \|.*\| 2 \|$/m);
    assert.match(page, /^1\. one\n2\. two$/m);
    assert.match(page, /nomad 1\.11\.3/);
  });

  it("names the machine", () => {
    assert.match(thisMachine(), /^\d+ × .+, \d+ GiB, Linux .+, Node \d+\./);
  });

  it("is what was measured last, and each figure is explained", () => {
    assert.ok(existsSync(resultsFile));
    const results = JSON.parse(readFileSync(resultsFile, "utf8")) as Result[];
    assert.ok(results.length > 0);
    assert.equal(readFileSync(join(root, "bench", "RESULTS.md"), "utf8"), renderPage(results));
    const explained = [
      ...readFileSync(join(root, "docs", "measurements.md"), "utf8").matchAll(/`([a-z]+\.[a-z0-9…-]+)`/g),
    ].map(([, name = ""]) => name.replace("…", ""));
    for (const { name } of results)
      assert.ok(
        explained.some((known) => name.startsWith(known)),
        name,
      );
  });
});
