import type { Failure } from "../../schema";
import { type Plain, type PlainMap, hasUnknown, isMap, isUnknown } from "../../value";

/** Collects what is wrong with a resource's inputs. Unknown values are never wrong. */
export class Checks {
  readonly failures: Failure[] = [];

  constructor(private readonly inputs: PlainMap) {}

  /** @param reason a sentence, to follow the property's name */
  add(property: string, reason: string): this {
    this.failures.push({ property, reason: `"${property}" ${reason}` });
    return this;
  }

  /** The value at a path such as `metadataOptions.httpTokens`; a list on the way gives its elements, each with its path. */
  at(path: string): { path: string; value: Plain }[] {
    let found: { path: string; value: Plain }[] = [{ path: "", value: this.inputs }];
    for (const part of path.split(".")) {
      found = found.flatMap(({ path: at, value }) => {
        const next = isMap(value) ? value[part] : undefined;
        if (next === undefined || next === null) return [];
        const here = at === "" ? part : `${at}.${part}`;
        return Array.isArray(next)
          ? next.map((item, index) => ({ path: `${here}[${index}]`, value: item }))
          : [{ path: here, value: next }];
      });
    }
    return found.filter(({ value }) => !isUnknown(value));
  }

  oneOf(path: string, allowed: readonly string[]): this {
    for (const { path: at, value } of this.at(path)) {
      if (typeof value === "string" && !allowed.includes(value)) {
        this.add(at, `must be one of ${allowed.join(", ")}, but is "${value}"`);
      }
    }
    return this;
  }

  matches(path: string, pattern: RegExp, meaning: string): this {
    for (const { path: at, value } of this.at(path)) {
      if (typeof value === "string" && !pattern.test(value)) this.add(at, `must be ${meaning}, but is "${value}"`);
    }
    return this;
  }

  between(path: string, low: number, high: number): this {
    for (const { path: at, value } of this.at(path)) {
      if (typeof value === "number" && (value < low || value > high)) {
        this.add(at, `must be from ${low} to ${high}, but is ${value}`);
      }
    }
    return this;
  }

  /** Exactly one of the properties is to be given. */
  exactlyOne(...properties: string[]): this {
    const given = properties.filter((property) => isGiven(this.inputs[property]));
    if (given.length === 1) return this;
    const got = given.length === 0 ? "none is given" : `${given.map(quoted).join(" and ")} are given`;
    return this.add(
      properties[0] ?? "",
      `or another of ${properties.map(quoted).join(", ")} is needed, just one: ${got}`,
    );
  }

  /** At most one of the properties may be given. */
  atMostOne(...properties: string[]): this {
    const given = properties.filter((property) => isGiven(this.inputs[property]));
    const [first, ...others] = given;
    if (first === undefined || others.length === 0) return this;
    return this.add(first, `excludes ${others.map(quoted).join(", ")}`);
  }

  /** A policy document: JSON, no longer than AWS takes it, white space not counted. */
  policy(property: string, longest: number): this {
    for (const { path, value } of this.at(property)) {
      if (typeof value !== "string") continue;
      if (!isJsonObject(value)) this.add(path, "contains an invalid JSON policy: it is no JSON object");
      const length = value.replaceAll(/\s/g, "").length;
      if (length > longest) this.add(path, `has ${length} characters, and AWS takes ${longest} at most`);
    }
    return this;
  }
}

/** Whether the program gives a value, or may turn out to. */
export function isGiven(value: Plain | undefined): boolean {
  if (hasUnknown(value)) return true;
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function quoted(property: string): string {
  return `"${property}"`;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
