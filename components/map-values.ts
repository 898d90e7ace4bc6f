/** The same keys with what is made of their values. */
export function mapValues<K extends string, T, U>(
  values: Readonly<Partial<Record<K, T>>>,
  of: (value: T, key: K) => U,
): Record<string, U> {
  const given = Object.entries(values).filter((entry): entry is [K, T] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, of(value, key)]));
}
