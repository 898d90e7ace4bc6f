import type { PropertyError } from "../checks";

/** What is wrong with an optional whole number between two bounds. */
export function wholeNumberErrors(
  property: string,
  value: number | undefined,
  bounds: { least: number; most: number; unit?: string },
): PropertyError[] {
  const { least, most, unit } = bounds;
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  const what = unit === undefined ? "a whole number" : `a whole number of ${unit}`;
  return [{ propertyPath: property, reason: `must be ${what} between ${least} and ${most}, got ${value}` }];
}

/** What is wrong with an optional value that must be one of some. */
export function choiceErrors(property: string, value: unknown, allowed: readonly string[]): PropertyError[] {
  if (value === undefined || (typeof value === "string" && allowed.includes(value))) return [];
  const list = allowed.map((one) => `"${one}"`).join(" or ");
  return [{ propertyPath: property, reason: `must be ${list}, got ${JSON.stringify(value)}` }];
}
