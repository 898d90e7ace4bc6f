import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { type Counts, countsVariable } from "./counts";

/**
 * Mocha's spec reporter, which also writes down the counts for tests/run.ts. An interrupt lets the test that runs come to
 * its end, and the hooks remove what was started; a second one does not wait for that.
 */
class CountReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const counts: Counts = { passed: 0, failed: [], skipped: [] };
    runner.on("pass", () => (counts.passed += 1));
    runner.on("fail", (test) => counts.failed.push(test.fullTitle()));
    runner.on("pending", (test) => counts.skipped.push(test.fullTitle()));
    runner.once("end", () => {
      const file = process.env[countsVariable];
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
    process.once("SIGINT", () => runner.abort());
  }
}

export = CountReporter;
