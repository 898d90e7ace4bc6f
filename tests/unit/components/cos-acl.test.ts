import assert from "node:assert/strict";
import type { CosArgs } from "../../../components";
import { secretId } from "../../../components/acl-token/secret-id";
import { consulPolicies } from "../../../components/consul-acl/policies";
import { cosErrors } from "../../../components/cos/args";
import { Resources, smallestCos } from "../../support/cos-arguments";
import { runCos } from "../../support/stack-program";
import { warningsOf } from "../../support/warnings";

const make = async (changes: Partial<CosArgs> = {}) =>
  Resources.of((await runCos({ ...smallestCos, clusterName: "blue", ...changes })).engine);

/** Secret of a token by its name. */
const token = (name: string, secret = "1") => secretId(`password of cos-acl-${name}-${secret}`);

/** What a parameter of a role holds. */
function valueOf(resources: Resources, role: string, name: string): string {
  const { value } = resources.inputs(`cos-secrets-${role}-${name}`) as { value: { secret: string } };
  return value.secret;
}
const jsonOf = (resources: Resources, role: string, name: string) =>
  JSON.parse(valueOf(resources, role, name)) as Record<string, unknown>;

describe("the ACLs of a Cos", function () {
  this.timeout(60_000);
  let resources: Resources;
  before(async () => {
    resources = await make();
  });

  it("are on in files of the agents, each with a token of its own", () => {
    const denied = { enabled: true, default_policy: "deny", down_policy: "extend-cache" };
    assert.deepEqual(jsonOf(resources, "consul-server", "consul-acl"), {
      acl: {
        ...denied,
        tokens: { agent: token("consul-server-agent") },
      },
    });
    // In a file of its own, which has Consul start anew.
    assert.deepEqual(jsonOf(resources, "consul-server", "consul-initial-management"), {
      acl: { tokens: { initial_management: token("consul-management") } },
    });
    for (const role of ["nomad-server", "client"]) {
      assert.deepEqual(jsonOf(resources, role, "consul-acl"), {
        acl: { ...denied, tokens: { agent: token(`${role}-agent`) } },
      });
      const identity = { aud: ["consul.io"], ttl: "1h" };
      assert.deepEqual(jsonOf(resources, role, "nomad-acl"), {
        acl: { enabled: true },
        consul: { token: token(`${role}-nomad`), service_identity: identity, task_identity: identity },
      });
    }
    for (const role of ["consul-server", "nomad-server", "client"]) {
      assert.equal(valueOf(resources, role, "consul-token"), token(`${role}-programs`));
    }
    const names = resources.names(resources.ofType("ssm/parameter:Parameter"));
    // A client knows no token of the management.
    const management = [token("consul-management"), token("nomad-management")];
    for (const name of names.filter((each) => each.startsWith("cos-secrets-client-"))) {
      const { value } = resources.inputs(name) as { value: { secret: string } };
      for (const secret of management) assert.ok(!value.secret.includes(secret), name);
    }
    assert.equal(valueOf(resources, "nomad-server", "nomad-token"), management[1]);
    assert.deepEqual(jsonOf(resources, "nomad-server", "nomad-management"), [management[1]]);
  });

  it("have Consul's servers make the tokens of nodes, in what Parameter Store holds", () => {
    const text = valueOf(resources, "consul-server", "consul-first-tokens");
    assert.ok(text.length <= 4096, String(text.length));
    const requests = JSON.parse(text) as {
      path: string;
      body: { Name?: string; SecretID?: string; Policies?: { Name: string }[] };
    }[];
    const policies = consulPolicies("blue");
    const named = requests.flatMap(({ body }) => body.Name ?? []);
    assert.deepEqual(named, ["agent", "nomad-server", "nomad-client", "node-programs", "server-programs", "names"]);
    const used = requests.flatMap(({ body }) => (body.Policies ?? []).map(({ Name }) => Name));
    for (const name of used) assert.ok(named.includes(name) && name in policies, name);
    const made = requests.filter(({ path }) => path === "acl/token").map(({ body }) => body.SecretID);
    assert.equal(made.length, 8);
    // A node starts its Nomad once its programs are known.
    for (const role of ["nomad-server", "client"]) {
      const [own, programs] = [made.indexOf(token(`${role}-nomad`)), made.indexOf(token(`${role}-programs`))];
      assert.ok(own >= 0 && own < programs, role);
    }
    assert.equal(valueOf(resources, "consul-server", "consul-management"), token("consul-management"));
  });

  it("are begun before the gate at Nomad, and set after it at Consul, with all tokens", () => {
    assert.ok(resources.one("cos-ready").dependsOn.includes("cos-nomad-acl-bootstrap"));
    const { dependsOn } = resources.one("cos-nomad-acl");
    assert.ok(
      dependsOn.includes("cos-api-nlb") && !dependsOn.some((name) => name.startsWith("cos-nomad-public-services")),
    );
    assert.deepEqual(resources.one("cos-consul-acl").dependsOn, ["cos-ready-gate"]);
    const { environment } = resources.inputs("cos-consul-acl-consul") as {
      environment: { COS_CONSUL_ACL: { secret: string }; CONSUL_HTTP_TOKEN: { secret: string } };
    };
    assert.equal(environment.CONSUL_HTTP_TOKEN.secret, token("consul-management"));
    const wanted = JSON.parse(environment.COS_CONSUL_ACL.secret) as {
      tokens: Record<string, { secretIds: string[] }>;
      workloads: object;
    };
    assert.deepEqual(wanted.tokens.operator?.secretIds, [token("operator")]);
    assert.deepEqual(wanted.tokens.management?.secretIds, [token("consul-management")]);
    assert.equal(Object.keys(wanted.tokens).length, 11);
    assert.deepEqual(wanted.workloads, {
      jwksUrl: "https://nomad.service.consul:4646/.well-known/jwks.json",
      caPem: "certificate cos-authority-1\n",
      namespaces: { default: ["tasks", "fabio"] },
    });
    const { config } = resources.inputs("cos-nomad-acl-logins", "AclAuthMethod") as {
      config: { jwtValidationPubKeys: string[] };
    };
    assert.match(config.jwtValidationPubKeys.join(), /^-----BEGIN PUBLIC KEY-----/);
  });

  it("have the secrets that are named, of which nodes have the first, and policies by namespace", async () => {
    const security = { acl: { secrets: ["2", "1"], namespaces: { web: ["tasks"] } } };
    const rotated = await make({ security });
    assert.equal(valueOf(rotated, "client", "consul-token"), token("client-programs", "2"));
    assert.equal(valueOf(rotated, "nomad-server", "nomad-token"), token("nomad-management", "2"));
    assert.deepEqual(
      jsonOf(rotated, "nomad-server", "nomad-management"),
      ["2", "1"].map((secret) => token("nomad-management", secret)),
    );
    const { environment } = rotated.inputs("cos-consul-acl-consul") as {
      environment: { COS_CONSUL_ACL: { secret: string } };
    };
    const wanted = JSON.parse(environment.COS_CONSUL_ACL.secret) as {
      tokens: Record<string, { secretIds: string[] }>;
      workloads: { namespaces: object };
    };
    assert.deepEqual(wanted.tokens["client-programs"]?.secretIds, [
      token("client-programs", "2"),
      token("client-programs"),
    ]);
    assert.deepEqual(wanted.workloads.namespaces, { web: ["tasks"] });
    assert.deepEqual(
      rotated.names(rotated.ofType("PrivateKey")).filter((name) => name.includes("logins")),
      ["cos-acl-logins-1", "cos-acl-logins-2"],
    );
  });

  it("are not there where that is wanted, which is warned of", async () => {
    let without: Resources | undefined;
    const warnings = await warningsOf(async () => {
      without = await make({ security: { acl: false } });
    });
    assert.match(warnings.join("\n"), /^security\.acl is false: there are no ACLs: whoever reaches an API/m);
    assert.deepEqual(
      without?.all.filter(({ type }) => /Acl/.test(type)),
      [],
    );
    assert.deepEqual(
      Object.keys(without.inputs("cos-ready-gate").environment as object).filter((key) => /TOKEN/.test(key)),
      [],
    );
  });

  it("say what is wrong with them", () => {
    const found = (args: Partial<CosArgs>) =>
      cosErrors({ ...smallestCos, ...args }).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
    assert.deepEqual(found({ security: { acl: { secrets: [] } } }), [
      'security.acl.secrets must name at least one secret, such as ["1"]',
    ]);
    assert.match(
      found({ security: { acl: { namespaces: { default: ["root"] } } } }).join("\n"),
      /^security\.acl\.namespaces\.default\[0\] must be one of agent, .*, got "root"$/,
    );
    const federation = { primaryDatacenter: "america", peerCidrs: ["10.64.0.0/16"] };
    assert.deepEqual(found({ consul: { federation } }), [
      "security.acl must be false for a cluster that is federated with others: tokens of one are not those of another",
    ]);
    assert.deepEqual(found({ consul: { federation }, security: { acl: false } }), []);
  });
});
