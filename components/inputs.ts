/** Inputs of a resource, or a part of them, as they arrive: of any shape. */
export type Inputs = Record<string, unknown>;

const isMap = (value: unknown): value is Inputs => typeof value === "object" && value !== null && !Array.isArray(value);

/** A map, or an empty one. */
export const map = (value: unknown): Inputs => (isMap(value) ? value : {});

/** A list of maps, or none: what else is there in its place is not looked at. */
export function maps(value: unknown): Inputs[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

/** A list of texts; a text alone is a list of one. */
export function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
