/** A block of an HCL file: `name "label" { … }`. */
export interface Block {
  name: string;
  labels: string[];
  blocks: Block[];
  /** Expressions as they are written, by name: those that are on one line. */
  attributes: Record<string, string>;
}

/**
 * The blocks of an HCL file: their structure, and no values. Nomad parses the file before anything is made; this is for asking what it has,
 * where no Nomad is.
 */
export function blocksOf(text: string): Block[] {
  const top: Block = { name: "", labels: [], blocks: [], attributes: {} };
  const open: (Block | "expression")[] = [top];
  for (const line of linesOf(text)) {
    const within = open.at(-1);
    const opens = /^([A-Za-z_][\w-]*)((?:\s+(?:"[^"]*"|[A-Za-z_][\w-]*))*)\s*\{(.*)$/.exec(line);
    if (opens && within !== "expression" && within) {
      const [, name = "", labels = "", rest = ""] = opens;
      const block: Block = {
        name,
        labels: [...labels.matchAll(/[^\s"]+/g)].map(([label]) => label),
        blocks: [],
        attributes: {},
      };
      within.blocks.push(block);
      const inside = /^(.*)\}\s*$/.exec(rest);
      if (inside) addAttribute(block, inside[1] ?? "");
      else open.push(block);
      continue;
    }
    if (within !== "expression" && within) addAttribute(within, line);
    const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    for (const [mark] of bare.matchAll(/[{}[\]()]/g)) {
      if ("{[(".includes(mark)) open.push("expression");
      else if (open.length > 1) open.pop();
    }
  }
  return top.blocks;
}

function addAttribute({ attributes }: Block, line: string): void {
  const [, name, value] = /^\s*([A-Za-z_][\w-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  if (name !== undefined && value !== undefined) attributes[name] = value;
}

/** The lines that have structure: without comments and the texts of heredocs. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let until: string | undefined;
  let commented = false;
  for (const raw of text.split("\n")) {
    if (until !== undefined) {
      if (raw.trim() === until) until = undefined;
      continue;
    }
    if (commented) {
      commented = !raw.includes("*/");
      continue;
    }
    const line = withoutComment(raw).trim();
    if (/^\/\*(?!.*\*\/)/.test(raw.trim())) commented = true;
    else if (line !== "") lines.push(line);
    until = /<<[-~]?(\w+)\s*$/.exec(line)?.[1];
  }
  return lines;
}

/** A line up to a comment that is not in a text. */
function withoutComment(line: string): string {
  const found = /^((?:"(?:[^"\\]|\\.)*"|[^"])*?)(#|\/\/|\/\*.*\*\/)/.exec(line);
  return found ? (found[1] ?? "") : line;
}
