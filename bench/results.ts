import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import versions from "../versions.json";
import { type Figure, isOk, median } from "./figure";

/** A figure, with when and where it was measured. */
export interface Result extends Figure {
  /** Day, ISO 8601. */
  date: string;
  /** Commit of the working tree; with `+` where it had changes. */
  commit: string;
  machine: string;
}

/** Everything measured, of each figure the last: what RESULTS.md is made of. */
export const resultsFile = join(__dirname, "results.json");
const page = join(__dirname, "RESULTS.md");

/** This machine, in a few words. */
export function thisMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

/** The commit of the working tree. */
export function thisCommit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: __dirname, encoding: "utf8" }).trim();
  const own = ["--", ":/", ":!/bench/RESULTS.md", ":!/bench/results.json"];
  return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", ...own) === "" ? "" : "+");
}

/** Puts figures in the place of what was measured of the same name, and writes the page anew. */
export function keep(figures: readonly Figure[], date = new Date()): void {
  const kept = existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, "utf8")) as Result[]) : [];
  const where = { date: date.toISOString().slice(0, 10), commit: thisCommit(), machine: thisMachine() };
  const results = new Map(kept.map((result) => [result.name, result]));
  for (const figure of figures) results.set(figure.name, { ...figure, ...where });
  const all = [...results.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(resultsFile, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(page, renderPage(all));
}

/** The page: a table, and how it came to be. */
export function renderPage(results: readonly Result[]): string {
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const pins = Object.entries(versions as Record<string, { version: string; local?: string }>);
  const rows = results.map((result) => {
    const sides = Object.entries(result.values).map(
      ([title, each]) => `${title}: ${median(each).toFixed(2)} ${result.unit} (${each.length}×)`,
    );
    const { name, ratio, limit, date, commit, machine } = result;
    const verdict = isOk(result) ? "kept" : "**not kept**";
    return [
      name,
      ratio.toFixed(2),
      `${limit}`,
      verdict,
      sides.join("; "),
      date,
      commit,
      `${machines.indexOf(machine) + 1}`,
    ];
  });
  const table = [
    ["figure", "ratio", "limit", "", "medians", "measured", "commit", "machine"],
    Array<string>(8).fill("---"),
    ...rows,
  ].map((row) => `| ${row.join(" | ")} |`);
  return [
    "# Measurements",
    "",
    "<!-- Written by bench/results.ts; `npm run bench` measures everything anew, `npm run bench -- SUITE` a suite. -->",
    "",
    "Ratios of two things measured in turn in one run, ours to what stands beside it; of a growth, the cost of more to the cost of the first. The limits are those that",
    "the issues set. Times depend on the machine, the ratios hardly. What is measured: [docs/measurements.md](../docs/measurements.md).",
    "",
    ...table,
    "",
    "## Machines",
    "",
    ...machines.map((machine, i) => `${i + 1}. ${machine}`),
    "",
    "## Versions",
    "",
    pins.map(([name, { version, local }]) => `${name} ${local ?? version}`).join(", ") + ".",
    "",
    "## Again",
    "",
    "    npm run bench           # everything: Linux, root, one to two hours",
    "    npm run bench -- local  # a suite",
    "",
    "A suite that is interrupted, or whose figures cannot be measured, changes nothing here.",
    "",
  ].join("\n");
}
