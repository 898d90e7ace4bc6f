import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { NodeSecrets, type NodeSecretsArgs, nodeSecretsErrors } from "../../../components";
import { MockEngine, valueOf } from "../../../cli/preview/mock-engine";

const args: NodeSecretsArgs = {
  clusterName: "blue",
  secrets: {
    "consul-server": {
      token: { value: "t0", path: "/etc/cos/consul-token" },
      ring: { value: pulumi.output("r0"), path: "/var/lib/consul/serf/local.keyring", owner: "consul" },
    },
    client: { ring: { value: "r1", path: "/var/lib/consul/serf/local.keyring", owner: "consul" } },
  },
  tags: { team: "platform" },
};
const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/made";
const outputs = { "aws:kms/key:Key": { arn: keyArn } };

async function make(
  changes: Partial<NodeSecretsArgs> = {},
  preview = false,
  opts?: () => pulumi.ComponentResourceOptions,
) {
  const engine = await MockEngine.start(outputs, preview);
  const made = await engine.run(() => new NodeSecrets("secrets", { ...args, ...changes }, opts?.()));
  const children = engine.registered.filter(({ type }) => type.startsWith("aws:"));
  const named = (name: string) => children.find((child) => child.name === name)?.inputs as Record<string, unknown>;
  return { made, children, named };
}

describe("NodeSecrets", () => {
  it("are parameters below a path for each role, encrypted with a key that is made for them", async () => {
    const { children, named } = await make();
    assert.deepEqual(children.map(({ type, name, parent }) => [type, name, parent]).sort(), [
      ["aws:kms/key:Key", "secrets-key", "secrets"],
      ["aws:ssm/parameter:Parameter", "secrets-client-ring", "secrets"],
      ["aws:ssm/parameter:Parameter", "secrets-consul-server-ring", "secrets"],
      ["aws:ssm/parameter:Parameter", "secrets-consul-server-token", "secrets"],
    ]);
    assert.deepEqual(named("secrets-key"), {
      description: "Secrets of the nodes of blue",
      enableKeyRotation: true,
      tags: { team: "platform", Name: "secrets-key" },
    });
    assert.deepEqual(named("secrets-client-ring"), {
      name: "/cos/blue/client/ring",
      type: "SecureString",
      keyId: keyArn,
      value: { secret: "r1" },
      description: "What nodes of the role client of blue get as ring",
      tags: { team: "platform", Name: "secrets-client-ring" },
    });
    assert.deepEqual(named("secrets-consul-server-ring").value, { secret: "r0" });
  });

  it("are given to nodes of their role with the file that they go to, and without their value", async () => {
    const { made } = await make();
    assert.deepEqual(await valueOf(pulumi.output(made.of("consul-server"))), [
      {
        parameter: "/cos/blue/consul-server/token",
        path: "/etc/cos/consul-token",
        owner: undefined,
        kmsKeyArn: keyArn,
      },
      {
        parameter: "/cos/blue/consul-server/ring",
        path: "/var/lib/consul/serf/local.keyring",
        owner: "consul",
        kmsKeyArn: keyArn,
      },
    ]);
    assert.deepEqual(made.of("nomad-server"), []);
  });

  it("are encrypted with a key that is given, and then make none", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/given";
    const { children, named } = await make({ kmsKeyArn });
    assert.deepEqual(
      children.filter(({ type }) => type === "aws:kms/key:Key"),
      [],
    );
    assert.equal(named("secrets-client-ring").keyId, kmsKeyArn);
  });

  it("have their resources' arguments merged over their own", async () => {
    const { named } = await make({ transform: { key: { deletionWindowInDays: 7 }, parameter: { tier: "Advanced" } } });
    assert.equal(named("secrets-key").deletionWindowInDays, 7);
    assert.equal(named("secrets-client-ring").tier, "Advanced");
  });

  it("are the same in a preview, and with an explicit provider", async () => {
    const { children } = await make({}, true, () => ({ provider: new aws.Provider("own", { region: "eu-west-1" }) }));
    assert.deepEqual(children.map(({ name, provider }) => `${name} ${provider}`).sort(), [
      "secrets-client-ring own",
      "secrets-consul-server-ring own",
      "secrets-consul-server-token own",
      "secrets-key own",
    ]);
  });

  it("say all that is wrong with them, and no value", () => {
    const one = { value: "hidden", path: "/etc/cos/one" };
    const errors = nodeSecretsErrors({
      clusterName: "a b",
      kmsKeyArn: "key",
      secrets: { client: { "x y": one, same: one, relative: { value: "hidden", path: "one" } } },
    });
    assert.deepEqual(
      errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
      [
        'clusterName: must be up to 128 letters, digits and ".-_", a letter or digit first, got "a b"',
        'kmsKeyArn: must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), got "key"',
        'secrets.client.x y: must be up to 128 letters, digits and ".-_", a letter or digit first, got "x y"',
        'secrets.client.relative.path: must be an absolute path of letters, digits and ._-, without . or .. parts and without a slash at the end, got "one"',
        'secrets.client.same.path: "/etc/cos/one" is x y.path too',
      ],
    );
    assert.throws(() => new NodeSecrets("secrets", { ...args, clusterName: "a b" }), /NodeSecrets cannot be made/);
  });
});
