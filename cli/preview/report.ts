import type { Difference } from "./difference";

/** What a program asks for that it did not at another commit, or not so. */
export interface PreviewReport {
  stack: string;
  /** What it is compared with. */
  base: string;
  differences: Difference[];
  /** US dollars a month at list prices; `reason` where there is no price. */
  cost: { before: CostOf; after: CostOf };
}

export interface CostOf {
  total?: number;
  reason?: string;
}

/** Characters of a comment that GitHub takes: 65536. Some are left for what is put beside it. */
export const commentLimit = 60_000;

/** The report for a terminal. */
export function asText(report: PreviewReport): string {
  const { differences } = report;
  return [
    ...summary(report),
    ...bySection(differences).flatMap(([section, found]) => [
      "",
      `== ${section}`,
      ...found.flatMap(({ title, change, diff }) => ["", `${title} is ${change}`, diff]),
    ]),
  ].join("\n");
}

/**
 * The report for a pull request, in Markdown: the numbers first, and the diffs folded.
 *
 * @param engine what `pulumi preview` has printed, to stand above the diffs
 * @param limit how many characters it may have; of the diffs, what is beyond it is named and left out
 */
export function asMarkdown(report: PreviewReport, engine?: string, limit = commentLimit): string {
  const [headline, ...facts] = summary(report);
  const head = [`### ${headline}`, "", ...facts.map((fact) => `- ${fact}`)];
  const parts = bySection(report.differences).flatMap(([section, found]) => [
    `\n#### ${section}\n`,
    ...found.map(({ title, change, diff }) => folded(`<code>${escaped(title)}</code> is ${change}`, "diff", diff)),
  ]);
  if (engine !== undefined) parts.unshift(folded("<code>pulumi preview</code>", "", engine.trim()));
  return fitted(head.join("\n"), parts, limit);
}

function fitted(head: string, parts: string[], limit: number): string {
  // What follows has to fit, too.
  const room = limit - 200;
  let text = head;
  let left = 0;
  for (const part of parts) {
    if (text.length + part.length + 1 > room) left += 1;
    else text += `\n${part}`;
  }
  return left === 0
    ? text
    : `${text}\n\n**${left} of ${parts.length} parts are left out here for their length.** \`npx pulumi-cos preview\` shows them all.`;
}

function folded(title: string, language: string, text: string): string {
  // A fence longer than any in it.
  const longest = Math.max(2, ...[...text.matchAll(/^`{3,}/gm)].map(([fence]) => fence.length));
  const fence = "`".repeat(longest + 1);
  return `<details><summary>${title}</summary>\n\n${fence}${language}\n${text}\n${fence}\n\n</details>`;
}

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function summary({ stack, base, differences, cost }: PreviewReport): string[] {
  const number = (change: Difference["change"]) => differences.filter((found) => found.change === change).length;
  return [
    `Stack ${stack}, compared with ${base}`,
    differences.length === 0
      ? "It asks for the same resources."
      : `Resources of the program: ${number("added")} added, ${number("removed")} removed, ${number("changed")} changed.`,
    costSentence(cost),
  ];
}

function costSentence({ before, after }: PreviewReport["cost"]): string {
  const dollars = ({ total, reason }: CostOf) =>
    total === undefined ? `not known (${reason ?? ""})` : `$${total.toFixed(2)}`;
  const what = "List price a month, without traffic";
  if (before.total === undefined || after.total === undefined) {
    return `${what}: before ${dollars(before)}, after ${dollars(after)}.`;
  }
  const more = after.total - before.total;
  if (Math.abs(more) < 0.005) return `${what}: ${dollars(after)}, as before.`;
  return `${what}: ${dollars(after)}, ${more > 0 ? "+" : "-"}$${Math.abs(more).toFixed(2)} (before: ${dollars(before)}).`;
}

function bySection(differences: Difference[]): [string, Difference[]][] {
  const sections = [...new Set(differences.map(({ section }) => section))];
  return sections.map((section) => [section, differences.filter((found) => found.section === section)]);
}
