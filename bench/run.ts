/**
 * Runs benchmark suites, by default all, prints one line a figure, and keeps what a suite has measured in RESULTS.md. Exits with 1 when a figure is over its
 * limit, or could not be measured. An interrupt ends and removes what a suite has started.
 */
import { type Figure, isOk, measure, renderFigure } from "./figure";
import { amiSuite } from "./ami";
import { awsSuite } from "./aws";
import { boxSuite } from "./box";
import { lifecycleSuite } from "./lifecycle";
import { localSuite } from "./local";
import { keep } from "./results";
import type { Suite } from "./suite";

const suites: Record<string, Suite> = {
  local: localSuite,
  aws: awsSuite,
  ami: amiSuite,
  box: boxSuite,
  lifecycle: lifecycleSuite,
};

async function main(names: string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    throw new Error(`There is no suite ${unknown.join(", ")}; there are: ${Object.keys(suites).join(", ")}.`);
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupted.abort(new Error("Interrupted."));
    });
  }
  const figures: Figure[] = [];
  const log = (text: string) => process.stderr.write(`${text}\n`);
  for (const [name, suite] of Object.entries(suites)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const measured: Figure[] = [];
    await suite({ signal: interrupted.signal, log }, async (what) => {
      const figure = await measure(what, log);
      console.log(renderFigure(figure));
      measured.push(figure);
    });
    keep(measured);
    figures.push(...measured);
  }
  if (!figures.every(isOk)) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
