import assert from "node:assert/strict";
import { join } from "node:path";
import { PulumiProject, type RunResult } from "../support/pulumi-project";

const repository = join(__dirname, "..", "..");

/** A network with every kind of tier, in so many zones, and a file system mounted from one of its tiers. */
const program = (zones: number, tiers: object[]) => `
  require("tsx/cjs");
  const { Network, SharedFileSystem } = require(${JSON.stringify(join(repository, "components"))});
  const network = new Network("net", {
    availabilityZones: ${zones},
    tiers: ${JSON.stringify(tiers)},
    natGateways: "single",
    interfaceEndpoints: ["ssm"],
    flowLogs: {},
  });
  const { vpcId, subnetIds } = network;
  new SharedFileSystem("shared", { vpcId, subnetIds: subnetIds.work, clientSecurityGroupId: network.endpointSecurityGroupId });
  exports.subnetIds = subnetIds;
  exports.availabilityZones = network.availabilityZones;
  exports.natAddresses = network.natAddresses;
`;

const tiers = [
  { name: "front", kind: "public", prefixLength: 24 },
  { name: "work", kind: "private", prefixLength: 20 },
  { name: "apis", kind: "private", prefixLength: 24, egress: "aws" },
];
const more = { name: "quiet", kind: "private", prefixLength: 24, egress: "none" };

describe("Network with the engine", function () {
  this.timeout(300_000); // runs pulumi several times

  let project: PulumiProject;
  before(async () => {
    project = await PulumiProject.create({ AWS_REGION: "eu-central-1" });
  });
  after(async () => {
    await project.remove();
  });

  const ran = (result: RunResult): RunResult => {
    assert.equal(result.exitCode, 0, result.text);
    return result;
  };
  /** What is not simply created, by operation. */
  const touched = ({ steps }: RunResult) =>
    Object.fromEntries(
      Object.entries(steps)
        .filter(([, { op }]) => op !== "create")
        .map(([name, { op }]) => [name, op]),
    );
  const created = ({ steps }: RunResult) =>
    Object.entries(steps)
      .filter(([, { op }]) => op === "create")
      .map(([name]) => name)
      .sort();

  it("is made in an empty account, as its preview says, and a second up changes nothing", async () => {
    await project.program(program(2, tiers));
    const preview = ran(await project.preview());
    const first = ran(await project.up());
    assert.deepEqual(created(first), created(preview));
    const { subnetIds, availabilityZones, natAddresses } = (await project.outputs()) as {
      subnetIds: Record<string, string[]>;
      availabilityZones: string[];
      natAddresses: string[];
    };
    assert.deepEqual(availabilityZones, ["eu-central-1a", "eu-central-1b"]);
    assert.equal(natAddresses.length, 1);
    const idOf = async (type: string, name: string) =>
      (await project.states()).find(({ urn }) => urn.endsWith(`${type}::${name}`))?.id;
    for (const { name } of tiers) {
      const made = [1, 2].map((zone) => idOf("aws:ec2/subnet:Subnet", `net-vpc-${name}-${zone}`));
      assert.deepEqual(subnetIds[name], await Promise.all(made));
    }
    for (const zone of [1, 2]) {
      const route = await project.state(`net-apis-${zone}-aws`);
      assert.deepEqual(
        [route?.inputs.routeTableId, route?.inputs.natGatewayId, route?.inputs.destinationPrefixListId],
        await Promise.all([
          idOf("aws:ec2/routeTable:RouteTable", `net-vpc-apis-${zone}`),
          idOf("aws:ec2/natGateway:NatGateway", "net-vpc-1"),
          idOf("aws:ec2/managedPrefixList:ManagedPrefixList", "net-aws"),
        ]),
      );
    }
    const second = ran(await project.up());
    assert.deepEqual(second.steps, {});
  });

  it("gets a zone and a tier more without touching what is there, in the preview as in the update", async () => {
    await project.program(program(3, [...tiers, more]));
    const preview = ran(await project.preview());
    const update = ran(await project.up());
    for (const run of [preview, update]) {
      assert.deepEqual(touched(run), {
        "net-gateway-s3": "update",
        "net-interface-ssm": "update",
      });
    }
    assert.deepEqual(created(update), created(preview));
    const { subnetIds } = (await project.outputs()) as { subnetIds: Record<string, string[]> };
    const counts = Object.entries(subnetIds).map(([tier, ids]) => [tier, new Set(ids).size]);
    assert.deepEqual(Object.fromEntries(counts), { front: 3, work: 3, apis: 3, quiet: 3 });
  });

  it("closes a tier, and opens another, in place", async () => {
    const [front, work, apis] = tiers;
    await project.program(
      program(3, [front, work, { ...apis, egress: "internet" }, { ...more, egress: "aws" }] as object[]),
    );
    const update = ran(await project.up());
    assert.ok(!Object.values(update.steps).some(({ op }) => op.includes("replace")), update.text);
    assert.ok(created(update).includes("net-quiet-3-aws"));
    assert.equal(update.steps["net-apis-1-aws"]?.op, "delete");
  });

  it("is destroyed", async () => {
    ran(await project.destroy());
    assert.deepEqual(
      (await project.states()).filter(({ type }) => type.startsWith("aws:")),
      [],
    );
  });
});
