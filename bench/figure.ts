/** Something that can be done again and again, and measured. */
export interface Side {
  /** What it is, in a few words. */
  title: string;
  /** Does it once. Resolves to what it took. */
  measure: () => Promise<number>;
}

/** What is measured: seconds, milliseconds, or megabytes. */
export type Unit = "s" | "ms" | "MB";

/** Two ways to do much the same, of which the first may take at most `limit` times as much as the second. */
export interface Comparison {
  /** E.g. `local.preview`. */
  name: string;
  limit: number;
  /** @default "s" */
  unit?: Unit;
  /** How many times each side is measured: odd, so that the median is one of the values. */
  pairs: number;
  ours: Side;
  baseline: Side;
}

/**
 * How the time of something grows with its amount: the time that more of it takes between the two largest sizes may be at most
 * `limit` times that which it takes up to the second largest.
 */
export interface Growth {
  name: string;
  limit: number;
  /** How many times each size is timed: odd. */
  rounds: number;
  /** Three sizes or more, ascending. */
  sizes: readonly number[];
  /** What a size is, e.g. `4 pools`. */
  title: (size: number) => string;
  /** Does it once. Resolves to the seconds it took, and the amount of what takes time: the same for a size every time. */
  time: (size: number) => Promise<{ seconds: number; amount: number }>;
}

/** What came out of a comparison, or of a growth. */
export interface Figure {
  name: string;
  /** Of a comparison: the median of our values through the median of the baseline's, rounded up to hundredths. */
  ratio: number;
  limit: number;
  unit: Unit;
  /** The values behind it, by what was measured, in the order of measuring. */
  values: Record<string, number[]>;
}

/** Measures whatever it is. */
export function measure(what: Comparison | Growth, onTime: (text: string) => void): Promise<Figure> {
  return "sizes" in what ? measureGrowth(what, onTime) : compare(what, onTime);
}

/** Measures both sides in turn, A B A B …, so that what else the machine does weighs on both alike. */
async function compare(comparison: Comparison, onTime: (text: string) => void): Promise<Figure> {
  const { name, limit, unit = "s", pairs, ours, baseline } = comparison;
  const values = { ours: [] as number[], baseline: [] as number[] };
  for (let pair = 1; pair <= pairs; pair++) {
    for (const side of ["ours", "baseline"] as const) {
      const value = await comparison[side].measure();
      values[side].push(value);
      onTime(`${name} ${pair}/${pairs}: ${comparison[side].title} ${value.toFixed(2)} ${unit}`);
    }
  }
  return {
    name,
    ratio: Math.ceil((median(values.ours) / median(values.baseline)) * 100) / 100,
    limit,
    unit,
    values: { [ours.title]: values.ours, [baseline.title]: values.baseline },
  };
}

/**
 * Times all sizes in turn, and compares slopes of the medians: differences of single times are mostly noise. The slope up to the
 * second largest size is that of the straight line which fits those sizes best (least squares).
 */
async function measureGrowth(growth: Growth, onTime: (text: string) => void): Promise<Figure> {
  const { name, limit, rounds, sizes, title, time } = growth;
  const points = sizes.map((size) => ({ size, amount: 0, times: [] as number[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const point of points) {
      const { seconds, amount } = await time(point.size);
      point.amount = amount;
      point.times.push(seconds);
      onTime(`${name} ${round}/${rounds}: ${title(point.size)} ${seconds.toFixed(2)} s`);
    }
  }
  const medians = points.map(({ amount, times }): Point => ({ x: amount, y: median(times) }));
  const [upper, lower] = [slope(medians.slice(-2)), slope(medians.slice(0, -1))];
  if (!(upper > 0 && lower > 0)) {
    const pairs = points.map(({ size, times }) => `${title(size)} ${median(times).toFixed(2)} s`).join(", ");
    throw new Error(`${name}: more does not take longer, so what else the machine does hides the growth: ${pairs}`);
  }
  return {
    name,
    ratio: Math.ceil((upper / lower) * 100) / 100,
    limit,
    unit: "s",
    values: Object.fromEntries(points.map(({ size, times }) => [title(size), times])),
  };
}

interface Point {
  x: number;
  y: number;
}

/** The slope of the straight line through two points, or of the best fit through more. */
function slope(points: readonly Point[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  return mean(points.map((point) => (point.x - x) * (point.y - y))) / mean(points.map((point) => (point.x - x) ** 2));
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) / 2] ?? NaN;
}

/** Whether a figure keeps its limit. */
export const isOk = ({ ratio, limit }: Figure): boolean => ratio <= limit;

/** The figure as a line: `NAME RATIO <= LIMIT ok`, or `short`, and after a `#` the values behind it. */
export function renderFigure({ unit, values, ...figure }: Figure): string {
  const behind = Object.entries(values).map(
    ([title, each]) =>
      `${title} ${median(each).toFixed(2)} ${unit} (${each.map((value) => value.toFixed(2)).join(" ")})`,
  );
  const verdict = isOk({ unit, values, ...figure }) ? "ok" : "short";
  return `${figure.name} ${figure.ratio.toFixed(2)} <= ${figure.limit} ${verdict}  # ${behind.join(", ")}`;
}
