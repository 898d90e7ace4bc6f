import assert from "node:assert/strict";
import { compare } from "bcryptjs";
import fc from "fast-check";
import { Provider } from "../../../tools/plugins/provider";
import { randomStandIn } from "../../../tools/plugins/random/random";
import { randomText } from "../../../tools/plugins/random/text";
import { isSecret, plainMap, type ValueMap } from "../../../tools/plugins/value";

const target = (kind: string) => {
  const type = `random:index/random${kind}:Random${kind}`;
  return { type, name: "it", urn: `urn:pulumi:test::test::${type}::it` };
};

function provider(): Provider<null> {
  const made = new Provider(randomStandIn());
  made.configure({});
  return made;
}

const check = (kind: string, inputs: ValueMap) =>
  provider().check(target(kind), {}, inputs, { seed: Buffer.from("seed") });

async function create(kind: string, inputs: ValueMap) {
  const checked = check(kind, inputs);
  assert.deepEqual(checked.failures, []);
  const { id, outputs } = await provider().create(target(kind), checked.inputs, false);
  const secrets = Object.keys(outputs).filter((key) => isSecret(outputs[key]));
  return { id, secrets, outputs: plainMap(outputs) as Record<string, string> };
}

describe("the stand-in random plugin", () => {
  it("keeps a password secret, and out of its ID", async () => {
    const { id, secrets, outputs } = await create("Password", { length: 32 });
    const { result = "", bcryptHash = "" } = outputs;
    assert.equal(id, "none");
    assert.deepEqual(secrets.sort(), ["bcryptHash", "result"]);
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
    assert.deepEqual(bytes.secrets.sort(), ["base64", "hex"]);
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
    const reasons = (inputs: ValueMap) => check("Password", inputs).failures.map(({ reason }) => reason);
    assert.deepEqual(reasons({ length: 0 }), ['"length" must be at least 1, but is 0']);
    assert.deepEqual(reasons({ length: 3, minUpper: 2, minLower: 2 }), [
      '"length" must be at least 4, as many as the least numbers say, but is 3',
    ]);
    assert.match(
      reasons({ length: 3, special: false, numeric: false, lower: false, upper: false })[0] ?? "",
      /no characters to choose from/,
    );
    assert.match(reasons({ length: 3, number: true })[0] ?? "", /does not implement "number"/);
  });

  it("makes another value where anything is changed, keepers too, and else none", async () => {
    const inputs = check("Password", { length: 8, keepers: { rotation: "1" } }).inputs;
    const { id, outputs } = await provider().create(target("Password"), inputs, false);
    const diff = async (news: ValueMap) => {
      const checked = check("Password", news).inputs;
      const { differences } = await provider().diff(target("Password"), id, outputs, inputs, checked);
      return Object.entries(differences).map(([path, { replaces }]) => [path, replaces]);
    };
    assert.deepEqual(await diff({ length: 8, keepers: { rotation: "1" } }), []);
    assert.deepEqual(await diff({ length: 8, keepers: { rotation: "2" } }), [["keepers.rotation", true]]);
    assert.deepEqual(await diff({ length: 9, keepers: { rotation: "1" } }), [["length", true]]);
  });
});
