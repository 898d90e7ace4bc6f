import { cidrBlockOf, contains, type Range, rangeOf } from "./cidr";

/**
 * CIDR blocks that cover at least the addresses of the given ones, in at most `limit` blocks, in ascending order.
 *
 * Blocks that fill a larger one together become it, which adds nothing. As long as there are still too many, neighbours
 * become the smallest block around them, wherever that adds the fewest addresses for each block saved. So the result may
 * cover addresses between the given ones.
 */
export function mergeRanges(cidrBlocks: readonly string[], limit: number): string[] {
  let blocks = withoutContained(cidrBlocks.map(rangeOf));
  for (;;) {
    const excess = blocks.length - limit;
    const merge = cheapestMerge(blocks, excess);
    if (!merge || (merge.added > 0 && excess <= 0)) return blocks.map(cidrBlockOf);
    blocks = [...blocks.slice(0, merge.from), merge.block, ...blocks.slice(merge.to)];
  }
}

interface Merge {
  block: Range;
  /** The merged blocks' indexes: from … to - 1. */
  from: number;
  to: number;
  /** Addresses of the merged block that are in none of the blocks. */
  added: number;
}

/** The merge that adds the fewest addresses for each block saved, as far as `excess` blocks are to be saved. */
function cheapestMerge(blocks: readonly Range[], excess: number): Merge | undefined {
  const price = ({ added, from, to }: Merge) => added / Math.min(to - from - 1, Math.max(excess, 1));
  let cheapest: Merge | undefined;
  blocks.slice(1).forEach((right, i) => {
    const left = blocks[i];
    if (!left) return;
    const block = blockAround(left, right);
    let from = i;
    while (from > 0 && isIn(block, blocks[from - 1])) from--;
    let to = i + 2;
    while (to < blocks.length && isIn(block, blocks[to])) to++;
    const covered = blocks.slice(from, to).reduce((sum, { start, end }) => sum + end - start, 0);
    const merge = { block, from, to, added: block.end - block.start - covered };
    if (!cheapest || price(merge) < price(cheapest)) cheapest = merge;
  });
  return cheapest;
}

const isIn = (outer: Range, inner: Range | undefined): boolean => inner !== undefined && contains(outer, inner);

/** The smallest block around two. */
function blockAround(left: Range, right: Range): Range {
  let size = left.end - left.start;
  let start = left.start;
  while (start + size < right.end) {
    size *= 2;
    start = Math.floor(left.start / size) * size;
  }
  return { start, end: start + size };
}

function withoutContained(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Range[] = [];
  for (const range of sorted) if (!isIn(kept.at(-1) ?? { start: 0, end: 0 }, range)) kept.push(range);
  return kept;
}
