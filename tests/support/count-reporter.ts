import { writeFileSync } from "node:fs";
import Mocha from "mocha";
import { type Counts, countsVariable } from "./counts";

/**
 * Mocha's spec reporter, which also writes down the counts for tests/run.ts. An interrupt is passed on to the process
 * group, which lets the test that runs come to its end, and the hooks remove what was started.
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
    process.once("SIGINT", () => {
      runner.abort();
      // Only then the programs of the running test: it would end with them, and the next one begin, before the abort.
      process.once("SIGINT", () => undefined);
      process.kill(0, "SIGINT");
    });
  }
}

export = CountReporter;
