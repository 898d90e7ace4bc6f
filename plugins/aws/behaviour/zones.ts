// The short form of a region's name in the ids of its zones: `euc1-az1` for the first of eu-central-1.
const DIRECTIONS: Record<string, string> = {
  central: "c",
  east: "e",
  west: "w",
  north: "n",
  south: "s",
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};

// us-east-1 has six and some have four, but programs ask for three at most.
const LETTERS = ["a", "b", "c"];

/** The zones of a region. */
export function zonesOf(region: string): string[] {
  return LETTERS.map((letter) => `${region}${letter}`);
}

/** The id of a zone, e.g. `euc1-az2` for `eu-central-1b`. */
export function zoneId(zone: string): string {
  const region = zone.slice(0, -1);
  const short = region
    .split("-")
    .map((part) => DIRECTIONS[part] ?? part)
    .join("");
  return `${short}-az${zone.charCodeAt(zone.length - 1) - "a".charCodeAt(0) + 1}`;
}
