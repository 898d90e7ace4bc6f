import { randomInt } from "node:crypto";
import type { Failure } from "../schema";
import type { PlainMap } from "../value";

/** What the kinds of characters are, in the order in which the real plugin draws them. Source: terraform-provider-random, internal/random/string.go. */
const kinds = [
  { use: "special", least: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
  { use: "numeric", least: "minNumeric", characters: "0123456789" },
  { use: "lower", least: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { use: "upper", least: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
] as const;

const use = { type: "boolean", default: true, replaces: true } as const;
const least = { type: "integer", default: 0, replaces: true } as const;

/** The inputs of `RandomPassword` and `RandomString`. */
export const textInputs = {
  keepers: { type: { map: "string" }, replaces: true },
  length: { type: "integer", required: true, replaces: true },
  special: use,
  numeric: use,
  lower: use,
  upper: use,
  minSpecial: least,
  minNumeric: least,
  minLower: least,
  minUpper: least,
  overrideSpecial: { type: "string", replaces: true },
  // Deprecated for `numeric`.
  number: { type: "boolean", unimplemented: true },
} as const;

type Kind = (typeof kinds)[number];

export type TextOptions = { length: number; overrideSpecial?: string } & Record<Kind["use"], boolean> &
  Record<Kind["least"], number>;

/** What is wrong with such inputs, as far as they are known. */
export function textFailures(inputs: PlainMap): Failure[] {
  const { length } = inputs;
  const leasts = kinds.map((kind) => inputs[kind.least]).filter((count) => typeof count === "number");
  const sum = leasts.reduce((before, count) => before + count, 0);
  if (typeof length !== "number") return [];
  if (length < 1) return [{ property: "length", reason: `"length" must be at least 1, but is ${length}` }];
  if (length < sum) {
    return [
      {
        property: "length",
        reason: `"length" must be at least ${sum}, as many as the least numbers say, but is ${length}`,
      },
    ];
  }
  return kinds.every((kind) => inputs[kind.use] === false) && length > sum
    ? [{ property: "length", reason: "there are no characters to choose from: all kinds are switched off" }]
    : [];
}

/** A text as it is asked for: at least so many characters of each kind, the others of all that are to be used, in any order. */
export function randomText(options: TextOptions): string {
  const charactersOf = (kind: Kind) =>
    (kind.use === "special" ? options.overrideSpecial : undefined) || kind.characters;
  const all = kinds
    .filter((kind) => options[kind.use])
    .map(charactersOf)
    .join("");
  const drawn = kinds.flatMap((kind) => draw(charactersOf(kind), options[kind.least]));
  drawn.push(...draw(all, options.length - drawn.length));
  // Fisher and Yates: every order is as likely as any other.
  for (let i = drawn.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [drawn[i], drawn[j]] = [drawn[j] ?? "", drawn[i] ?? ""];
  }
  return drawn.join("");
}

const draw = (characters: string, count: number): string[] =>
  Array.from({ length: count }, () => characters[randomInt(characters.length)] ?? "");
