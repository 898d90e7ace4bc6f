import assert from "node:assert/strict";
import { type Comparison, isOk, measure, median, renderFigure } from "../../../bench/figure";

/** A comparison whose sides take the given seconds, one after the other, and the order in which they were timed. */
function comparisonOf(ours: number[], baseline: number[], limit = 1.5): { comparison: Comparison; order: string[] } {
  const order: string[] = [];
  const side = (title: string, seconds: number[]) => ({
    title,
    time: () => {
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

  it("fails with the side that fails", async () => {
    const { comparison } = comparisonOf([1], [1]);
    comparison.baseline.time = () => Promise.reject(new Error("does not start"));
    await assert.rejects(measure(comparison, quiet), /does not start/);
  });
});

describe("the median", () => {
  it("is the middle value, by size", () => {
    assert.equal(median([10, 9, 100]), 10);
  });
});
