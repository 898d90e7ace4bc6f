import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { GossipKeyring, type GossipKeyringArgs, gossipKeyringErrors, gossipKeyringFiles } from "../../../components";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const outputs = {
  "random:index/randomPassword:RandomPassword": (_: object, name: string) => ({ result: `password of ${name}` }),
};
const keyOf = (password: string) => createHash("sha256").update(password).digest("base64");
const given = Buffer.alloc(32, 7).toString("base64");

async function make(args?: GossipKeyringArgs, preview = false, opts?: () => pulumi.ComponentResourceOptions) {
  const engine = await MockEngine.start(outputs, preview);
  const made = await engine.run(() => new GossipKeyring("ring", args, opts?.()));
  const [component, ...children] = engine.registered.filter(({ type }) => !type.startsWith("pulumi:providers"));
  return { made, component, children };
}

describe("GossipKeyring", () => {
  it("is one key that is made of a password", async () => {
    const { made, component, children } = await make();
    assert.deepEqual(
      children.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs })),
      [
        {
          type: "random:index/randomPassword:RandomPassword",
          name: "ring-1",
          parent: "ring",
          inputs: { length: 64, special: false },
        },
      ],
    );
    assert.equal(component?.type, "cos:index:GossipKeyring");
    assert.deepEqual(await valueOf(made.keys), [keyOf("password of ring-1")]);
    assert.equal(Buffer.from(keyOf("password of ring-1"), "base64").length, 32);
  });

  it("has its keys in the order of their names, which are secret", async () => {
    const { made, component, children } = await make({ keys: ["2", "shared", "1"], given: { shared: given } });
    assert.deepEqual(children.map(({ name }) => name).sort(), ["ring-1", "ring-2"]);
    const keys = [keyOf("password of ring-2"), given, keyOf("password of ring-1")];
    assert.deepEqual(await valueOf(made.keys), keys);
    assert.ok(await pulumi.isSecret(made.keys));
    assert.deepEqual(component?.outputs, { keys: { secret: keys } });
  });

  it("is the same in a preview, where its keys are not known", async () => {
    const { made, component, children } = await make({}, true);
    assert.deepEqual(
      children.map(({ name }) => name),
      ["ring-1"],
    );
    assert.equal(await valueOf(made.keys), undefined);
    assert.ok(JSON.stringify(component?.outputs).includes(unknown));
  });

  it("passes an explicit provider to its children", async () => {
    const { children } = await make({}, false, () => ({ provider: new random.Provider("own") }));
    assert.deepEqual(
      children.map(({ provider }) => provider),
      ["own"],
    );
  });

  it("says all that is wrong with its arguments, and shows no key", () => {
    const short = Buffer.alloc(16, 7).toString("base64");
    const errors = gossipKeyringErrors({ keys: ["1", "a b", "1"], given: { "1": short, other: given } });
    assert.deepEqual(errors, [
      {
        propertyPath: "keys[1]",
        reason: 'must be up to 128 letters, digits and ".-_", a letter or digit first, got "a b"',
      },
      { propertyPath: "keys[2]", reason: '"1" is already keys[0]' },
      { propertyPath: "given.other", reason: "there is no such key; keys are: 1, a b, 1" },
      {
        propertyPath: "given.1",
        reason: "must be 32 bytes in base64, as `consul keygen` and `nomad operator gossip keyring generate` make them",
      },
    ]);
    assert.deepEqual(gossipKeyringErrors({ keys: [] }), [
      { propertyPath: "keys", reason: 'must name at least one key, such as ["1"]' },
    ]);
    assert.throws(() => new GossipKeyring("ring", { keys: [] }), /GossipKeyring cannot be made/);
  });
});

describe("gossipKeyringFiles", () => {
  const consul = { keys: ["c"] };
  const nomad = { keys: ["n", "m"] };
  const names = (files: ReturnType<typeof gossipKeyringFiles>) =>
    Object.fromEntries(Object.entries(files).map(([role, contents]) => [role, Object.keys(contents)]));

  it("are Consul's keys everywhere, and Nomad's on its servers", async () => {
    const files = gossipKeyringFiles({ consul, nomad });
    assert.deepEqual(names(files), {
      "consul-server": ["consul-gossip"],
      "nomad-server": ["consul-gossip", "nomad-gossip"],
      client: ["consul-gossip"],
    });
    const { "consul-gossip": agent, "nomad-gossip": server } = files["nomad-server"];
    assert.deepEqual([agent?.path, agent?.owner], ["/var/lib/consul/serf/local.keyring", "consul"]);
    assert.deepEqual([server?.path, server?.owner], ["/var/lib/nomad/server/serf.keyring", "nomad"]);
    assert.equal(await valueOf(pulumi.output(agent?.value)), '["c"]');
    assert.equal(await valueOf(pulumi.output(server?.value)), '["n","m"]');
  });

  it("are on Consul's servers for other datacenters, too, where there are any", () => {
    const { "consul-server": servers, client } = gossipKeyringFiles({ consul, federated: true });
    assert.deepEqual(
      Object.values(servers).map(({ path }) => path),
      ["/var/lib/consul/serf/local.keyring", "/var/lib/consul/serf/remote.keyring"],
    );
    assert.deepEqual(Object.keys(client), ["consul-gossip"]);
  });

  it("are none of what is not to be encrypted", () => {
    assert.deepEqual(names(gossipKeyringFiles({ nomad })), {
      "consul-server": [],
      "nomad-server": ["nomad-gossip"],
      client: [],
    });
  });
});
