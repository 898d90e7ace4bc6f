import { type PropertyError, repeated } from "./checks";
import { nameErrors } from "./cluster-settings/servers";

/**
 * What is wrong with the names of things that replace each other, of which the first is used and all are accepted, and with those of them that are
 * given instead of made.
 *
 * @param property that lists the names
 * @param what they are, in the singular
 * @param given names of those in the property `given`
 */
export function rotationErrors(
  property: string,
  what: string,
  names: readonly string[],
  given: readonly string[],
): PropertyError[] {
  return [
    ...(names.length === 0
      ? [{ propertyPath: property, reason: `must name at least one ${what}, such as ["1"]` }]
      : []),
    ...names.flatMap((name, i) => nameErrors(`${property}[${i}]`, name)),
    ...repeated(names).map(({ value, indexes }) => ({
      propertyPath: `${property}[${indexes.at(-1)}]`,
      reason: `"${value}" is already ${property}[${indexes[0]}]`,
    })),
    ...given
      .filter((name) => !names.includes(name))
      .map((name) => ({
        propertyPath: `given.${name}`,
        reason: `there is no such ${what}; ${property} are: ${names.join(", ")}`,
      })),
  ];
}
