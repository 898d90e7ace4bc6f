import assert from "node:assert/strict";
import fc from "fast-check";
import { Netmask } from "netmask";
import { addressPlan, type TierSpace } from "../../../components/network/address-plan";
import { defaultTiers } from "../../../components/network/defaults";
import { matchesGolden } from "../../support/golden";

const defaults = { cidrBlock: "10.128.0.0/16", tiers: defaultTiers, maxAvailabilityZones: 6 };

const names = ["a", "b", "c", "d", "e", "f", "g"];
const tiersOf = (vpcLength: number) =>
  fc
    .array(fc.integer({ min: vpcLength, max: 28 }), { minLength: 1, maxLength: names.length })
    .map((lengths): TierSpace[] => lengths.map((prefixLength, i) => ({ name: names[i] ?? "", prefixLength })));

/** Any VPC with tiers that fit or do not. */
const anyPlan = fc.integer({ min: 16, max: 28 }).chain((length) =>
  fc.record({
    cidrBlock: fc.integer({ min: 0, max: 255 }).map((n) => new Netmask(`10.${n}.77.88/${length}`).toString()),
    tiers: tiersOf(length),
    maxAvailabilityZones: fc.integer({ min: 1, max: 6 }),
  }),
);
type Asked = typeof anyPlan extends fc.Arbitrary<infer T> ? T : never;

const addresses = ({ tiers, maxAvailabilityZones }: Asked) =>
  tiers.reduce((sum, { prefixLength = 32 }) => sum + maxAvailabilityZones * 2 ** (32 - prefixLength), 0);
const fits = (asked: Asked) => addresses(asked) <= new Netmask(asked.cidrBlock).size;

const fittingPlan = anyPlan.filter(fits);

describe("addressPlan", () => {
  it("golden file: the default tiers with three zones", async () => {
    const plan = addressPlan({ ...defaults, availabilityZones: 3 });
    assert.deepEqual(plan.errors, []);
    await matchesGolden(plan.blocks, "address-plans", "default-3-zones.json");
  });

  it("golden file: the default tiers with six zones", async () => {
    const plan = addressPlan({ ...defaults, availabilityZones: 6 });
    assert.deepEqual(plan.errors, []);
    await matchesGolden(plan.blocks, "address-plans", "default-6-zones.json");
  });

  it("gives each tier its prefix length in each zone, inside the VPC, without overlaps, ascending", () => {
    fc.assert(
      fc.property(fittingPlan, (asked) => {
        const { blocks, errors } = addressPlan({ ...asked, availabilityZones: asked.maxAvailabilityZones });
        assert.deepEqual(errors, []);
        const vpc = new Netmask(asked.cidrBlock);
        const all: Netmask[] = [];
        for (const { name, prefixLength } of asked.tiers) {
          const own = (blocks[name] ?? []).map((block) => new Netmask(block));
          assert.equal(own.length, asked.maxAvailabilityZones);
          own.forEach((block, i) => {
            assert.equal(block.bitmask, prefixLength);
            assert.ok(vpc.contains(block));
            assert.ok(i === 0 || (own[i - 1]?.netLong ?? 0) < block.netLong);
          });
          all.push(...own);
        }
        all.sort((a, b) => a.netLong - b.netLong);
        all.slice(1).forEach((block, i) => {
          const before = all[i];
          assert.ok(
            before && before.netLong + before.size <= block.netLong,
            `${String(before)} overlaps ${String(block)}`,
          );
        });
      }),
    );
  });

  it("never changes the blocks of zones in use when one is added", () => {
    fc.assert(
      fc.property(fittingPlan, (asked) => {
        for (let zones = 1; zones < asked.maxAvailabilityZones; zones++) {
          const before = addressPlan({ ...asked, availabilityZones: zones }).blocks;
          const after = addressPlan({ ...asked, availabilityZones: zones + 1 }).blocks;
          for (const { name } of asked.tiers) {
            assert.equal(before[name]?.length, zones);
            assert.deepEqual(after[name]?.slice(0, zones), before[name]);
          }
        }
      }),
    );
  });

  it("never changes a block when a tier is added at the end of the list", () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 16, max: 28 }), (asked, prefixLength) => {
        const zones = { availabilityZones: asked.maxAvailabilityZones };
        const before = addressPlan({ ...asked, ...zones }).blocks;
        const more = [...asked.tiers, { name: "more", prefixLength }];
        const { more: added, ...after } = addressPlan({ ...asked, ...zones, tiers: more }).blocks;
        assert.deepEqual(after, before);
        assert.ok(added);
      }),
    );
  });

  it("fits exactly when the sizes add up to no more than the VPC's", () => {
    fc.assert(
      fc.property(anyPlan, (asked) => {
        const { errors } = addressPlan({ ...asked, availabilityZones: 1 });
        assert.equal(errors.length === 0, fits(asked));
      }),
      { numRuns: 500 },
    );
  });

  it("says which tier does not fit, and all sizes", () => {
    const tiers = [
      { name: "public", prefixLength: 24 },
      { name: "services", prefixLength: 21 },
      { name: "small", prefixLength: 28 },
    ];
    const asked = { cidrBlock: "10.0.0.0/19", tiers, availabilityZones: 2, maxAvailabilityZones: 4 };
    assert.deepEqual(addressPlan(asked), {
      blocks: {
        public: ["10.0.0.0/24", "10.0.1.0/24"],
        services: ["10.0.8.0/21", "10.0.16.0/21"],
        small: ["10.0.4.0/28", "10.0.4.16/28"],
      },
      errors: [
        {
          propertyPath: "tiers[1].prefixLength",
          reason:
            'there is no room for the tier "services": with maxAvailabilityZones 4 it needs 4 blocks of /21, and 10.0.0.0/19 ' +
            "has 8192 addresses for public 4 × /24 = 1024, services 4 × /21 = 8192, small 4 × /28 = 64",
        },
      ],
    });
  });

  it("takes a tier's own blocks, and keeps later tiers off them", () => {
    const tiers = [
      { name: "old", cidrBlocks: ["10.0.0.0/24", "10.0.2.0/24", "10.0.9.0/24"] },
      { name: "new", prefixLength: 24 },
    ];
    const asked = { cidrBlock: "10.0.0.0/16", tiers, availabilityZones: 2, maxAvailabilityZones: 3 };
    assert.deepEqual(addressPlan(asked), {
      blocks: { old: ["10.0.0.0/24", "10.0.2.0/24"], new: ["10.0.1.0/24", "10.0.3.0/24"] },
      errors: [],
    });
  });

  it("refuses a tier's own blocks outside the VPC, on another's and on each other", () => {
    const tiers = [
      { name: "a", prefixLength: 24 },
      { name: "b", cidrBlocks: ["10.0.0.128/25", "10.1.0.0/24", "10.0.8.0/24", "10.0.8.0/25"] },
    ];
    const asked = { cidrBlock: "10.0.0.0/16", tiers, availabilityZones: 2, maxAvailabilityZones: 2 };
    assert.deepEqual(addressPlan(asked).errors, [
      { propertyPath: "tiers[1].cidrBlocks[0]", reason: '10.0.0.128/25 overlaps 10.0.0.0/24 of the tier "a"' },
      { propertyPath: "tiers[1].cidrBlocks[1]", reason: "10.1.0.0/24 is not in the VPC's 10.0.0.0/16" },
      { propertyPath: "tiers[1].cidrBlocks[3]", reason: '10.0.8.0/25 overlaps 10.0.8.0/24 of the tier "b"' },
    ]);
  });
});
