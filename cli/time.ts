const units: [seconds: number, letter: string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "m"],
  [1, "s"],
];

/** How long ago something was, in its largest unit: `3d`, `5h`, `12m`, `8s`. @param nanoseconds since 1970, as Nomad has it */
export function ageOf(nanoseconds: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - nanoseconds / 1e6) / 1000));
  const [unit, letter] = units.find(([size]) => seconds >= size) ?? [1, "s"];
  return `${Math.floor(seconds / unit)}${letter}`;
}

/** Nanoseconds of a duration such as `90s`, `30m`, `2h` or `1h30m`. Undefined where it is none. */
export function durationOf(text: string): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!match || text === "") return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e9;
}
