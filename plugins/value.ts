import { isDeepStrictEqual } from "node:util";

declare const unknownBrand: unique symbol;

interface UnknownBrand {
  readonly [unknownBrand]: true;
}

/** The type of {@link UNKNOWN}; a branded symbol, since TypeScript widens a unique one in object literals. */
export type Unknown = symbol & UnknownBrand;

/** A value that a preview does not know yet. */
export const UNKNOWN = Symbol("unknown") as Unknown;

export function isUnknown(value: unknown): value is Unknown {
  return value === UNKNOWN;
}

/** A property's value as a resource sees it: secrets are bare, unknowns occur in previews only. */
export type Plain = null | boolean | number | string | Unknown | Plain[] | { [key: string]: Plain };

/** A property's value as it travels: a secret anywhere in it is wrapped, so that the engine encrypts it in the state. */
export type Value = null | boolean | number | string | Unknown | Secret | Value[] | { [key: string]: Value };

export type PlainMap = Record<string, Plain>;
export type ValueMap = Record<string, Value>;

const SECRET_VALUE: unique symbol = Symbol("secret");

export interface Secret {
  readonly [SECRET_VALUE]: Value;
}

export function secret(value: Value): Secret {
  return { [SECRET_VALUE]: value };
}

export function isSecret(value: Value | undefined): value is Secret {
  return typeof value === "object" && value !== null && SECRET_VALUE in value;
}

/** What a gRPC message carries in a Struct: JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// The engine's wire format: sentinel strings for unknowns (one for each type of the missing value), signed objects for
// secrets.
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export function decode(json: Json): Value {
  if (typeof json === "string") return UNKNOWNS.has(json) ? UNKNOWN : json;
  if (Array.isArray(json)) return json.map(decode);
  if (typeof json !== "object" || json === null) return json;
  if (json[SIGNATURE] === SECRET) return secret(decode(json["value"] ?? null));
  return mapValues(json, decode);
}

export function encode(value: Value): Json {
  if (isUnknown(value)) return UNKNOWN_STRING;
  if (isSecret(value)) return { [SIGNATURE]: SECRET, value: encode(value[SECRET_VALUE]) };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  return mapValues(value, encode);
}

/** The value without its secret wrappers. */
export function plain(value: Value): Plain {
  if (isSecret(value)) return plain(value[SECRET_VALUE]);
  if (Array.isArray(value)) return value.map(plain);
  if (isMap(value)) return plainMap(value);
  return value;
}

export function plainMap(values: ValueMap): PlainMap {
  return mapValues(values, plain);
}

export function isMap<T>(value: T): value is Extract<T, Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(SECRET_VALUE in value);
}

/** Whether any part of the value is unknown. */
export function hasUnknown(value: Plain | undefined): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}

/** Deep equality, except that an unknown equals nothing. */
export function equal(a: Plain | undefined, b: Plain | undefined): boolean {
  return !hasUnknown(a) && !hasUnknown(b) && isDeepStrictEqual(a, b);
}

/** Wraps in `values` what is a secret at the same place of `like`, so that a secret input stays one in the outputs. */
export function withSecretsOf(values: ValueMap, like: ValueMap): ValueMap {
  return mapValues(values, (value, key) => withSecretsOfValue(value, like[key]));
}

function withSecretsOfValue(value: Value, like: Value | undefined): Value {
  if (isSecret(value) || like === undefined) return value;
  if (isSecret(like)) return secret(value);
  if (Array.isArray(value) && Array.isArray(like)) {
    // Elements that moved cannot be told apart, so one secret among them makes the whole list one.
    if (value.length !== like.length) return hasSecret(like) ? secret(value) : value;
    return value.map((element, index) => withSecretsOfValue(element, like[index]));
  }
  if (isMap(value) && isMap(like)) return withSecretsOf(value, like);
  return hasSecret(like) ? secret(value) : value;
}

/** Whether any part of the value is a secret. */
export function hasSecret(value: Value): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  return isMap(value) && Object.values(value).some(hasSecret);
}

export function mapValues<T, U>(map: Record<string, T>, change: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
