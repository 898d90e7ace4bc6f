/** Something that can be done again and again, and timed. */
export interface Side {
  /** What it is, in a few words. */
  title: string;
  /** Does it once. Resolves to the seconds it took. */
  time: () => Promise<number>;
}

/** Two ways to do much the same, of which the first may take at most `limit` times as long as the second. */
export interface Comparison {
  /** E.g. `local.preview`. */
  name: string;
  limit: number;
  /** How many times each side is timed: odd, so that the median is one of the times. */
  pairs: number;
  ours: Side;
  baseline: Side;
}

/** What came out of a comparison. */
export interface Figure {
  name: string;
  /** The median of our times through the median of the baseline's, rounded up to hundredths. */
  ratio: number;
  limit: number;
  /** The times behind it, by the side's title, in seconds and in the order of measuring. */
  seconds: Record<string, number[]>;
}

/** Times both sides in turn, A B A B …, so that what else the machine does weighs on both alike. */
export async function measure(comparison: Comparison, onTime: (text: string) => void): Promise<Figure> {
  const { name, limit, pairs, ours, baseline } = comparison;
  const times = { ours: [] as number[], baseline: [] as number[] };
  for (let pair = 1; pair <= pairs; pair++) {
    for (const side of ["ours", "baseline"] as const) {
      const seconds = await comparison[side].time();
      times[side].push(seconds);
      onTime(`${name} ${pair}/${pairs}: ${comparison[side].title} ${seconds.toFixed(2)} s`);
    }
  }
  return {
    name,
    ratio: Math.ceil((median(times.ours) / median(times.baseline)) * 100) / 100,
    limit,
    seconds: { [ours.title]: times.ours, [baseline.title]: times.baseline },
  };
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? NaN;
}

/** Whether a figure keeps its limit. */
export const isOk = ({ ratio, limit }: Figure): boolean => ratio <= limit;

/** The figure as a line: `NAME RATIO <= LIMIT ok`, or `short`, and after a `#` the times behind it. */
export function renderFigure(figure: Figure): string {
  const times = Object.entries(figure.seconds).map(
    ([title, seconds]) =>
      `${title} ${median(seconds).toFixed(2)} s (${seconds.map((value) => value.toFixed(2)).join(" ")})`,
  );
  const verdict = isOk(figure) ? "ok" : "short";
  return `${figure.name} ${figure.ratio.toFixed(2)} <= ${figure.limit} ${verdict}  # ${times.join(", ")}`;
}
