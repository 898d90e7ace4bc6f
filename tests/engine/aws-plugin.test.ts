import assert from "node:assert/strict";
import { PulumiProject } from "../support/pulumi-project";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

/** A launch template and a group, as a cluster has them, with what `getInstances` sees of the group. */
function program(instanceType: string, size: number, name = "a"): string {
  return `
    const aws = require("@pulumi/aws");
    const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.1.0.0/16" });
    const subnet = new aws.ec2.Subnet("subnet", {
      vpcId: vpc.id, cidrBlock: "10.1.1.0/24", availabilityZone: "eu-central-1a",
    });
    const group = new aws.ec2.SecurityGroup("firewall", { vpcId: vpc.id });
    const template = new aws.ec2.LaunchTemplate("template", {
      name: ${JSON.stringify(`template-${name}`)},
      imageId: "ami-0a1b2c3d4e5f67890",
      instanceType: ${JSON.stringify(instanceType)},
      metadataOptions: { httpTokens: "required" },
      vpcSecurityGroupIds: [group.id],
      tagSpecifications: [{ resourceType: "instance", tags: { role: "node" } }],
    });
    const nodes = new aws.autoscaling.Group("nodes", {
      minSize: 1, maxSize: 5, desiredCapacity: ${size},
      vpcZoneIdentifiers: [subnet.id],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
    });
    const instances = (filters) => aws.ec2.getInstancesOutput({ filters }, { dependsOn: [nodes] }).ids;
    exports.version = template.latestVersion;
    exports.all = instances([{ name: "tag:role", values: ["node"] }]);
    exports.first = instances([{ name: "tag:aws:ec2launchtemplate:version", values: ["1"] }]);
    exports.region = aws.getRegionOutput().region;
  `;
}

describe("stand-in aws plugin", function () {
  this.timeout(240_000); // each test runs pulumi several times

  let account: string;
  let project: PulumiProject;

  beforeEach(async () => {
    account = await temporaryDirectory("account");
    project = await PulumiProject.create({ AWS_REGION: "", COS_STAND_IN_AWS_ACCOUNT: account });
  });

  afterEach(async () => {
    await project.remove();
    await removeDirectory(account);
  });

  async function succeed(operation: "preview" | "up" | "refresh" | "destroy") {
    const result = await project[operation]();
    assert.equal(result.exitCode, 0, result.text);
    return result;
  }

  it("creates, leaves alone, updates, replaces and deletes a template and its group", async () => {
    await project.configure("aws:region", "eu-central-1");
    await project.program(program("t3.micro", 2));
    const first = await succeed("up");
    assert.deepEqual(first.changes, { create: 6 });
    assert.match(first.text, /the aws plugin in use is pulumi-cos's stand-in for version 7\./);
    const before = await project.outputs();
    assert.equal(before["version"], 1);
    assert.equal(before["region"], "eu-central-1");
    const launched = before["all"] as string[];
    assert.equal(launched.length, 2);

    assert.deepEqual((await succeed("up")).changes, { same: 6 });
    assert.deepEqual((await succeed("refresh")).changes, { same: 6 });

    await project.program(program("t3.small", 3));
    const preview = await succeed("preview");
    assert.deepEqual(preview.steps["template"]?.diff, ["instanceType"]);
    // The new version is not known before the update.
    assert.deepEqual(preview.steps["nodes"]?.diff.toSorted(), ["desiredCapacity", "launchTemplate.version"]);
    assert.deepEqual((await succeed("up")).changes, { same: 4, update: 2 });
    const after = await project.outputs();
    assert.equal(after["version"], 2);
    assert.deepEqual(after["first"], launched);
    assert.deepEqual((after["all"] as string[]).slice(0, 2), launched);
    assert.equal((after["all"] as string[]).length, 3);

    await project.program(program("t3.small", 3, "b"));
    assert.deepEqual((await succeed("up")).changes, { same: 4, update: 1, replace: 1 });
    assert.equal((await project.outputs())["version"], 1);

    assert.deepEqual((await succeed("destroy")).changes, { delete: 6 });
  });

  it("says what is wrong, before anything is made", async () => {
    await project.program(program("t3.micro", 2));
    assert.match((await project.preview()).text, /missing required configuration key "aws:region"/);

    await project.configure("aws:region", "eu-central-1");
    const refused = async (resource: string) => {
      await project.program(`const aws = require("@pulumi/aws"); ${resource}`);
      const { exitCode, errors } = await project.preview();
      assert.notEqual(exitCode, 0);
      return errors;
    };
    assert.match(
      await refused(`new aws.ec2.LaunchTemplate("template", { metadataOptions: { httpTokenz: "required" } });`),
      /there is no property "metadataOptions.httpTokenz"/,
    );
    assert.match(
      await refused(`new aws.lb.TargetGroup("targets-of-the-ingress-for-http", { targetType: "lambda" });`),
      /name 'targets-of-the-ingress-for-http-' plus 7 random chars is longer than maximum length 32/,
    );
    assert.match(
      await refused(`exports.id = aws.ec2.getAmiOutput({ owners: ["self"], mostRecent: true }).id;`),
      /Your query returned no results/,
    );
  });
});
