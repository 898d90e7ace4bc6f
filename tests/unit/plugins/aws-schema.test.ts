import assert from "node:assert/strict";
import { cloudOf } from "../../../plugins/aws/cloud";
import { facts } from "../../../plugins/aws/facts";
import { functionTokens } from "../../../plugins/aws/functions/tokens";
import table from "../../../plugins/aws/schema.json";
import { type Facts, type Schema, SchemaReader } from "../../../plugins/aws/schema";
import { SdkTypes } from "../../../plugins/aws/sdk-types";
import { behaviours } from "../../../plugins/aws/behaviour";

const schema: Schema = table;

describe("the stand-in aws plugin's table", () => {
  it("is what the installed @pulumi/aws says", function () {
    this.timeout(60_000); // reads all of @pulumi/aws's input types
    assert.deepEqual(table, new SdkTypes().schema(Object.keys(facts), functionTokens));
  });

  it("names in its facts only inputs that there are", () => {
    const named = ({ replaces, computed, secret, writeOnly, defaults = {}, autoName }: Facts): string[] => [
      ...[replaces, computed, secret, writeOnly].flatMap((names) => names?.split(" ") ?? []),
      ...Object.keys(defaults),
      ...(autoName ? [autoName.property ?? "name"] : []),
    ];
    const unknown = Object.entries(facts).flatMap(([token, known]) =>
      named(known)
        .filter((name) => schema.resources[token]?.inputs[name] === undefined)
        .map((name) => `${token} ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("gives each resource a behaviour, which gives all outputs that there are and no others", () => {
    assert.deepEqual(Object.keys(behaviours).sort(), Object.keys(facts).sort());
    const site = { cloud: cloudOf({ region: "eu-central-1" }, {}), region: "eu-central-1" };
    for (const [token, behaviour] of Object.entries(behaviours)) {
      const { inputs, outputs } = schema.resources[token] ?? { inputs: {}, outputs: [] };
      const given = Object.keys(behaviour.outputs?.("id", {}, site, {}) ?? {});
      const wanted = outputs.filter((output) => output !== "tagsAll");
      assert.deepEqual(
        wanted.filter((output) => !given.includes(output)),
        [],
        `${token} lacks outputs`,
      );
      const known = new Set([...wanted, ...Object.keys(inputs)]);
      assert.deepEqual(
        given.filter((output) => !known.has(output)),
        [],
        `${token} has no such output`,
      );
      const chosen = given.filter((output) => inputs[output] !== undefined);
      const computed = facts[token]?.computed?.split(" ") ?? [];
      const named = [facts[token]?.autoName?.property ?? "name", "region"];
      assert.deepEqual(
        chosen.filter((name) => ![...computed, ...named].includes(name)),
        [],
        `${token} chooses inputs`,
      );
    }
  });

  it("reads types: lists whose order counts, sets, maps, nested and required ones", () => {
    const reader = new SchemaReader({ "x/Inner": { key: "string!", more: "@x/Inner[]" } });
    const inputs = reader.inputs(
      {
        overrides: "string[]",
        subnets: "string[]!",
        tags: "{string}",
        inner: "@x/Inner",
        name: "string",
        region: "string",
      },
      { replaces: "inner", computed: "subnets", defaults: { tags: {} }, autoName: { maxLength: 32 } },
    );
    assert.deepEqual(inputs["overrides"]?.type, { list: "string" });
    assert.deepEqual(inputs["subnets"]?.type, { set: "string" });
    assert.equal(inputs["subnets"].required, true);
    assert.equal(inputs["subnets"].computed, true);
    assert.deepEqual(inputs["tags"]?.type, { map: "string" });
    assert.deepEqual(inputs["tags"].default, {});
    assert.equal(inputs["inner"]?.replaces, true);
    assert.deepEqual(inputs["name"]?.autoName, { maxLength: 32, unless: "namePrefix" });
    assert.equal(inputs["region"]?.computed, true);
    const { type } = inputs["inner"];
    assert.ok(typeof type === "object" && "object" in type);
    assert.equal(type.object["key"]?.required, true);
    assert.deepEqual(type.object["more"]?.type, { set: type });
  });
});
