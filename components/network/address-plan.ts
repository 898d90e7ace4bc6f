import type { PropertyError } from "../checks";
import { alignUp, cidrBlockOf, cidrProblem, contains, overlap, type Range, rangeOf, sizeOf } from "./cidr";

/** The addresses that a tier asks for: either a prefix length or blocks. */
export interface TierSpace {
  /** Name of the tier. */
  name: string;
  /** Prefix length of each block; the plan chooses the blocks. */
  prefixLength?: number | undefined;
  /** The blocks themselves, for a tier that does not leave them to the plan. */
  cidrBlocks?: string[] | undefined;
}

/** What an address plan is made from. */
export interface AddressPlanArgs {
  /** The VPC's block. */
  cidrBlock: string;
  /** The tiers of subnets, each with what it needs. */
  tiers: readonly TierSpace[];
  /** Number of availability zones in use. */
  availabilityZones: number;
  /** Number of availability zones that every planned tier keeps room for. */
  maxAvailabilityZones: number;
}

/** Who gets which addresses of a VPC. */
export interface AddressPlan {
  /** A block for each availability zone in use, by tier. */
  blocks: Record<string, string[]>;
  /** What does not fit, with paths that begin at `tiers`. */
  errors: PropertyError[];
}

type Taken = Range & { tier: string };

/**
 * Shares a VPC's addresses out among tiers and availability zones.
 *
 * The tiers take their blocks one after the other, each for as many zones as there may ever be, and each block is the first
 * that is free and large enough. So the blocks in use depend neither on the number of zones in use nor on tiers further down
 * the list: a zone more, or a tier more at the end of the list, moves nothing. Since blocks are powers of two, and the first
 * free one that does is also the smallest, planned blocks waste nothing: they fit whenever their sizes add up to no more than
 * the VPC's. A tier's blocks ascend zone by zone.
 *
 * What moves blocks, and so replaces subnets: another `maxAvailabilityZones`, another prefix length, another order of tiers,
 * a tier less in front of others.
 */
export function addressPlan(args: AddressPlanArgs): AddressPlan {
  const vpc = rangeOf(args.cidrBlock);
  const taken: Taken[] = [];
  const blocks: Record<string, string[]> = {};
  const errors: PropertyError[] = [];
  args.tiers.forEach((tier, i) => {
    let ranges: Range[];
    if (tier.cidrBlocks) {
      ranges = tier.cidrBlocks.filter((block) => cidrProblem(block) === undefined).map(rangeOf);
      errors.push(...misplaced(args.cidrBlock, tier, `tiers[${i}]`, taken));
    } else {
      ranges = freeBlocks(vpc, sizeOf(prefixLengthOf(tier)), args.maxAvailabilityZones, taken);
      if (ranges.length < args.maxAvailabilityZones) {
        errors.push({ propertyPath: `tiers[${i}].prefixLength`, reason: doesNotFit(args, tier) });
      }
    }
    taken.push(...ranges.map((range) => ({ ...range, tier: tier.name })));
    blocks[tier.name] = ranges.slice(0, args.availabilityZones).map(cidrBlockOf);
  });
  return { blocks, errors };
}

/** The first free blocks of a size, as many as there are up to a number. */
function freeBlocks(vpc: Range, size: number, count: number, taken: readonly Range[]): Range[] {
  const blocks: Range[] = [];
  let start = alignUp(vpc.start, size);
  while (blocks.length < count && start + size <= vpc.end) {
    const block = { start, end: start + size };
    const inTheWay = taken.find((other) => overlap(other, block));
    if (!inTheWay) blocks.push(block);
    start = alignUp(inTheWay?.end ?? block.end, size);
  }
  return blocks;
}

/** What is wrong with the places of a tier's own blocks. */
function misplaced(vpc: string, { name, cidrBlocks = [] }: TierSpace, path: string, taken: readonly Taken[]) {
  const seen = [...taken];
  const errors: PropertyError[] = [];
  cidrBlocks.forEach((block, i) => {
    if (cidrProblem(block) !== undefined) return;
    const propertyPath = `${path}.cidrBlocks[${i}]`;
    const range = rangeOf(block);
    const other = seen.find((one) => overlap(one, range));
    seen.push({ ...range, tier: name });
    if (!contains(rangeOf(vpc), range)) {
      errors.push({ propertyPath, reason: `${block} is not in the VPC's ${vpc}` });
    } else if (other) {
      errors.push({ propertyPath, reason: `${block} overlaps ${cidrBlockOf(other)} of the tier "${other.tier}"` });
    }
  });
  return errors;
}

const prefixLengthOf = ({ prefixLength }: TierSpace): number => prefixLength ?? 32;

function doesNotFit({ cidrBlock, tiers, maxAvailabilityZones: zones }: AddressPlanArgs, tier: TierSpace): string {
  const demands = tiers.map((one) =>
    one.cidrBlocks
      ? `${one.name} takes ${one.cidrBlocks.join(", ")}`
      : `${one.name} ${zones} × /${prefixLengthOf(one)} = ${zones * sizeOf(prefixLengthOf(one))}`,
  );
  const { start, end } = rangeOf(cidrBlock);
  return (
    `there is no room for the tier "${tier.name}": with maxAvailabilityZones ${zones} it needs ${zones} blocks of ` +
    `/${prefixLengthOf(tier)}, and ${cidrBlock} has ${end - start} addresses for ${demands.join(", ")}`
  );
}
