import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AclToken, type AclTokenArgs, aclTokenErrors } from "../../../components";
import { secretId } from "../../../components/acl-token/secret-id";
import { MockEngine, valueOf } from "../../../cli/preview/mock-engine";

const outputs = {
  "random:index/randomPassword:RandomPassword": (_: object, name: string) => ({ result: `password of ${name}` }),
};
const given = "01234567-89ab-4cde-8f01-23456789abcd";

async function make(args?: AclTokenArgs) {
  const engine = await MockEngine.start(outputs);
  const made = await engine.run(() => new AclToken("operator", args));
  const [component, ...children] = engine.registered;
  return { made, component, children };
}

describe("AclToken", () => {
  it("is one secret that is made of a password, a UUID of which the password cannot be told", async () => {
    const { made, children } = await make();
    assert.deepEqual(
      children.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs })),
      [
        {
          type: "random:index/randomPassword:RandomPassword",
          name: "operator-1",
          parent: "operator",
          inputs: { length: 64, special: false },
        },
      ],
    );
    const secret = secretId("password of operator-1");
    assert.match(secret, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(secret, secretId("password of operator-2"));
    assert.equal(await valueOf(made.secretId), secret);
  });

  it("has its secrets in the order of their names, none of them in clear", async () => {
    const { made, component, children } = await make({ secrets: ["2", "shared", "1"], given: { shared: given } });
    assert.deepEqual(children.map(({ name }) => name).sort(), ["operator-1", "operator-2"]);
    const secrets = [secretId("password of operator-2"), given, secretId("password of operator-1")];
    assert.deepEqual(await valueOf(made.secretIds), secrets);
    assert.ok((await pulumi.isSecret(made.secretIds)) && (await pulumi.isSecret(made.secretId)));
    assert.deepEqual(component?.outputs, { secretIds: { secret: secrets }, secretId: { secret: secrets[0] } });
  });

  it("says all that is wrong, and no secret", () => {
    assert.deepEqual(aclTokenErrors({ secrets: ["1", "1"], given: { "1": "topsecret", "3": given } }), [
      { propertyPath: "secrets[1]", reason: '"1" is already secrets[0]' },
      { propertyPath: "given.3", reason: "there is no such secret; secrets are: 1, 1" },
      { propertyPath: "given.1", reason: "must be a UUID in lower case, as `uuidgen` makes it" },
    ]);
    assert.deepEqual(aclTokenErrors({}), []);
  });
});
