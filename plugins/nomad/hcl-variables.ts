/**
 * How the real plugin reads a variable's value, which arrives as text: as a string, or as an HCL expression, depending
 * on the type that the job file declares.
 */
export type Reading = "string" | "expression";

/** The variables that a job file declares, by name, from its top-level `variable` and `variables` blocks. */
export function declaredVariables(hcl: string): Map<string, Reading> {
  const declared = new Map<string, Reading>();
  const top = topLevel(tokens(hcl));
  for (const { header, body } of top.blocks) {
    const [type, label] = header;
    const attributes = topLevel(body).attributes;
    if (type?.text === "variable" && label !== undefined) {
      declared.set(label.text, readingOf(attributes.get("type"), attributes.get("default")));
    } else if (type?.text === "variables" && label === undefined) {
      for (const [name, value] of attributes) declared.set(name, readingOf(undefined, value));
    }
  }
  return declared;
}

// Nomad takes the text as it is for strings and numbers, and where neither a type nor a default tells the type.
function readingOf(type: Token[] | undefined, fallback: Token[] | undefined): Reading {
  const [first] = type ?? fallback ?? [];
  if (first === undefined) return "string";
  if (type !== undefined) return type.length === 1 && /^(string|number)$/.test(first.text) ? "string" : "expression";
  return (first.kind === "word" && !/^(true|false|null)$/.test(first.text)) || first.kind === "string"
    ? "string"
    : "expression";
}

/** The variables as the content of a variable file, for Nomad's parser. */
export function variableFile(variables: Record<string, string>, declared: Map<string, Reading>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name} = ${declared.get(name) === "expression" ? `(\n${value}\n)` : quote(value)}\n`)
    .join("");
}

/** The text as a quoted HCL string that means exactly it: no escape, no interpolation. */
export function quote(text: string): string {
  // `$` and `%` would start interpolation before a brace; as code points they never do.
  const escaped = text.replace(/[\\"$%\p{Cc}]/gu, (character) => {
    if (character === "\\" || character === '"') return `\\${character}`;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

interface Token {
  kind: "word" | "string" | "symbol" | "newline";
  /** Of a string, its content. */
  text: string;
}

interface Body {
  attributes: Map<string, Token[]>;
  blocks: { header: Token[]; body: Token[] }[];
}

/** Splits a body into its attributes and blocks; what is no HCL is skipped, Nomad's parser will say so. */
function topLevel(all: Token[]): Body {
  const found: Body = { attributes: new Map(), blocks: [] };
  let position = 0;
  while (position < all.length) {
    const start = position;
    while (position < all.length && !isSymbol(all[position], "=", "{") && all[position]?.kind !== "newline") position++;
    const header = all.slice(start, position);
    if (isSymbol(all[position], "{")) {
      const end = closing(all, position);
      found.blocks.push({ header, body: all.slice(position + 1, end) });
      position = end + 1;
    } else if (isSymbol(all[position], "=")) {
      const end = endOfExpression(all, position + 1);
      const name = header[0]?.text;
      if (name !== undefined) found.attributes.set(name, all.slice(position + 1, end));
      position = end + 1;
    } else {
      position++;
    }
  }
  return found;
}

function isSymbol(token: Token | undefined, ...symbols: string[]): boolean {
  return token?.kind === "symbol" && symbols.includes(token.text);
}

function closing(all: Token[], open: number): number {
  let depth = 0;
  for (let position = open; position < all.length; position++) {
    if (isSymbol(all[position], "{", "[", "(")) depth++;
    if (isSymbol(all[position], "}", "]", ")") && --depth === 0) return position;
  }
  return all.length;
}

function endOfExpression(all: Token[], start: number): number {
  let position = start;
  while (position < all.length && all[position]?.kind !== "newline") {
    position = isSymbol(all[position], "{", "[", "(") ? closing(all, position) + 1 : position + 1;
  }
  return position;
}

const SPACE = /[ \t\r]+|(?:#|\/\/)[^\n]*|\/\*[^]*?\*\//y;
const HEREDOC = /<<-?([A-Za-z_][\w-]*)\r?\n(?:[^]*?\n)??[ \t]*\1(?=\r?\n|$)/y;
const WORD = /[\w.-]+/y;

function tokens(hcl: string): Token[] {
  const found: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const text = pattern.exec(hcl)?.[0];
    position += text?.length ?? 0;
    return text;
  };
  while (position < hcl.length) {
    if (match(SPACE) !== undefined) continue;
    const start = position;
    const character = hcl.charAt(position);
    if (character === '"') {
      position = endOfString(hcl, position);
      found.push({ kind: "string", text: hcl.slice(start + 1, position - 1) });
    } else if (character === "\n") {
      found.push({ kind: "newline", text: character });
      position++;
    } else {
      const heredoc = match(HEREDOC);
      const word = heredoc === undefined ? match(WORD) : undefined;
      if (heredoc !== undefined) found.push({ kind: "string", text: heredoc });
      else if (word !== undefined) found.push({ kind: "word", text: word });
      else found.push({ kind: "symbol", text: hcl.charAt(position++) });
    }
  }
  return found;
}

/** The position after the string that opens at `open`, whose interpolations may hold strings again. */
function endOfString(hcl: string, open: number): number {
  let position = open + 1;
  while (position < hcl.length) {
    const two = hcl.slice(position, position + 2);
    if (two.startsWith('"')) return position + 1;
    if (two.startsWith("\\")) position += 2;
    else if (/^[$%]{2}\{/.test(hcl.slice(position, position + 3))) position += 3;
    else if (two === "${" || two === "%{") position = endOfInterpolation(hcl, position + 2);
    else position++;
  }
  return position;
}

function endOfInterpolation(hcl: string, start: number): number {
  let depth = 1;
  let position = start;
  while (position < hcl.length && depth > 0) {
    const character = hcl.charAt(position);
    if (character === '"') {
      position = endOfString(hcl, position);
      continue;
    }
    if (character === "{") depth++;
    if (character === "}") depth--;
    position++;
  }
  return position;
}
