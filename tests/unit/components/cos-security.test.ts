import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { CosArgs } from "../../../components";
import { cosErrors } from "../../../components/cos/args";
import { gossipKey } from "../../../components/gossip-keyring/key";
import { onePool, Resources, smallestCos } from "../../support/cos-arguments";
import { runCos } from "../../support/stack-program";
import { filesOf } from "../../support/user-data";
import { warningsOf } from "../../support/warnings";

/** Without ACLs, which have a test of their own. */
const make = async ({ security, ...changes }: Partial<CosArgs> = {}) =>
  Resources.of((await runCos({ ...smallestCos, ...changes, security: { acl: false, ...security } })).engine);

/** The secrets of a group's nodes: parameter and file. */
const secretsOf = (resources: Resources, group: string) => {
  const files = filesOf(resources.inputs(`${group}-template`).userData as string);
  const { secrets } = files["/etc/cos/node.json"] as { secrets: { parameter: string; path: string }[] };
  return secrets.map(({ parameter, path }) => `${parameter} ${path}`);
};

describe("the security of a Cos", function () {
  this.timeout(60_000);
  const consulRing = "/var/lib/consul/serf/local.keyring";
  /** What nodes of a role get for TLS. */
  const certificates = (role: string, ...products: ("consul" | "nomad")[]) =>
    products.flatMap((product) => [
      `/cos/blue/${role}/${product}-certificate /etc/${product}.d/tls/agent.pem`,
      `/cos/blue/${role}/${product}-authorities /etc/${product}.d/tls/ca.pem`,
    ]);

  it("encrypts gossip with a key each for Consul and Nomad, which nodes get by their role", async () => {
    const resources = await make({ clusterName: "blue" });
    const passwords = resources.names(resources.ofType("RandomPassword"));
    assert.deepEqual(passwords, ["cos-gossip-consul-1", "cos-gossip-nomad-1"]);
    assert.deepEqual(secretsOf(resources, "cos-consul-servers"), [
      `/cos/blue/consul-server/consul-gossip ${consulRing}`,
      ...certificates("consul-server", "consul"),
    ]);
    assert.deepEqual(secretsOf(resources, "cos-nomad-servers"), [
      `/cos/blue/nomad-server/consul-gossip ${consulRing}`,
      "/cos/blue/nomad-server/nomad-gossip /var/lib/nomad/server/serf.keyring",
      ...certificates("nomad-server", "consul", "nomad"),
    ]);
    for (const pool of ["public-services", "private-services"]) {
      const group = `cos-nomad-${pool}-nodes`;
      assert.deepEqual(secretsOf(resources, group), [
        `/cos/blue/client/consul-gossip ${consulRing}`,
        ...certificates("client", "consul", "nomad"),
      ]);
    }
  });

  it("lets each role read its own secrets, with the key for them, and no others", async () => {
    const resources = await make({ clusterName: "blue" });
    for (const [group, role] of [
      ["cos-consul-servers", "consul-server"],
      ["cos-nomad-servers", "nomad-server"],
      ["cos-nomad-public-services-nodes", "client"],
    ] as const) {
      const { Statement } = JSON.parse(resources.inputs(`${group}-policy`).policy as string) as {
        Statement: { Sid: string; Resource: string[]; Condition?: object }[];
      };
      const read = Statement.find(({ Sid }) => Sid === "ReadParameters")?.Resource ?? [];
      const own = read.filter((arn) => !arn.endsWith("/formed"));
      assert.ok(own.length > 0 && own.every((arn) => arn.includes(`:parameter/cos/blue/${role}/`)), read.join(" "));
      const decrypt = Statement.find(({ Sid }) => Sid === "DecryptParameters");
      assert.deepEqual(decrypt?.Resource, ["arn:aws:kms:eu-central-1:123456789012:key/cos-secrets-key"]);
      assert.deepEqual(decrypt.Condition, { StringEquals: { "kms:EncryptionContext:PARAMETER_ARN": own } });
    }
  });

  it("brings changes of the keys to agents that run, after nodes that boot have them", async () => {
    const given = Buffer.alloc(32, 7).toString("base64");
    const resources = await make({
      security: { gossip: { consul: { keys: ["shared", "2"], given: { shared: pulumi.secret(given) } } } },
    });
    const made = (name: string) => gossipKey(`password of ${name}`);
    const keys = { consul: [given, made("cos-gossip-consul-2")], nomad: [made("cos-gossip-nomad-1")] };
    assert.deepEqual(resources.inputs("cos-settings-gossip").environment, {
      CONSUL_HTTP_ADDR: resources.inputs("cos-consul-api").address,
      NOMAD_ADDR: resources.inputs("cos-nomad-api").address,
      COS_CA_PEM: "certificate cos-authority-1\n",
      CONSUL_TLS_SERVER_NAME: "server.eu-central-1.consul",
      NOMAD_TLS_SERVER_NAME: "server.eu-central-1.nomad",
      COS_GOSSIP: { secret: JSON.stringify(keys) },
    });
    assert.deepEqual(resources.inputs("cos-secrets-client-consul-gossip").value, {
      secret: JSON.stringify(keys.consul),
    });
    assert.ok(resources.one("cos-settings").dependsOn.includes("cos-ready-gate"));
  });

  it("has no secret in anything else that is registered", async () => {
    const resources = await make();
    const secret = gossipKey("password of cos-gossip-consul-1");
    const open = resources.all.filter(({ inputs }) => JSON.stringify(inputs).includes(secret)).map(({ name }) => name);
    assert.deepEqual(open.sort(), [
      "cos-secrets-client-consul-gossip",
      "cos-secrets-consul-server-consul-gossip",
      "cos-secrets-nomad-server-consul-gossip",
      "cos-settings-gossip",
    ]);
  });

  it("gives servers of a federated datacenter the keys for the others, too", async () => {
    const federation = { primaryDatacenter: "america", peerCidrs: ["10.64.0.0/16"] };
    const resources = await make({ clusterName: "blue", consul: { federation } });
    assert.deepEqual(secretsOf(resources, "cos-consul-servers"), [
      `/cos/blue/consul-server/consul-gossip ${consulRing}`,
      "/cos/blue/consul-server/consul-wan-gossip /var/lib/consul/serf/remote.keyring",
      ...certificates("consul-server", "consul"),
    ]);
  });

  it("comes after the secrets that nodes are given otherwise, under a key that is given", async () => {
    const own = { parameter: "/mine", path: "/etc/cos/mine" };
    const kmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/given";
    const resources = await make({
      ...{ clusterName: "blue", security: { kmsKeyArn } },
      ...{ consul: { secrets: [own] }, nomad: { secrets: [own], pools: [{ ...onePool, secrets: [own] }] } },
    });
    assert.deepEqual(resources.ofType("kms/key:Key"), []);
    assert.equal(resources.inputs("cos-secrets-client-consul-gossip").keyId, kmsKeyArn);
    for (const group of ["cos-consul-servers", "cos-nomad-servers", "cos-nomad-web-nodes"]) {
      assert.equal(secretsOf(resources, group)[0], "/mine /etc/cos/mine");
    }
  });

  it("warns where gossip is not encrypted, and then has neither keys nor secrets", async () => {
    let resources: Resources | undefined;
    const warnings = await warningsOf(async () => {
      resources = await make({ clusterName: "blue", security: { gossip: false } });
    });
    assert.match(warnings.join("\n"), /^security\.gossip is false: gossip is not encrypted: whoever reaches an agent/m);
    assert.deepEqual(resources?.ofType("RandomPassword"), []);
    assert.ok(!resources.all.some(({ name }) => name === "cos-settings-gossip"));
    assert.deepEqual(secretsOf(resources, "cos-consul-servers"), certificates("consul-server", "consul"));
  });

  it("gives agents certificates with the names that both products verify, signed by an authority of the cluster", async () => {
    const resources = await make({
      ...{ clusterName: "blue", consul: { datacenter: "north" } },
      security: {
        tls: { authorities: ["2", "1"], certificates: "b", certificateHours: 48, apiNames: ["api.example.com"] },
      },
    });
    const requests = resources.names(resources.ofType("CertRequest")).map((name) => {
      const { subject, dnsNames } = resources.inputs(name);
      return [name, subject, dnsNames];
    });
    const request = (name: string, ...dnsNames: string[]) => [
      `cos-authority-${name}-b-by-2-request`,
      { commonName: dnsNames[0] },
      [...dnsNames, "localhost"],
    ];
    const api = ["cos-api-nlb.elb.eu-central-1.amazonaws.com", "api.example.com"];
    assert.deepEqual(requests, [
      request("consul-client", "client.north.consul"),
      request("consul-server", "server.north.consul", "consul.service.consul", ...api),
      request("nomad-client", "client.eu-central-1.nomad"),
      request("nomad-server", "server.eu-central-1.nomad", "nomad.service.consul", ...api),
    ]);
    assert.deepEqual(resources.inputs("cos-authority-2").subject, { commonName: "blue 2" });
    assert.equal(resources.inputs("cos-authority-nomad-client-b-by-2-certificate").validityPeriodHours, 48);
    const value = (name: string) => resources.inputs(`cos-secrets-${name}`).value;
    assert.deepEqual(value("client-nomad-authorities"), {
      secret: "certificate cos-authority-2\ncertificate cos-authority-1\n",
    });
    const server = "cos-authority-nomad-server-b-by-2";
    assert.deepEqual(value("nomad-server-nomad-certificate"), {
      secret: `certificate ${server}-certificate\nkey of ${server}-key\n`,
    });
    // Clients have no key of a server.
    for (const name of ["client-consul-certificate", "client-nomad-certificate", "nomad-server-consul-certificate"]) {
      assert.doesNotMatch((value(name) as { secret: string }).secret, /(consul-server|nomad-server)/, name);
    }
  });

  it("has all agents use them, and only where they have them", async () => {
    const configOf = (resources: Resources, group: string, agent: string) =>
      filesOf(resources.inputs(`${group}-template`).userData as string)[`/etc/${agent}.d/cos.json`] as {
        tls?: unknown;
      };
    const agents = [
      ["cos-consul-servers", "consul"],
      ["cos-nomad-servers", "consul"],
      ["cos-nomad-servers", "nomad"],
      ["cos-nomad-public-services-nodes", "consul"],
      ["cos-nomad-public-services-nodes", "nomad"],
    ] as const;
    const [on, off] = [await make(), await make({ security: { tls: false } })];
    for (const [group, agent] of agents) {
      const files = { ca_file: `/etc/${agent}.d/tls/ca.pem`, cert_file: `/etc/${agent}.d/tls/agent.pem` };
      const { tls } = configOf(on, group, agent) as { tls: { internal_rpc?: object } };
      assert.deepEqual({ ...(tls.internal_rpc ?? tls), ...files }, tls.internal_rpc ?? tls, `${agent} of ${group}`);
      assert.equal(configOf(off, group, agent).tls, undefined);
    }
  });

  it("has the APIs by TLS, end to end, and whoever asks them know the authority; where that is off, in clear", async () => {
    const uiAccess = { allowedCidrs: ["203.0.113.0/24"], protocol: "http" as const };
    const [on, off] = [await make({ uiAccess }), await make({ uiAccess, security: { tls: false } })];
    const targets = (resources: Resources) =>
      ["cos-api-consul", "cos-api-nomad", "cos-ui-consul", "cos-ui-nomad"].map((name) => {
        const { protocol, port, healthCheck } = resources.inputs(name, "TargetGroup") as {
          protocol: string;
          port: number;
          healthCheck: { protocol: string };
        };
        return [name, protocol, port, healthCheck.protocol];
      });
    assert.deepEqual(targets(on), [
      ["cos-api-consul", "TCP", 8501, "HTTPS"],
      ["cos-api-nomad", "TCP", 4646, "HTTPS"],
      ["cos-ui-consul", "HTTPS", 8501, "HTTPS"],
      ["cos-ui-nomad", "HTTPS", 4646, "HTTPS"],
    ]);
    assert.deepEqual(targets(off), [
      ["cos-api-consul", "TCP", 8500, "HTTP"],
      ["cos-api-nomad", "TCP", 4646, "HTTP"],
      ["cos-ui-consul", "HTTP", 8500, "HTTP"],
      ["cos-ui-nomad", "HTTP", 4646, "HTTP"],
    ]);
    const api = "://cos-api-nlb.elb.eu-central-1.amazonaws.com";
    const caPem = "certificate cos-authority-1\n";
    assert.deepEqual(on.inputs("cos-consul-api"), { address: `https${api}:8501`, caPem });
    assert.deepEqual(on.inputs("cos-nomad-api"), { address: `https${api}:4646`, caPem });
    assert.deepEqual(off.inputs("cos-consul-api"), { address: `http${api}:8500` });
    const asking = ["cos-ready-gate", "cos-consul-rollout-servers", "cos-settings-secrets", "cos-settings-autopilot"];
    for (const name of asking) {
      const { environment } = on.inputs(name) as { environment: Record<string, string> };
      assert.deepEqual([environment.COS_CA_PEM, environment.CONSUL_HTTP_ADDR], [caPem, `https${api}:8501`], name);
    }
    // Certificates for the name of another load balancer come through it: they are there before the providers need them.
    assert.ok(on.one("cos-settings-scheduler").dependsOn.includes("cos-settings-secrets"));
  });

  it("has Nomad's servers encrypt their keyring with the KMS key, and use that for nothing that has a context", async () => {
    const resources = await make({ security: { gossip: false, tls: false } });
    const files = filesOf(resources.inputs("cos-nomad-servers-template").userData as string);
    const key = "arn:aws:kms:eu-central-1:123456789012:key/cos-secrets-key";
    assert.deepEqual((files["/etc/nomad.d/cos.json"] as { keyring: object }).keyring, {
      aead: { active: false },
      awskms: { active: true, region: "eu-central-1", kms_key_id: key },
    });
    const { Statement } = JSON.parse(resources.inputs("cos-nomad-servers-policy").policy as string) as {
      Statement: { Sid: string }[];
    };
    assert.deepEqual(
      Statement.find(({ Sid }) => Sid === "UseKeyringKey"),
      {
        Sid: "UseKeyringKey",
        Effect: "Allow",
        Action: ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt"],
        Resource: [key],
        Condition: { Null: { "kms:EncryptionContextKeys": "true" } },
      },
    );
    assert.ok(!(resources.inputs("cos-nomad-public-services-nodes-policy").policy as string).includes("kms:"));
    assert.ok(!resources.all.some(({ name }) => name === "cos-settings-secrets"));
  });

  it("tells nodes that run of new versions of what they have", async () => {
    const resources = await make({ clusterName: "blue" });
    const { environment, create, update } = resources.inputs("cos-settings-secrets") as {
      environment: { COS_SECRETS: string };
      create: string;
      update: string;
    };
    const { consul } = JSON.parse(environment.COS_SECRETS) as {
      consul: { cluster: string; versions: Record<string, number> };
    };
    assert.equal(consul.cluster, "blue");
    const parameters = resources
      .ofType("ssm/parameter:Parameter")
      .map(({ name }) => resources.inputs(name).name as string);
    assert.deepEqual(
      Object.keys(consul.versions).sort(),
      parameters.filter((name) => name.startsWith("/cos/blue/")).sort(),
    );
    assert.equal(create, 'import { main } from "pulumi-cos/secrets"; await main({ waits: false });');
    assert.equal(update, 'import { main } from "pulumi-cos/secrets"; await main({ waits: true });');
  });

  it("warns where agents have no certificates, and where there is nothing at all has no parameters", async () => {
    let resources: Resources | undefined;
    const warnings = await warningsOf(async () => {
      resources = await make({ security: { gossip: false, tls: false, keyring: false } });
    });
    assert.match(warnings.join("\n"), /^security\.tls is false: agents and APIs talk in clear/m);
    assert.match(warnings.join("\n"), /^security\.keyring is false: Nomad's keys are in clear/m);
    assert.deepEqual(resources?.ofType("kms/key:Key"), []);
    assert.deepEqual(resources.ofType("index:CertificateAuthority"), []);
    assert.ok(!resources.all.some(({ name }) => name === "cos-settings-secrets"));
    assert.deepEqual(secretsOf(resources, "cos-consul-servers"), []);
  });

  it("says all that is wrong with it, in its own property names", () => {
    const errors = cosErrors({
      ...smallestCos,
      security: {
        kmsKeyArn: "key",
        gossip: { consul: { keys: [] }, nomad: { keys: ["1", "1"] } },
        tls: { authorities: ["x y"], certificates: "a b", certificateHours: 0 },
      },
    });
    assert.deepEqual(
      errors.map(({ propertyPath }) => propertyPath),
      [
        "security.kmsKeyArn",
        "security.gossip.consul.keys",
        "security.gossip.nomad.keys[1]",
        "security.tls.authorities[0]",
        "security.tls.certificates",
        "security.tls.certificateHours",
      ],
    );
  });
});
