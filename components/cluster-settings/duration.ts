const unitNs: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Nanoseconds of a duration as Go writes it, such as `1m30s`; undefined for anything else. */
export function nanoseconds(duration: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(duration)) return undefined;
  let total = 0;
  for (const [, value = "", unit = ""] of duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(value) * (unitNs[unit] ?? NaN);
  }
  return Math.round(total);
}

/**
 * A duration in the one form in which Go prints it: `1500ms` is `1.5s`, `1m` is `1m0s`. Consul and Nomad answer in it, so
 * that any other would count as a difference for ever. What is no duration stays as it is.
 */
export function canonicalDuration(duration: string): string {
  const total = nanoseconds(duration);
  if (total === undefined) return duration;
  if (total === 0) return "0s";
  for (const unit of ["ns", "µs", "ms"] as const) {
    const next = { ns: 1e3, µs: 1e6, ms: 1e9 }[unit];
    if (total < next) return `${total / (next / 1e3)}${unit}`;
  }
  const hours = Math.floor(total / 3600e9);
  const minutes = Math.floor((total % 3600e9) / 60e9);
  const seconds = `${(total % 60e9) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
