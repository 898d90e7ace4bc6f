import { createTwoFilesPatch } from "diff";
import { type Document, type Section, sections } from "./documents";

/** How a resource differs. */
export interface Difference {
  section: Section;
  /** Type and name of the resource. */
  title: string;
  change: "added" | "removed" | "changed";
  /** Unified diff of its document. */
  diff: string;
}

/** How two programs differ, by section and title. */
export function differences(before: readonly Document[], after: readonly Document[]): Difference[] {
  const old = new Map(before.map((document) => [document.title, document]));
  const present = new Map(after.map((document) => [document.title, document]));
  const all = [...new Map([...old, ...present]).values()];
  return all
    .filter(({ title }) => old.get(title)?.text !== present.get(title)?.text)
    .map(({ section, title }): Difference => {
      const [from, to] = [old.get(title)?.text, present.get(title)?.text];
      const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
      return { section, title, change, diff: patch(title, from, to) };
    })
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .sort((a, b) => order.indexOf(a.section) - order.indexOf(b.section));
}

const order = Object.keys(sections) as Section[];

/** As `git diff` shows a file, without the lines that name nothing. */
function patch(title: string, from = "", to = ""): string {
  const [old, present] = [from === "" ? "/dev/null" : title, to === "" ? "/dev/null" : title];
  const lines = createTwoFilesPatch(old, present, from, to, "", "", { context: 3 }).split("\n");
  const start = lines.findIndex((line) => line.startsWith("--- "));
  return lines
    .slice(start)
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}
