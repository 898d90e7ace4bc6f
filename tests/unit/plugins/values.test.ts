import assert from "node:assert/strict";
import { type Differences, differences } from "../../../plugins/diff";
import { fillIn, inputsFromState } from "../../../plugins/inputs";
import { type Properties, failures } from "../../../plugins/schema";
import { UNKNOWN, decode, encode, isSecret, plain, secret, withSecretsOf } from "../../../plugins/value";

const schema = {
  name: { type: "string", replaces: true, autoName: true },
  size: { type: "integer", default: 1 },
  token: { type: "string", secret: true },
  tags: { type: { set: "string" } },
  labels: { type: { map: "string" } },
  acl: { type: { object: { namespace: { type: "string", default: "default" }, job: { type: "string" } } } },
  address: { type: "string", computed: true },
  password: { type: "string", writeOnly: true },
} as const satisfies Properties;

const update = { kind: "update", replaces: false, input: true } as const;

describe("the stand-ins' values", () => {
  it("come back from the wire as they went, with secrets and unknowns", () => {
    const value = { a: [1, true, null, "text"], b: secret({ c: UNKNOWN }), d: UNKNOWN };
    const back = decode(encode(value));
    assert.deepEqual(plain(back), plain(value));
    assert.deepEqual(encode(back), encode(value));
  });

  it("are secret where the inputs are, at the same place", () => {
    const marked = withSecretsOf(
      { vars: { a: "1", b: "2" }, list: ["x"] },
      { vars: { a: secret("1") }, list: [secret("y"), "z"] },
    );
    const { vars, list } = marked;
    assert.ok(typeof vars === "object" && vars !== null && "a" in vars);
    assert.ok(isSecret(vars["a"]));
    assert.equal(vars["b"], "2");
    assert.ok(isSecret(list), "a list of another length is secret as a whole");
  });
});

describe("the stand-ins' schema check", () => {
  const reasons = (values: Parameters<typeof failures>[2], with_: Properties = schema) =>
    failures("test", with_, values).map(({ reason }) => reason);

  it("accepts what fits, and what is unknown", () => {
    assert.deepEqual(
      reasons({ name: "x", size: 3, tags: ["a"], labels: { a: "b" }, acl: { job: UNKNOWN }, token: UNKNOWN }),
      [],
    );
  });

  it("names everything that is wrong at once", () => {
    assert.deepEqual(reasons({ nam: "x", size: 1.5, tags: ["a", 1], labels: "a=b", acl: { jobs: "x" } }), [
      'there is no property "nam"; the properties are name, size, token, tags, labels, acl, address, password',
      '"size" must be a whole number, but is a number',
      '"tags[1]" must be a string, but is a number',
      '"labels" must be an object, but is a string',
      'there is no property "acl.jobs"; "acl" has namespace, job',
    ]);
  });

  it("never shows a value, which may be a secret", () => {
    assert.deepEqual(reasons({ token: ["hush"] }), ['"token" must be a string, but is a list']);
  });

  it("refuses what is required and missing, or not implemented", () => {
    const strict = { must: { type: "string", required: true }, not: { type: "any", unimplemented: true } } as const;
    assert.deepEqual(reasons({ not: 1 }, strict), [
      'the stand-in test plugin does not implement "not"',
      'missing required property "must"',
    ]);
  });
});

describe("the stand-ins' comparison with the state", () => {
  const diff = (old: Parameters<typeof differences>[1], news: Parameters<typeof differences>[2]): Differences =>
    differences(schema, old, news, "state");

  it("takes nothing and an empty value for the same", () => {
    assert.deepEqual(diff({ token: "", labels: {}, tags: [] }, {}), {});
  });

  it("ignores the order of sets, what the provider chose, what is only written, and nested defaults", () => {
    const old = { tags: ["a", "b"], address: "10.0.0.1", acl: { namespace: "default", job: "", group: "" } };
    assert.deepEqual(diff(old, { tags: ["b", "a"], password: "new", acl: {} }), {});
  });

  it("names the innermost property, and replaces where the schema says so", () => {
    assert.deepEqual(diff({ name: "a", labels: { x: "1", "a-b": "2" } }, { name: "b", labels: { x: "2" } }), {
      name: { ...update, replaces: true },
      "labels.x": update,
      'labels["a-b"]': { ...update, kind: "delete" },
    });
  });

  it("takes an unknown for a change", () => {
    assert.deepEqual(diff({ size: 1 }, { size: UNKNOWN }), { size: update });
  });

  it("compares inputs exactly, for a native plugin", () => {
    assert.deepEqual(differences(schema, {}, { token: "" }, "inputs"), { token: { ...update, kind: "add" } });
  });
});

describe("the stand-ins' inputs", () => {
  const naming = { name: "web", seed: Buffer.from("seed") };

  it("get defaults and a name that a second check keeps", () => {
    const first = fillIn(schema, {}, {}, naming, "state");
    assert.ok(typeof first["name"] === "string" && /^web-[0-9a-f]{7}$/.test(first["name"]), "a name of its own");
    assert.deepEqual(first["__defaults"], ["name", "size"]);
    const second = fillIn(schema, first, {}, { ...naming, seed: Buffer.from("other") }, "state");
    assert.deepEqual(second, first);
  });

  it("get a new name once the program's own is gone", () => {
    const named = fillIn(schema, {}, { name: "mine" }, naming, "state");
    assert.notEqual(fillIn(schema, named, {}, naming, "state")["name"], "mine");
  });

  it("follow the stack's naming", () => {
    const configured = { ...naming, configured: { name: "proposed" } };
    assert.equal(fillIn(schema, {}, {}, configured, "state")["name"], "proposed");
    assert.equal(fillIn(schema, {}, {}, { ...naming, configured: "disabled" }, "state")["name"], undefined);
  });

  it("of a refresh are the former ones as they are now; of an import all", () => {
    const state = { name: "a", size: 2, labels: { x: "1" }, acl: { namespace: "default", job: "j" }, address: "x" };
    assert.deepEqual(inputsFromState(schema, { name: "a", size: 1, acl: { job: "old" } }, state), {
      name: "a",
      size: 2,
      acl: { job: "j" },
    });
    const imported = inputsFromState(schema, {}, { ...state, labels: {} });
    assert.deepEqual(Object.keys(imported).sort(), ["acl", "address", "name", "size"]);
  });
});
