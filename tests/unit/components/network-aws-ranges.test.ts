import assert from "node:assert/strict";
import fc from "fast-check";
import { Netmask } from "netmask";
import { mergeRanges } from "../../../components/network/aws-ranges";

const blocks = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 8, max: 30 }))
    .map(([a, b, length]) => new Netmask(`${a}.${b}.17.99/${length}`).toString()),
  { minLength: 1, maxLength: 60 },
);

describe("mergeRanges", () => {
  it("covers every given block, in at most the given number, none inside another, ascending", () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: 1, max: 20 }), (given, limit) => {
        const merged = mergeRanges(given, limit).map((block) => new Netmask(block));
        assert.ok(merged.length <= limit);
        for (const block of given)
          assert.ok(
            merged.some((one) => one.contains(block)),
            block,
          );
        merged.slice(1).forEach((block, i) => {
          const before = merged[i];
          assert.ok(before && before.netLong + before.size <= block.netLong);
        });
      }),
    );
  });

  it("adds no address while there are few enough", () => {
    fc.assert(
      fc.property(blocks, (given) => {
        for (const block of mergeRanges(given, 1000)) {
          const whole = new Netmask(block);
          const inside = [...new Set(given)].map((one) => new Netmask(one)).filter((one) => whole.contains(one));
          const outermost = inside.filter((one) => !inside.some((other) => other !== one && other.contains(one)));
          assert.equal(
            outermost.reduce((sum, { size }) => sum + size, 0),
            whole.size,
          );
        }
      }),
    );
  });

  it("joins blocks that fill a larger one, and drops those in another", () => {
    const given = ["52.0.1.0/24", "52.0.0.0/24", "52.0.2.0/23", "52.0.2.128/25", "3.0.0.0/8", "3.4.0.0/16"];
    assert.deepEqual(mergeRanges(given, 10), ["3.0.0.0/8", "52.0.0.0/22"]);
  });

  it("joins where that adds the fewest addresses for a block saved", () => {
    const given = ["10.0.0.0/24", "10.0.2.0/24", "10.0.4.0/24", "10.0.6.0/24", "20.0.0.0/24", "20.4.0.0/24"];
    assert.deepEqual(mergeRanges(given, 6), given);
    assert.deepEqual(mergeRanges(given, 5), ["10.0.0.0/22", ...given.slice(2)]);
    assert.deepEqual(mergeRanges(given, 3), ["10.0.0.0/21", "20.0.0.0/24", "20.4.0.0/24"]);
    assert.deepEqual(mergeRanges(given, 2), ["10.0.0.0/21", "20.0.0.0/13"]);
  });

  it("handles the whole of IPv4", () => {
    assert.deepEqual(mergeRanges(["0.0.0.0/1", "128.0.0.0/1"], 5), ["0.0.0.0/0"]);
    assert.deepEqual(mergeRanges(["1.0.0.0/8", "255.255.255.0/24"], 1), ["0.0.0.0/0"]);
    assert.deepEqual(mergeRanges([], 5), []);
  });
});
