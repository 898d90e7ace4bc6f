import assert from "node:assert/strict";
import { type Comparison, type Growth, isOk, measure, median, renderFigure } from "../../../bench/figure";

/** A comparison whose sides take the given seconds, one after the other, and the order in which they were timed. */
function comparisonOf(ours: number[], baseline: number[], limit = 1.5): { comparison: Comparison; order: string[] } {
  const order: string[] = [];
  const side = (title: string, seconds: number[]) => ({
    title,
    measure: () => {
      order.push(title);
      return Promise.resolve(seconds.shift() ?? NaN);
    },
  });
  const pairs = ours.length;
  return { comparison: { name: "x.y", limit, pairs, ours: side("A", ours), baseline: side("B", baseline) }, order };
}

const quiet = () => undefined;

describe("a figure", () => {
  it("is measured in pairs", async () => {
    const { comparison, order } = comparisonOf([1, 1, 1], [1, 1, 1]);
    await measure(comparison, quiet);
    assert.deepEqual(order, ["A", "B", "A", "B", "A", "B"]);
  });

  it("is the ratio of the medians, so that one slow time does not count", async () => {
    const { comparison } = comparisonOf([3, 90, 2.8], [2, 2.4, 0.1]);
    const figure = await measure(comparison, quiet);
    assert.equal(figure.ratio, 1.5);
    assert.ok(isOk(figure));
  });

  it("is short when it is over its limit by less than is printed", async () => {
    const { comparison } = comparisonOf([1.5001], [1]);
    const figure = await measure(comparison, quiet);
    assert.ok(!isOk(figure));
    assert.equal(renderFigure(figure), "x.y 1.51 <= 1.5 short  # A 1.50 s (1.50), B 1.00 s (1.00)");
  });

  it("is printed with the times behind it", async () => {
    const { comparison } = comparisonOf([2, 1, 3], [4, 2, 3]);
    const line = renderFigure(await measure(comparison, quiet));
    assert.equal(line, "x.y 0.67 <= 1.5 ok  # A 2.00 s (2.00 1.00 3.00), B 3.00 s (4.00 2.00 3.00)");
  });

  it("can be of megabytes", async () => {
    const { comparison } = comparisonOf([300], [100]);
    const line = renderFigure(await measure({ ...comparison, unit: "MB" }, quiet));
    assert.equal(line, "x.y 3.00 <= 1.5 short  # A 300.00 MB (300.00), B 100.00 MB (100.00)");
  });

  it("fails with the side that fails", async () => {
    const { comparison } = comparisonOf([1], [1]);
    comparison.baseline.measure = () => Promise.reject(new Error("does not start"));
    await assert.rejects(measure(comparison, quiet), /does not start/);
  });
});

describe("a growth", () => {
  /** Times of sizes 1, 2, 4 and 8, of ten things each, a function of the amount of things. */
  const growthOf = (seconds: (amount: number, round: number) => number): Growth => {
    const rounds = new Map<number, number>();
    return {
      name: "x.growth",
      limit: 1.25,
      rounds: 3,
      sizes: [1, 2, 4, 8],
      title: (size) => `${size} of them`,
      time: (size) => {
        const round = (rounds.get(size) ?? 0) + 1;
        rounds.set(size, round);
        return Promise.resolve({ seconds: seconds(10 * size, round), amount: 10 * size });
      },
    };
  };

  it("is 1 where each thing more takes as long as any, whatever all of them take besides", async () => {
    const figure = await measure(
      growthOf((amount) => 7 + amount / 100),
      quiet,
    );
    assert.ok(Math.abs(figure.ratio - 1) < 0.011, String(figure.ratio));
  });

  it("is short where each thing more takes longer than the one before", async () => {
    const figure = await measure(
      growthOf((amount) => 7 + amount ** 2 / 100),
      quiet,
    );
    assert.ok(!isOk(figure), String(figure.ratio));
  });

  it("is made of medians, so that one slow time of a size does not count", async () => {
    const figure = await measure(
      growthOf((amount, round) => (round === 2 ? 90 : 7 + amount / 100)),
      quiet,
    );
    assert.ok(isOk(figure), String(figure.ratio));
    assert.deepEqual(figure.values["1 of them"], [7.1, 90, 7.1]);
  });
});

describe("times that do not grow", () => {
  it("are no figure", async () => {
    const growth: Growth = {
      ...{ name: "x.growth", limit: 1.25, rounds: 1, sizes: [1, 2, 4] },
      title: String,
      time: (size) => Promise.resolve({ seconds: 9 - size, amount: size }),
    };
    await assert.rejects(measure(growth, quiet), /more does not take longer.*1 8\.00 s, 2 7\.00 s, 4 5\.00 s/);
  });
});

describe("the median", () => {
  it("is the middle value, by size", () => {
    assert.equal(median([10, 9, 100]), 10);
  });
});
