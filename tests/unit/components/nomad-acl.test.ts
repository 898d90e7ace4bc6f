import assert from "node:assert/strict";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { NomadAcl, type NomadAclArgs, nomadAgentConfig, nomadPolicies } from "../../../components";
import { MockEngine } from "../../../cli/preview/mock-engine";

const args: NomadAclArgs = {
  nomadAddress: "https://nomad.example:4646",
  caPem: "PEM",
  managementTokens: ["management", "next"],
};

describe("NomadAcl", () => {
  it("is a command that has the token of the management as a secret, and policies after it", async () => {
    const engine = await MockEngine.start();
    await engine.run(() => {
      const provider = new nomad.Provider("own", { address: "https://nomad.example:4646" });
      return new NomadAcl("acl", args, { providers: { nomad: provider } });
    });
    const command = engine.registered.find(({ name }) => name === "acl-bootstrap");
    const { environment, create } = command?.inputs as { environment: object; create: string };
    assert.equal(create, 'import { main } from "pulumi-cos/nomad-acl"; await main();');
    assert.deepEqual(environment, {
      NOMAD_ADDR: "https://nomad.example:4646",
      COS_CA_PEM: "PEM",
      NOMAD_TOKEN: { secret: "management" },
      COS_NOMAD_OTHERS: { secret: '["next"]' },
      COS_TIMEOUT_SECONDS: "120",
    });
    const policies = engine.registered.filter(({ type }) => type === "nomad:index/aclPolicy:AclPolicy");
    assert.deepEqual(
      policies.map(({ name, provider, dependsOn }) => [name, provider, dependsOn]).sort(),
      Object.keys(nomadPolicies)
        .map((policy) => [`acl-${policy}`, "own", ["acl-bootstrap"]])
        .sort(),
    );
    const { description, rules } = nomadPolicies["read-only"];
    assert.deepEqual(policies.find(({ name }) => name === "acl-read-only")?.inputs, {
      ...{ name: "read-only", description, rulesHcl: rules },
    });
  });

  it("says what is wrong with the names of policies, and registers nothing", async () => {
    const engine = await MockEngine.start();
    const policies = { "a b": { description: "", rules: "" } };
    assert.throws(
      () => new NomadAcl("acl", { ...args, policies }),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(error.errors, [
          { propertyPath: 'policies["a b"]', reason: 'must be named by 1 to 128 letters, digits and "-"' },
        ]);
        return true;
      },
    );
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });

  it("is for agents whose configuration has ACLs on", () => {
    const place = {
      region: "r",
      datacenter: "d",
      dataDir: "/d",
      bindAddress: "127.0.0.1",
      consulAddress: "127.0.0.1:8500",
    };
    assert.deepEqual(nomadAgentConfig({ ...place, acl: true }).acl, { enabled: true });
    assert.ok(!("acl" in nomadAgentConfig(place)));
    const identity = { aud: ["consul.io"], ttl: "1h" };
    assert.deepEqual(nomadAgentConfig({ ...place, workloadIdentity: true }).consul, {
      ...{ address: "127.0.0.1:8500", service_identity: identity, task_identity: identity },
    });
  });
});
