import assert from "node:assert/strict";
import { Provider } from "../../../plugins/provider";
import { InitializationFailed, type StandIn, resource } from "../../../plugins/stand-in";
import { UNKNOWN, type ValueMap, isSecret, plainMap, secret } from "../../../plugins/value";

const inputs = {
  name: { type: "string", autoName: true, replaces: true },
  key: { type: "string", secret: true },
  note: { type: "string" },
} as const;

/** A stand-in whose resource fails half-way when its note says so. */
function standIn(): StandIn<{ url: string }> {
  const thing = resource<{ url: string }>()({
    inputs,
    outputs: { url: "plain", password: "secret", echo: "as inputs" },
    create: async ({ name = "", note }, { config }) => {
      if (note === "fail") throw new InitializationFailed("half-way", name, { url: config.url, password: "pw" });
      return { id: name, outputs: { url: config.url, password: "pw", echo: "e" } };
    },
    read: async (id) => (id === "gone" ? undefined : { outputs: { name: id, note: "drifted", password: "pw" } }),
    update: async () => ({ url: "updated" }),
  });
  return {
    name: "test",
    version: "1.0.0",
    comparison: "state",
    config: { url: { type: "string" }, retries: { type: "integer" } },
    configure: ({ url }) => ({ url: typeof url === "string" ? url : "" }),
    resources: { "test:index:Thing": thing },
    functions: {
      "test:index:echo": {
        inputs: { text: { type: "string", required: true } },
        call: async ({ text = "" }, { config }) => ({ text, url: config.url }),
      },
    },
  };
}

const target = { urn: "urn:pulumi:s::p::test:index:Thing::x", type: "test:index:Thing", name: "x" };
const naming = { seed: Buffer.from("seed") };

function configured(): Provider<{ url: string }> {
  const provider = new Provider(standIn());
  provider.configure({ url: "http://x", version: "1.0.0" });
  return provider;
}

const secretsOf = (values: ValueMap) =>
  Object.keys(values).filter((key) => {
    const value = values[key];
    return value !== undefined && isSecret(value);
  });

describe("a stand-in provider", () => {
  it("checks its config, where other values than text come as JSON", () => {
    const provider = new Provider(standIn());
    assert.deepEqual(provider.checkConfig({ url: "http://x", retries: "3", version: "1.0.0" }), []);
    assert.deepEqual(
      provider.checkConfig({ retries: "many", adress: "x" }).map(({ property }) => property),
      ["retries", "adress"],
    );
  });

  it("refuses a resource that it does not have, saying which it has", () => {
    assert.throws(
      () => configured().check({ ...target, type: "test:index:Other" }, {}, {}, naming),
      /the stand-in test plugin does not implement test:index:Other; it implements test:index:Thing/,
    );
  });

  it("previews a create with unknown outputs, and marks secrets", async () => {
    const { outputs } = await configured().create(target, { name: "a", key: "k" }, true);
    assert.deepEqual(plainMap(outputs), { name: "a", key: "k", url: UNKNOWN, password: UNKNOWN, echo: UNKNOWN });
    assert.deepEqual(secretsOf(outputs), ["password", "key"]);
  });

  it("marks an output that follows the inputs when one of them is secret", async () => {
    const { outputs } = await configured().create(target, { name: "a", note: secret("n") }, false);
    assert.deepEqual(secretsOf(outputs).sort(), ["echo", "note", "password"]);
  });

  it("keeps a resource that failed half-way, with its inputs and secrets", async () => {
    await assert.rejects(configured().create(target, { name: "a", key: "k", note: "fail" }, false), (error) => {
      assert.ok(error instanceof InitializationFailed);
      assert.equal(error.id, "a");
      assert.deepEqual(plainMap(error.outputs), { name: "a", key: "k", note: "fail", url: "http://x", password: "pw" });
      assert.deepEqual(secretsOf(error.outputs).sort(), ["key", "password"]);
      return true;
    });
  });

  it("drops from the outputs an input that is given no more", async () => {
    const old = { name: "a", note: "n", url: "u" };
    const outputs = await configured().update(target, "a", old, { name: "a", note: "n" }, { name: "a" }, false);
    assert.deepEqual(plainMap(outputs), { name: "a", url: "updated" });
  });

  it("reads what is there, and nothing of what is gone", async () => {
    const provider = configured();
    const found = await provider.read(target, "a", { name: "a", note: "n" }, { name: "a", note: "n", __defaults: [] });
    assert.deepEqual(plainMap(found?.inputs ?? {}), { name: "a", note: "drifted", __defaults: [] });
    assert.equal(await provider.read(target, "gone", {}, {}), undefined);
  });

  it("deletes first when a replacement keeps the name", async () => {
    const replaced = await configured().diff(target, "a", { name: "a" }, {}, { name: "b" });
    assert.deepEqual(replaced, {
      differences: { name: { kind: "update", replaces: true, input: true } },
      deleteBeforeReplace: false,
    });
    const kept = await configured().diff(target, "a", { name: "a", note: "x" }, {}, { name: "a" });
    assert.equal(kept.deleteBeforeReplace, true);
    const chosen = await configured().diff(target, "a", { name: "a" }, {}, { name: "a", __defaults: ["name"] });
    assert.equal(chosen.deleteBeforeReplace, false);
  });

  it("calls a function whose inputs are right", async () => {
    const { result, failures } = await configured().invoke("test:index:echo", { text: secret("hi"), other: null });
    assert.deepEqual([plainMap(result), failures.map(({ property }) => property)], [{}, ["other"]]);
    const called = await configured().invoke("test:index:echo", { text: secret("hi") });
    assert.deepEqual([plainMap(called.result), called.failures], [{ text: "hi", url: "http://x" }, []]);
    const wrong = await configured().invoke("test:index:echo", {});
    assert.deepEqual(wrong.failures, [{ property: "text", reason: 'missing required property "text"' }]);
    await assert.rejects(
      configured().invoke("test:index:other", {}),
      /the stand-in test plugin does not implement the function test:index:other/,
    );
  });

  it("aborts waits when it is cancelled", async () => {
    const standing = standIn();
    const waiting = resource<{ url: string }>()({
      inputs: {},
      outputs: {},
      create: (_inputs, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        }),
    });
    const provider = new Provider({ ...standing, resources: { "test:index:Thing": waiting } });
    provider.configure({});
    const created = provider.create(target, {}, false);
    provider.cancel();
    await assert.rejects(created, /cancelled/);
  });
});
