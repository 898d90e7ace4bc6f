import { isDeepStrictEqual } from "node:util";
import type { Properties, Type } from "./schema";
import { type Plain, type PlainMap, equal, isMap, isUnknown } from "./value";

export type Kind = "add" | "delete" | "update";

export interface Difference {
  kind: Kind;
  replaces: boolean;
  /** Whether old and new are to be shown from the inputs (else from the outputs). */
  input: boolean;
}

/** Differences by property path (`hcl2.vars.count`); empty when nothing changes. */
export type Differences = Record<string, Difference>;

/**
 * How a kind of plugin compares. `state`, as plugins bridged from Terraform: the state with the inputs, where "not given"
 * equals an empty value. `inputs`, as native plugins: the former inputs with the inputs, exactly.
 */
export type Comparison = "state" | "inputs";

export function differences(schema: Properties, old: PlainMap, news: PlainMap, comparison: Comparison): Differences {
  const found: Differences = {};
  for (const [key, property] of Object.entries(schema)) {
    const given = news[key];
    if (property.writeOnly === true) continue;
    if (property.computed === true && isZero(given)) continue;
    const clean = (value: Plain | undefined) => (comparison === "state" ? normal(property.type, value) : value);
    const replaces = property.replaces === true;
    compare(key, property.type, clean(old[key]), clean(given), replaces, found);
  }
  return found;
}

function compare(
  path: string,
  type: Type,
  old: Plain | undefined,
  now: Plain | undefined,
  replaces: boolean,
  found: Differences,
): void {
  if (equal(old, now)) return;
  if (isMap(old) && isMap(now) && typeof type === "object" && ("map" in type || "object" in type)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const inner = "map" in type ? { type: type.map, replaces: false } : type.object[key];
      if (inner === undefined) continue;
      compare(childPath(path, key), inner.type, old[key], now[key], replaces || inner.replaces === true, found);
    }
    return;
  }
  found[path] = { kind: old === undefined ? "add" : now === undefined ? "delete" : "update", replaces, input: true };
}

function childPath(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** The value as Terraform's state compares it: nested defaults filled in, empty values dropped, sets sorted. */
export function normal(type: Type, value: Plain | undefined): Plain | undefined {
  if (isUnknown(value)) return value;
  if (typeof type === "object" && "object" in type && isMap(value)) {
    const kept: PlainMap = {};
    for (const [key, property] of Object.entries(type.object)) {
      const inner = normal(property.type, value[key] ?? property.default);
      if (inner !== undefined) kept[key] = inner;
    }
    return isZero(kept) ? undefined : kept;
  }
  if (isZero(value)) return undefined;
  if (typeof type === "string" || "map" in type || "object" in type) return value;
  if (!Array.isArray(value)) return value;
  const element = "list" in type ? type.list : type.set;
  const items = value.map((item) => normal(element, item) ?? null);
  if ("list" in type) return items;
  return items.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey(value: Plain): string {
  return isUnknown(value) ? "" : JSON.stringify(value);
}

function isZero(value: Plain | undefined): boolean {
  const zeros = [undefined, null, "", false, 0];
  return zeros.some((zero) => zero === value) || isDeepStrictEqual(value, []) || isDeepStrictEqual(value, {});
}
