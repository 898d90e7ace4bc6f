import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ClusterRecord, type ClusterRecordArgs, clusterRecordErrors } from "../../../components/cluster-record";
import { MockEngine, unknown } from "../../../cli/preview/mock-engine";

const consul = { formedParameter: pulumi.output("/cos/sg-1/formed") };
const nomad = { formedParameter: "/cos/sg-2/formed" };

async function parametersOf(args: ClusterRecordArgs) {
  const engine = await MockEngine.start();
  await engine.run(() => new ClusterRecord("record", args));
  const [component, ...parameters] = engine.registered;
  assert.equal(component?.type, "cos:index:ClusterRecord");
  return parameters
    .map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe("ClusterRecord", () => {
  it("is a parameter for each cluster, with the name that its servers look for", async () => {
    assert.deepEqual(await parametersOf({ consul, nomad, tags: { stack: "dev" } }), [
      {
        type: "aws:ssm/parameter:Parameter",
        name: "record-consul",
        parent: "record",
        inputs: {
          name: "/cos/sg-1/formed",
          type: "String",
          value: { secret: "formed" },
          description: "The Consul cluster has formed: servers without data join it",
          tags: { stack: "dev", Name: "record-consul" },
        },
      },
      {
        type: "aws:ssm/parameter:Parameter",
        name: "record-nomad",
        parent: "record",
        inputs: {
          name: "/cos/sg-2/formed",
          type: "String",
          value: { secret: "formed" },
          description: "The Nomad cluster has formed: servers without data join it",
          tags: { stack: "dev", Name: "record-nomad" },
        },
      },
    ]);
  });

  it("is of one cluster where only one is given", async () => {
    assert.deepEqual(
      (await parametersOf({ nomad })).map(({ name }) => name),
      ["record-nomad"],
    );
  });

  it("has its parameters' arguments merged over its own", async () => {
    const [parameter] = await parametersOf({ consul, transform: { parameter: { tier: "Standard", value: "yes" } } });
    const { tier, value, type } = parameter?.inputs as Record<string, unknown>;
    assert.deepEqual([tier, value, type], ["Standard", { secret: "yes" }, "String"]);
  });

  it("shows its parameters in a preview, before their names are known", async () => {
    const engine = await MockEngine.start({}, true);
    await engine.run(() => {
      const group = new aws.ec2.SecurityGroup("servers");
      return new ClusterRecord("record", { consul: { formedParameter: pulumi.interpolate`/cos/${group.id}/formed` } });
    });
    const parameter = engine.registered.find(({ name }) => name === "record-consul");
    assert.equal((parameter?.inputs as { name: unknown }).name, unknown);
  });

  it("passes an explicit provider to its parameters", async () => {
    const engine = await MockEngine.start();
    await engine.run(() => new ClusterRecord("record", { nomad }, { provider: new aws.Provider("own") }));
    assert.equal(engine.registered.find(({ name }) => name === "record-nomad")?.provider, "own");
  });

  it("refuses to record nothing", () => {
    assert.deepEqual(clusterRecordErrors({}), [
      { propertyPath: "consul", reason: "must be given, or nomad: there is nothing to record" },
    ]);
    assert.throws(() => new ClusterRecord("record", {}), /ClusterRecord cannot be made/);
  });
});
