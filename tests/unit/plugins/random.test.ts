import assert from "node:assert/strict";
import { compare } from "bcryptjs";
import fc from "fast-check";
import { randomStandIn } from "../../../plugins/random/random";
import { randomText } from "../../../plugins/random/text";
import type { ValueMap } from "../../../plugins/value";
import { Driven } from "./driven";

const typeOf = (kind: string) => `random:index/random${kind}:Random${kind}`;
const driven = () => new Driven(randomStandIn());

async function create(kind: string, inputs: ValueMap) {
  const { outputs, ...made } = await driven().create(typeOf(kind), inputs);
  return { ...made, outputs: outputs as Record<string, string> };
}

describe("the stand-in random plugin", () => {
  it("keeps a password secret, and out of its ID", async () => {
    const { id, secrets, outputs } = await create("Password", { length: 32 });
    const { result = "", bcryptHash = "" } = outputs;
    assert.equal(id, "none");
    assert.deepEqual(secrets, ["bcryptHash", "result"]);
    assert.equal(result.length, 32);
    assert.ok(await compare(result, bcryptHash));
    assert.notEqual((await create("Password", { length: 32 })).outputs.result, result);
  });

  it("keeps the values of all others as their IDs, in clear", async () => {
    const string = await create("String", { length: 8, special: false });
    assert.match(string.id, /^[0-9A-Za-z]{8}$/);
    assert.equal(string.outputs.result, string.id);
    const uuid = await create("Uuid", {});
    assert.match(uuid.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(uuid.outputs.result, uuid.id);
    const bytes = await create("Bytes", { length: 24 });
    assert.deepEqual(bytes.secrets, ["base64", "hex"]);
    assert.equal(bytes.outputs.base64, bytes.id);
    assert.equal(Buffer.from(bytes.id, "base64").toString("hex"), bytes.outputs.hex);
    const { id, outputs: forms } = await create("Id", { byteLength: 4, prefix: "a-" });
    const made = Buffer.from(id, "base64url");
    assert.equal(made.length, 4);
    assert.equal(forms.hex, `a-${made.toString("hex")}`);
    assert.equal(forms.dec, `a-${made.readUInt32BE()}`);
    assert.equal(forms.b64Std, `a-${made.toString("base64")}`);
  });

  it("draws at least as many characters of each kind as it is told, of those that are to be used", () => {
    const count = fc.integer({ min: 0, max: 5 });
    const counts = fc.record({ minSpecial: count, minNumeric: count, minLower: count, minUpper: count });
    const uses = fc.record({ special: fc.boolean(), numeric: fc.boolean(), lower: fc.boolean() });
    fc.assert(
      fc.property(counts, uses, count, (least, use, more) => {
        const sum = Object.values(least).reduce((before, each) => before + each, 0);
        const text = randomText({ ...least, ...use, upper: true, length: sum + more, overrideSpecial: "_" });
        assert.equal(text.length, sum + more);
        const found = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
        for (const [has, min, used] of [
          [found(/_/g), least.minSpecial, use.special],
          [found(/\d/g), least.minNumeric, use.numeric],
          [found(/[a-z]/g), least.minLower, use.lower],
          [found(/[A-Z]/g), least.minUpper, true],
        ] as const) {
          assert.ok(used ? has >= min : has === min);
        }
      }),
    );
  });

  it("refuses what cannot be, in the program's own words", () => {
    const wrong = (inputs: ValueMap) => driven().check(typeOf("Password"), inputs).wrong;
    assert.deepEqual(wrong({ length: 0 }), ['length: "length" must be at least 1, but is 0']);
    assert.deepEqual(wrong({ length: 3, minUpper: 2, minLower: 2 }), [
      'length: "length" must be at least 4, as many as the least numbers say, but is 3',
    ]);
    const none = { special: false, numeric: false, lower: false, upper: false };
    assert.match(wrong({ length: 3, ...none }).join(), /no characters to choose from/);
    assert.match(wrong({ length: 3, number: true }).join(), /does not implement "number"/);
  });

  it("makes another value where anything is changed, keepers too, and else none", async () => {
    const { outputs } = await create("Password", { length: 8, keepers: { rotation: "1" } });
    const diff = (inputs: ValueMap) => driven().diff(typeOf("Password"), outputs, inputs);
    assert.deepEqual(await diff({ length: 8, keepers: { rotation: "1" } }), {});
    assert.deepEqual(await diff({ length: 8, keepers: { rotation: "2" } }), { "keepers.rotation": true });
    assert.deepEqual(await diff({ length: 9, keepers: { rotation: "1" } }), { length: true });
  });
});
