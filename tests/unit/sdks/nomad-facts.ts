import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A property of the public provider. */
export interface Fact {
  /** `string`, `boolean`, `integer`, a type's name, `X[]` or `map<X>`. */
  type: string;
  optional: boolean;
  secret: boolean;
  replaces: boolean;
}

export type Facts = Record<string, Fact>;

export interface ResourceFacts {
  token: string;
  inputs: Facts;
  outputs: Facts;
}

export interface ProviderFacts {
  version: string;
  provider: Facts;
  /** By class name. */
  resources: Record<string, ResourceFacts>;
  types: Record<string, Facts>;
}

type Raw = Record<string, string>;

interface RawProvider {
  version: string;
  provider: { inputs: Raw };
  resources: Record<string, { inputs: Raw; outputs: Raw }>;
  types: Record<string, Raw>;
}

/** The facts about the public provider that the bindings are written from. */
export function readFacts(): ProviderFacts {
  const path = resolve(__dirname, "../../../sdks/nomad/facts.json");
  const raw = JSON.parse(readFileSync(path, "utf8")) as RawProvider;
  return {
    version: raw.version,
    provider: parse(raw.provider.inputs),
    resources: mapValues(raw.resources, ({ inputs, outputs }, token) => [
      className(token),
      { token, inputs: parse(inputs), outputs: parse(outputs) },
    ]),
    types: mapValues(raw.types, (properties, name) => [name, parse(properties)]),
  };
}

function className(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

// "string? secret replaces"
function parse(properties: Raw): Facts {
  return mapValues(properties, (text, name) => {
    const [type = "", ...marks] = text.split(" ");
    return [
      name,
      {
        type: type.replace("?", ""),
        optional: type.endsWith("?"),
        secret: marks.includes("secret"),
        replaces: marks.includes("replaces"),
      },
    ];
  });
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T, key: string) => [string, U]): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => change(value, key)));
}

/** The parts of a compound type: `X[]`, `map<X>`; neither for a single one. */
export function elementOf(type: string): { list?: string; map?: string } {
  if (type.endsWith("[]")) return { list: type.slice(0, -2) };
  const map = /^map<(.*)>$/.exec(type)?.[1];
  return map === undefined ? {} : { map };
}
