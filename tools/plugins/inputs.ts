import { createHash } from "node:crypto";
import type { Comparison } from "./diff";
import { normal } from "./diff";
import type { Properties, Type } from "./schema";
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
    const value = property.autoName === true ? automaticName(olds, key, naming) : property.default;
    if (value === undefined) continue;
    inputs[key] = value;
    chosen.push(key);
  }
  if (comparison === "state") inputs[DEFAULTS] = chosen.sort();
  return inputs;
}

function automaticName(olds: PlainMap, key: string, naming: Naming): Plain | undefined {
  const chosenBefore = olds[DEFAULTS];
  if (Array.isArray(chosenBefore) && chosenBefore.includes(key) && olds[key] !== undefined) return olds[key];
  if (naming.configured === "disabled") return undefined;
  if (naming.configured !== undefined) return naming.configured.name;
  return `${naming.name}-${createHash("sha256").update(naming.seed).digest("hex").slice(0, 7)}`;
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
