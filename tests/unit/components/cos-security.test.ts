import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { CosArgs } from "../../../components";
import { cosErrors } from "../../../components/cos/args";
import { gossipKey } from "../../../components/gossip-keyring/key";
import { onePool, Resources, smallestCos } from "../../support/cos-arguments";
import { runCos } from "../../support/stack-program";
import { filesOf } from "../../support/user-data";
import { warningsOf } from "../../support/warnings";

const make = async (changes: Partial<CosArgs> = {}) =>
  Resources.of((await runCos({ ...smallestCos, ...changes })).engine);

/** The secrets of a group's nodes: parameter and file. */
const secretsOf = (resources: Resources, group: string) => {
  const files = filesOf(resources.inputs(`${group}-template`).userData as string);
  const { secrets } = files["/etc/cos/node.json"] as { secrets: { parameter: string; path: string }[] };
  return secrets.map(({ parameter, path }) => `${parameter} ${path}`);
};

describe("the security of a Cos", function () {
  this.timeout(60_000);
  const consulRing = "/var/lib/consul/serf/local.keyring";

  it("encrypts gossip with a key each for Consul and Nomad, which nodes get by their role", async () => {
    const resources = await make({ clusterName: "blue" });
    const passwords = resources.names(resources.ofType("RandomPassword"));
    assert.deepEqual(passwords, ["cos-gossip-consul-1", "cos-gossip-nomad-1"]);
    assert.deepEqual(secretsOf(resources, "cos-consul-servers"), [
      `/cos/blue/consul-server/consul-gossip ${consulRing}`,
    ]);
    assert.deepEqual(secretsOf(resources, "cos-nomad-servers"), [
      `/cos/blue/nomad-server/consul-gossip ${consulRing}`,
      "/cos/blue/nomad-server/nomad-gossip /var/lib/nomad/server/serf.keyring",
    ]);
    for (const pool of ["public-services", "private-services"]) {
      const group = `cos-nomad-${pool}-nodes`;
      assert.deepEqual(secretsOf(resources, group), [`/cos/blue/client/consul-gossip ${consulRing}`]);
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
      resources = await make({ security: { gossip: false } });
    });
    assert.match(warnings.join("\n"), /^security\.gossip is false: gossip is not encrypted: whoever reaches an agent/m);
    assert.deepEqual(resources?.ofType("RandomPassword"), []);
    assert.deepEqual(resources.ofType("kms/key:Key"), []);
    assert.ok(!resources.all.some(({ name }) => name === "cos-settings-gossip"));
    assert.deepEqual(secretsOf(resources, "cos-consul-servers"), []);
  });

  it("says all that is wrong with it, in its own property names", () => {
    const errors = cosErrors({
      ...smallestCos,
      security: { kmsKeyArn: "key", gossip: { consul: { keys: [] }, nomad: { keys: ["1", "1"] } } },
    });
    assert.deepEqual(
      errors.map(({ propertyPath }) => propertyPath),
      ["security.kmsKeyArn", "security.gossip.consul.keys", "security.gossip.nomad.keys[1]"],
    );
  });
});
