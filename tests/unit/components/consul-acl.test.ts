import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  ConsulAcl,
  type ConsulAclArgs,
  consulAclErrors,
  consulAgentConfig,
  consulPolicies,
  consulTokens,
} from "../../../components";
import { MockEngine } from "../../../cli/preview/mock-engine";

const args: ConsulAclArgs = {
  consulAddress: "https://consul.example:8501",
  caPem: "PEM",
  clusterName: "blue",
  managementToken: "management",
  tokens: { agent: { secretIds: pulumi.secret(["secret"]), policies: ["agent"] } },
};

describe("ConsulAcl", () => {
  it("is a command that has the token of the management and all else as secrets", async () => {
    const engine = await MockEngine.start();
    await engine.run(() => new ConsulAcl("acl", args));
    const command = engine.registered.find(({ name }) => name === "acl-consul");
    const { environment, create } = command?.inputs as {
      environment: Record<string, string | { secret: string }>;
      create: string;
    };
    assert.equal(create, 'import { main } from "pulumi-cos/consul-acl"; await main();');
    const { COS_CONSUL_ACL: wanted, ...others } = environment;
    assert.deepEqual(others, {
      CONSUL_HTTP_ADDR: "https://consul.example:8501",
      COS_CA_PEM: "PEM",
      CONSUL_HTTP_TOKEN: { secret: "management" },
    });
    assert.deepEqual(JSON.parse((wanted as { secret: string }).secret), {
      cluster: "blue",
      policies: consulPolicies("blue"),
      tokens: { agent: { secretIds: ["secret"], policies: ["agent"] } },
      anonymousPolicies: ["names"],
    });
  });

  it("takes identities of Nomad's tasks where that is wanted, those of the default namespace unless others are named", async () => {
    const engine = await MockEngine.start();
    const jwksUrl = "https://nomad.service.consul:4646/.well-known/jwks.json";
    const namespaces = { shop: ["tasks", "fabio"] };
    await engine.run(() => [
      new ConsulAcl("one", { ...args, workloads: { jwksUrl } }),
      new ConsulAcl("two", { ...args, workloads: { jwksUrl, caPem: "PEM", namespaces } }),
    ]);
    const workloadsOf = (name: string) => {
      const { inputs } = engine.registered.find((each) => each.name === `${name}-consul`) ?? {};
      const { COS_CONSUL_ACL } = (inputs as { environment: { COS_CONSUL_ACL: { secret: string } } }).environment;
      return (JSON.parse(COS_CONSUL_ACL.secret) as { workloads: object }).workloads;
    };
    assert.deepEqual(workloadsOf("one"), { jwksUrl, namespaces: { default: ["tasks", "fabio"] } });
    assert.deepEqual(workloadsOf("two"), { jwksUrl, caPem: "PEM", namespaces });
    const errors = consulAclErrors(
      { ...args, workloads: { jwksUrl, namespaces: { shop: ["none"] } } },
      consulPolicies("blue"),
    );
    assert.deepEqual(
      errors.map(({ propertyPath }) => propertyPath),
      ["workloads.namespaces.shop[0]"],
    );
  });

  it("says all that is wrong at once, and registers nothing", async () => {
    const engine = await MockEngine.start();
    const policies = { "a b": { description: "", rules: "" } };
    const tokens = { agent: { secretIds: ["secret"], policies: ["agent", "a b"] } };
    assert.throws(
      () => new ConsulAcl("acl", { ...args, clusterName: "", policies, tokens }),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath }) => propertyPath),
          ["clusterName", 'policies["a b"]', "tokens.agent.policies[0]", "anonymousPolicies[0]"],
        );
        return true;
      },
    );
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
    assert.deepEqual(consulAclErrors(args, consulPolicies("blue")), []);
  });

  it("gives no policy a right on ACLs, keys of gossip, or all keys to write but to operators", () => {
    for (const [name, { rules }] of Object.entries(consulPolicies("blue"))) {
      const {
        acl,
        keyring,
        key_prefix: keys,
      } = JSON.parse(rules) as {
        acl?: string;
        keyring?: string;
        key_prefix?: Record<string, { policy: string }>;
      };
      assert.deepEqual([acl, keyring], [undefined, undefined], name);
      assert.equal(keys?.[""]?.policy === "write", name === "operator", name);
    }
  });
});

describe("the configuration of agents whose ACLs are on", () => {
  const place = { datacenter: "dc1", dataDir: "/d", bindAddress: "127.0.0.1", clientAddress: "127.0.0.1" };

  it("denies what no policy allows, and has no token", () => {
    assert.deepEqual(consulAgentConfig({ ...place, acl: true }).acl, {
      ...{ enabled: true, default_policy: "deny", down_policy: "extend-cache" },
    });
    assert.ok(!("acl" in consulAgentConfig(place)));
  });

  it("has its tokens in a file beside it, that of the management on servers alone", () => {
    assert.deepEqual(consulTokens({ agent: "a" }), { acl: { tokens: { agent: "a" } } });
    assert.deepEqual(consulTokens({ agent: "a", initialManagement: "m" }), {
      acl: { tokens: { agent: "a", initial_management: "m" } },
    });
  });
});
