import * as pulumi from "@pulumi/pulumi";

/** One thing wrong with a component's arguments: the property's path (`pools[0].minSize`), and a sentence for people. */
export type PropertyError = pulumi.InputPropertyErrorDetails;

/** The same errors for arguments that are nested under a path: `minSize` under `pools[0]` is `pools[0].minSize`. */
export function under(path: string, errors: readonly PropertyError[]): PropertyError[] {
  return errors.map(({ propertyPath, reason }) => ({
    propertyPath: propertyPath.startsWith("[") ? `${path}${propertyPath}` : `${path}.${propertyPath}`,
    reason,
  }));
}

/**
 * Refuses arguments that have errors, naming all of them at once.
 *
 * @param component the component's name, for the message
 * @throws pulumi.InputPropertiesError
 */
export function refuse(component: string, errors: readonly PropertyError[]): void {
  if (errors.length === 0) return;
  throw new pulumi.InputPropertiesError({ message: `${component} cannot be made`, errors: [...errors] });
}

/** The values that occur more than once, each with the indexes where it does. */
export function repeated<T>(values: readonly T[]): { value: T; indexes: number[] }[] {
  const indexes = new Map<T, number[]>();
  values.forEach((value, i) => indexes.set(value, [...(indexes.get(value) ?? []), i]));
  return [...indexes].filter(([, at]) => at.length > 1).map(([value, at]) => ({ value, indexes: at }));
}
