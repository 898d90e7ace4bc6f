/**
 * Runs test suites, each the mocha files of a directory beside this file, one after the other and whatever fails, some of them several
 * files at once. Prints one line `N passed, N failed` over all of them at its end, and exits with 1 when anything failed or nothing ran.
 *
 * `run.ts [--tests DIRECTORY] [--all] [SUITE...]`, by default those of `defaultSuites` that exist; `--all` also what is left out
 * of them for its time. With `CI=true` a skipped test is a failure. An interrupt lets the running test end and the suite remove
 * what it has started; a second one does not.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, constants, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { type Counts, countsVariable } from "./support/counts";
import { portsOf, portsVariable } from "./support/ports";

const defaultSuites = ["unit", "engine", "local", "ami", "box"];
/**
 * Suites whose files mostly wait, each for programs of its own: as many at once as there are processors, each in a mocha of its own. (Mocha's own
 * `--parallel` has no reporter in its workers that an interrupt gets to, and would leave what they have started.)
 */
const filesAtOnce = ["engine", "local"];

/** How a suite went; each failure is a line of its own. */
interface Outcome {
  passed: number;
  failures: string[];
}

/** Aborted by the first signal, and by the second. */
const interrupted = new AbortController();
const pressed = new AbortController();

function onSignal(signal: NodeJS.Signals): void {
  process.exitCode = 128 + constants.signals[signal];
  (interrupted.signal.aborted ? pressed : interrupted).abort();
}

function testFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .sort()
    .map((path) => join(directory, path));
}

async function runSuite(tests: string, name: string, files: string[], temporary: string): Promise<Outcome[]> {
  if (!filesAtOnce.includes(name)) return [await runFiles(name, files, temporary)];
  const waiting = [...files];
  const outcomes: Outcome[] = [];
  const processes = Math.min(availableParallelism(), files.length);
  const work = async (_: unknown, i: number): Promise<void> => {
    const ports = portsOf(i, processes);
    for (let file = waiting.shift(); file !== undefined && !interrupted.signal.aborted; file = waiting.shift()) {
      outcomes.push(await runFiles(relative(tests, file), [file], temporary, ports));
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return outcomes;
}

/**
 * Runs files in one mocha. Where others run beside it, `ports` are its own, and what it says is printed together at its end.
 */
async function runFiles(name: string, files: string[], temporary: string, ports?: string): Promise<Outcome> {
  const directory = mkdtempSync(join(temporary, "mocha-"));
  const counts = join(directory, "counts.json");
  const said = join(directory, "output");
  const output = ports === undefined ? "inherit" : openSync(said, "w");
  const mocha = spawn(
    process.execPath,
    [require.resolve("mocha/bin/mocha.js"), "--reporter", join(__dirname, "support", "count-reporter.ts"), ...files],
    {
      env: { ...process.env, [countsVariable]: counts, ...(ports === undefined ? {} : { [portsVariable]: ports }) },
      stdio: ["ignore", output, output],
      // A process group of its own, so that everything in it can be ended.
      detached: true,
    },
  );
  const interrupt = () => {
    // The reporter passes it on to the group.
    mocha.kill("SIGINT");
  };
  const kill = () => {
    signalGroup(mocha, "SIGKILL");
  };
  interrupted.signal.addEventListener("abort", interrupt);
  pressed.signal.addEventListener("abort", kill);
  const end = await ended(mocha);
  // What programs of it have left behind ends with it.
  kill();
  interrupted.signal.removeEventListener("abort", interrupt);
  pressed.signal.removeEventListener("abort", kill);
  if (output !== "inherit") {
    closeSync(output);
    process.stdout.write(readFileSync(said));
  }
  return judge(name, end, counts);
}

function signalGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  if (leader.pid === undefined) return;
  try {
    process.kill(-leader.pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

interface End {
  clean: boolean;
  text: string;
}

function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve({ clean: false, text: error.message });
    });
    child.once("exit", (code, signal) => {
      resolve({ clean: code === 0, text: signal === null ? `exit code ${String(code)}` : `ended by ${signal}` });
    });
  });
}

function judge(name: string, end: End, file: string): Outcome {
  if (!existsSync(file)) return { passed: 0, failures: [`${name}: ended before its tests did (${end.text})`] };
  const { passed, failed, skipped } = JSON.parse(readFileSync(file, "utf8")) as Counts;
  const failures = failed.map((title) => `${name}: ${title}`);
  if (process.env.CI === "true") failures.push(...skipped.map((title) => `${name}: skipped in CI: ${title}`));
  if (failed.length === 0 && !end.clean) failures.push(`${name}: did not end well after its tests (${end.text})`);
  return { passed, failures };
}

async function runSuites(tests: string, wanted: string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const temporary = mkdtempSync(join(tmpdir(), "cos-tests-"));
  try {
    for (const name of wanted.length > 0 ? wanted : defaultSuites) {
      if (interrupted.signal.aborted) break;
      const files = testFiles(join(tests, name));
      if (files.length > 0) {
        console.log(`\nSuite ${name}`);
        outcomes.push(...(await runSuite(tests, name, files, temporary)));
      } else if (wanted.includes(name)) {
        outcomes.push({ passed: 0, failures: [`${name}: there are no tests in ${join(tests, name)}`] });
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return outcomes;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { tests: { type: "string", default: __dirname }, all: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (values.all) process.env.COS_TESTS = "all";
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  const outcomes = await runSuites(values.tests, positionals);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join("\n")}`);
  if (interrupted.signal.aborted) console.log("\nInterrupted: not all tests have run.");
  console.log(`\n${passed} passed, ${failures.length} failed`);
  if (failures.length > 0 || passed === 0) process.exitCode ??= 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
