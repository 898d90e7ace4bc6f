import assert from "node:assert/strict";
import { readFacts } from "./nomad-facts";
import { Bindings } from "./nomad-types";

// Optional properties that the provider always fills in what it returns, as the public bindings declare them.
const filledProperties = new Set([
  "AclAuthMethodConfigOidcClientAssertion.audiences",
  "AclAuthMethodConfigOidcClientAssertion.keyAlgorithm",
  "AclTokenRole.name",
  "CsiVolumeRegistrationTopology.segments",
  "CsiVolumeTopology.segments",
  "NamespaceNodePoolConfig.default",
]);
const alwaysFilled = (type: string, property: string) =>
  filledProperties.has(`${type}.${property}`) || (type.startsWith("Job") && type !== "JobHcl2");

describe("types of @pulumi/nomad", function () {
  this.timeout(60_000); // compiles the bindings, twice

  const facts = readFacts();
  const bindings = new Bindings();

  it("has every property of every interface and class, under its name, with its type", () => {
    assert.deepEqual(bindings.differences(facts, alwaysFilled), []);
  });

  it("would be found out with a missing, an additional, a mistyped or a required property", () => {
    const wrong = structuredClone(facts);
    const string = { type: "string", optional: true, secret: false, replaces: false };
    assert.ok(wrong.resources["Job"] && wrong.resources["Variable"] && wrong.types["AclRolePolicy"]);
    Object.assign(wrong.resources["Job"].inputs, { misspelt: string, jobspec: string });
    Reflect.deleteProperty(wrong.resources["Variable"].outputs, "path");
    Object.assign(wrong.types["AclRolePolicy"], { name: { ...string, type: "integer", optional: false } });

    const found = bindings.differences(wrong, alwaysFilled).map((difference) => difference.replace(/:.*/s, ""));
    assert.deepEqual(
      [...new Set(found)].sort(),
      ["JobArgs", "JobArgs.jobspec", "JobArgs.misspelt", "Variable", "VariableState"].concat([
        "types.input.AclRolePolicy.name",
        "types.output.AclRolePolicy.name",
      ]),
    );
  });

  it("says of every input what it means, whether it is secret, and whether a change replaces", () => {
    const inputs = [
      ...Object.entries(facts.resources).map(([name, { inputs }]) => [`${name}Args`, inputs] as const),
      ...Object.entries(facts.types).map(([name, properties]) => [`types.input.${name}`, properties] as const),
      ["ProviderArgs", facts.provider] as const,
    ];
    for (const [type, properties] of inputs) {
      for (const [name, fact] of Object.entries(properties)) {
        const text = bindings.documentation(type, name);
        assert.match(text, /\w/, `${type}.${name} is not described`);
        assert.equal(/\bSecret\./.test(text), fact.secret, `${type}.${name}: ${text}`);
        assert.equal(/A change replaces the/.test(text), fact.replaces, `${type}.${name}: ${text}`);
      }
    }
  });

  it("says of every output of its own what it means", () => {
    for (const [type, { inputs, outputs }] of Object.entries(facts.resources)) {
      for (const [name, fact] of Object.entries(outputs)) {
        if (name in inputs) continue;
        const text = bindings.documentation(type, name);
        assert.match(text, /\w/, `${type}.${name} is not described`);
        assert.equal(/\bSecret\./.test(text), fact.secret, `${type}.${name}: ${text}`);
      }
    }
  });
});
