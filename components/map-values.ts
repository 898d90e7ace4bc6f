/** The same keys with what is made of their values. Those whose values are undefined are left out. */
export function mapValues<K extends string, T, U>(
  values: Readonly<Record<K, Exclude<T, undefined>>>,
  of: (value: Exclude<T, undefined>, key: K) => U,
): Record<K, U>;
export function mapValues<K extends string, T, U>(
  values: Readonly<Partial<Record<K, T>>>,
  of: (value: T, key: K) => U,
): Record<string, U>;
export function mapValues<T, U>(values: Readonly<Record<string, T>>, of: (value: T, key: string) => U) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, of(value, key)]));
}
