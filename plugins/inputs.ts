import { createHash } from "node:crypto";
import type { Comparison } from "./diff";
import { normal } from "./diff";
import type { AutoName, Properties, Property, Type } from "./schema";
import { type Plain, type PlainMap, equal, isMap } from "./value";

/** How a name may be made when the program gives none. */
export interface Naming {
  /** The resource's name in the program. */
  name: string;
  /** The engine's seed: the same one in the preview and in the update that follows it. */
  seed: Uint8Array;
  /** What the stack's `pulumi:autonaming` config asks for: a name, or none at all. */
  configured?: { name: string } | "disabled";
}

// The key under which a bridged plugin remembers which inputs it chose itself.
const DEFAULTS = "__defaults";

// How many characters an automatic name gets behind the resource's own.
const RANDOM_CHARACTERS = 7;

/** The program's inputs, nulls dropped, with defaults and automatic names filled in. */
export function fillIn(
  schema: Properties,
  olds: PlainMap,
  news: PlainMap,
  naming: Naming,
  comparison: Comparison,
): PlainMap {
  const inputs: PlainMap = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
  const chosen: string[] = [];
  for (const [key, property] of Object.entries(schema)) {
    if (inputs[key] !== undefined) continue;
    const value = hasAutoName(property)
      ? automaticName(property.autoName === true ? {} : property.autoName, inputs, olds, key, naming)
      : property.default;
    if (value === undefined) continue;
    inputs[key] = value;
    chosen.push(key);
  }
  if (comparison === "state") inputs[DEFAULTS] = chosen.sort();
  return inputs;
}

/** Whether the plugin makes a name where the program gives none. */
export function hasAutoName(property: Property): property is Property & { autoName: true | AutoName } {
  return property.autoName !== undefined && property.autoName !== false;
}

/** The inputs that the plugin chose itself, by the mark that it left on them. */
export function chosenInputs(inputs: PlainMap): string[] {
  const chosen = inputs[DEFAULTS];
  return Array.isArray(chosen) ? chosen.filter((key) => typeof key === "string") : [];
}

function automaticName(
  { maxLength = Number.POSITIVE_INFINITY, prefix = "", lowerCase = false, unless }: AutoName,
  inputs: PlainMap,
  olds: PlainMap,
  key: string,
  naming: Naming,
): Plain | undefined {
  if (unless !== undefined && inputs[unless] !== undefined) return undefined;
  if (chosenInputs(olds).includes(key) && olds[key] !== undefined) return olds[key];
  if (naming.configured === "disabled") return undefined;
  if (naming.configured !== undefined) return naming.configured.name;
  const start = `${prefix}${lowerCase ? naming.name.toLowerCase() : naming.name}-`;
  if (start.length + RANDOM_CHARACTERS > maxLength) {
    throw new Error(
      `name '${start}' plus ${RANDOM_CHARACTERS} random chars is longer than maximum length ${maxLength}`,
    );
  }
  return start + createHash("sha256").update(naming.seed).digest("hex").slice(0, RANDOM_CHARACTERS);
}

/** Properties that plugins and the engine keep for themselves (`__defaults`, `__meta`), which no resource should see. */
export function withoutInternal<T>(values: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !key.startsWith("__")));
}

/**
 * The inputs that describe a resource just read: those the program gave before, as they are now; for a resource that
 * is imported (no former inputs), all that have a value.
 */
export function inputsFromState(schema: Properties, olds: PlainMap, outputs: PlainMap): PlainMap {
  const imported = Object.keys(olds).length === 0;
  const inputs: PlainMap = { ...olds };
  for (const [key, property] of Object.entries(schema)) {
    if (property.writeOnly === true || (!imported && olds[key] === undefined)) continue;
    const now = normal(property.type, outputs[key]);
    if (equal(normal(property.type, olds[key]), now)) continue;
    if (now === undefined) Reflect.deleteProperty(inputs, key);
    else inputs[key] = withoutUngiven(property.type, olds[key], now);
  }
  return inputs;
}

// A nested default that the program left out stays out.
function withoutUngiven(type: Type, old: Plain | undefined, now: Plain): Plain {
  if (typeof type === "string" || !("object" in type) || !isMap(now)) return now;
  const given = isMap(old) ? old : {};
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => given[key] !== undefined || !equal(type.object[key]?.default, value)),
  );
}
