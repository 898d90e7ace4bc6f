// Types only: the configuration is checked with this, for instance by `npm start`, which does not need the SDK.
import type * as pulumi from "@pulumi/pulumi";

/** One thing wrong with a component's arguments: the property's path (`pools[0].minSize`), and a sentence for people. */
export type PropertyError = pulumi.InputPropertyErrorDetails;

/** The same errors for arguments that are nested under a path: `minSize` under `pools[0]` is `pools[0].minSize`. */
export function under(path: string, errors: readonly PropertyError[]): PropertyError[] {
  return errors.map(({ propertyPath, reason }) => ({
    propertyPath: propertyPath.startsWith("[") ? `${path}${propertyPath}` : `${path}.${propertyPath}`,
    reason,
  }));
}

/** The values that occur more than once, each with the indexes where it does. */
export function repeated<T>(values: readonly T[]): { value: T; indexes: number[] }[] {
  const indexes = new Map<T, number[]>();
  values.forEach((value, i) => indexes.set(value, [...(indexes.get(value) ?? []), i]));
  return [...indexes].filter(([, at]) => at.length > 1).map(([value, at]) => ({ value, indexes: at }));
}
