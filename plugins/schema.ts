import { type Plain, type PlainMap, isMap, isUnknown } from "./value";

/** The type of a property's value; `any` is anything, an asset included. A `set` is a list whose order means nothing. */
export type Type =
  | "string"
  | "boolean"
  | "integer"
  | "number"
  | "any"
  | { readonly list: Type }
  | { readonly set: Type }
  | { readonly map: Type }
  | { readonly object: Properties };

export interface Property {
  readonly type: Type;
  /** @default false */
  readonly required?: boolean;
  /** Kept encrypted in the state whatever the program says. @default false */
  readonly secret?: boolean;
  /** A change replaces the resource. @default false */
  readonly replaces?: boolean;
  /** Filled in when the program gives no value. */
  readonly default?: Plain;
  /** When the program gives no value, the provider chooses one, and that is no difference. @default false */
  readonly computed?: boolean;
  /** Never read back, so never compared. @default false */
  readonly writeOnly?: boolean;
  /** Made from the resource's name when the program gives no value. @default false */
  readonly autoName?: boolean | AutoName;
  /** The real plugin has it, the stand-in refuses it. @default false */
  readonly unimplemented?: boolean;
}

/** How a name is made from the resource's name. */
export interface AutoName {
  /** A longer one, the random part included, is refused. @default no limit */
  readonly maxLength?: number;
  /** What the name starts with. @default "" */
  readonly prefix?: string;
  /** @default false */
  readonly lowerCase?: boolean;
  /** A property in whose presence no name is made. @default none */
  readonly unless?: string;
}

export type Properties = Readonly<Record<string, Property>>;

type TypeOf<T> = T extends "string"
  ? string
  : T extends "boolean"
    ? boolean
    : T extends "integer" | "number"
      ? number
      : T extends { list: infer E } | { set: infer E }
        ? TypeOf<E>[]
        : T extends { map: infer E }
          ? Record<string, TypeOf<E>>
          : T extends { object: infer P }
            ? InputsOf<P>
            : Plain;

type Given<P> = { [K in keyof P]: P[K] extends { required: true } | { default: Plain } ? K : never }[keyof P];

/** The TypeScript type of checked inputs: required ones and those with a default are always there. */
export type InputsOf<P> = { [K in Given<P>]: P[K] extends { type: infer T } ? TypeOf<T> : never } & {
  [K in Exclude<keyof P, Given<P>>]?: P[K] extends { type: infer T } ? TypeOf<T> : never;
};

/** One thing wrong with the inputs: the path of the property, and a sentence for people. */
export interface Failure {
  property: string;
  reason: string;
}

/** Everything wrong with `values` by the schema, all at once. `who` names the plugin in the messages. */
export function failures(who: string, schema: Properties, values: PlainMap, at = ""): Failure[] {
  const path = (key: string) => (at === "" ? key : `${at}.${key}`);
  const found: Failure[] = [];
  for (const [key, value] of Object.entries(values)) {
    const property = schema[key];
    if (property === undefined) {
      const known = Object.keys(schema).filter((name) => schema[name]?.unimplemented !== true);
      const reason = `there is no property "${path(key)}"; ${at === "" ? "the properties are" : `"${at}" has`} ${known.join(", ")}`;
      found.push({ property: path(key), reason });
    } else if (property.unimplemented === true && value !== null) {
      found.push({ property: path(key), reason: `the stand-in ${who} plugin does not implement "${path(key)}"` });
    } else if (value !== null) {
      found.push(...mismatches(who, property.type, value, path(key)));
    }
  }
  for (const [key, property] of Object.entries(schema)) {
    if (property.required === true && (values[key] ?? null) === null) {
      found.push({ property: path(key), reason: `missing required property "${path(key)}"` });
    }
  }
  return found;
}

function mismatches(who: string, type: Type, value: Plain, path: string): Failure[] {
  if (isUnknown(value) || type === "any") return [];
  const wrong = (expected: string) => [
    { property: path, reason: `"${path}" must be ${expected}, but is ${describe(value)}` },
  ];
  if (type === "integer") return Number.isInteger(value) ? [] : wrong("a whole number");
  if (typeof type === "string") return typeof value === type ? [] : wrong(`a ${type}`);
  if ("list" in type || "set" in type) {
    if (!Array.isArray(value)) return wrong("a list");
    const element = "list" in type ? type.list : type.set;
    return value.flatMap((item, index) => mismatches(who, element, item, `${path}[${index}]`));
  }
  if (!isMap(value)) return wrong("an object");
  if ("object" in type) return failures(who, type.object, value, path);
  return Object.entries(value).flatMap(([key, item]) => mismatches(who, type.map, item, `${path}.${key}`));
}

// The type only: the value may be a secret.
function describe(value: Plain): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : isMap(value) ? "an object" : `a ${typeof value}`;
}
