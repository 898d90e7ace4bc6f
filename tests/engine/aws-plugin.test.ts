import assert from "node:assert/strict";
import { join } from "node:path";
import { PulumiProject } from "../support/pulumi-project";

const IMAGE = "ami-0a1b2c3d4e5f67890";

interface Options {
  instanceType?: string;
  size?: number;
  name?: string;
  profile?: boolean;
}

/** A launch template and a group, as a cluster has them, with what `getInstances` sees of the group. */
function program({ instanceType = "t3.micro", size = 2, name, profile = false }: Options = {}): string {
  return `
    const aws = require("@pulumi/aws");
    const vpc = new aws.ec2.Vpc("net", { cidrBlock: "10.1.0.0/16" });
    const subnet = new aws.ec2.Subnet("net", { vpcId: vpc.id, cidrBlock: "10.1.1.0/24", availabilityZone: "eu-central-1a" });
    const group = new aws.ec2.SecurityGroup("node", { vpcId: vpc.id });
    const template = new aws.ec2.LaunchTemplate("node", {
      ${name === undefined ? "" : `name: ${JSON.stringify(name)},`}
      imageId: ${JSON.stringify(IMAGE)},
      instanceType: ${JSON.stringify(instanceType)},
      metadataOptions: { httpTokens: "required" },
      vpcSecurityGroupIds: [group.id],
      ${profile ? 'iamInstanceProfile: { name: "nodes" },' : ""}
      tagSpecifications: [{ resourceType: "instance", tags: { role: "node" } }],
    });
    const nodes = new aws.autoscaling.Group("node", {
      minSize: 1, maxSize: 5, desiredCapacity: ${size},
      vpcZoneIdentifiers: [subnet.id],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
    });
    exports.version = template.latestVersion;
    exports.instances = aws.ec2.getInstancesOutput({ instanceTags: { role: "node" } }, { dependsOn: [nodes] }).ids;
    exports.old = aws.ec2.getInstancesOutput({
      filters: [{ name: "tag:aws:ec2launchtemplate:version", values: ["1"] }],
    }, { dependsOn: [nodes] }).ids;
  `;
}

describe("stand-in aws plugin", function () {
  this.timeout(240_000); // each test runs pulumi several times

  let project: PulumiProject;

  beforeEach(async () => {
    project = await PulumiProject.create();
  });

  afterEach(async () => {
    await project.remove();
  });

  /** The project, in an account that lasts. */
  async function withAccount(env: Record<string, string> = {}): Promise<void> {
    await project.remove();
    project = await PulumiProject.create({ AWS_REGION: "eu-central-1", ...env });
  }

  async function succeed(operation: "preview" | "up" | "refresh" | "destroy") {
    const result = await project[operation]();
    assert.equal(result.exitCode, 0, result.text);
    return result;
  }

  it("creates, leaves alone, updates, replaces and deletes a template and its group", async () => {
    await withAccount({ COS_STAND_IN_AWS_ACCOUNT: join(project.directory, "..", `account-${process.pid}`) });
    await project.program(program());
    const first = await succeed("up");
    assert.deepEqual(first.changes, { create: 6 });
    assert.match(first.text, /the aws plugin in use is pulumi-cos's stand-in for version 7\./);
    const before = await project.outputs();
    assert.equal(before["version"], 1);
    const launched = before["instances"] as string[];
    assert.equal(launched.length, 2);

    assert.deepEqual((await succeed("up")).changes, { same: 6 });
    assert.deepEqual((await succeed("refresh")).changes, { same: 6 });

    await project.program(program({ instanceType: "t3.small", size: 3 }));
    const preview = await succeed("preview");
    assert.deepEqual(preview.steps["node"]?.op, "update");
    assert.deepEqual(preview.changes, { same: 4, update: 2 });
    assert.deepEqual((await succeed("up")).changes, { same: 4, update: 2 });
    const after = await project.outputs();
    assert.equal(after["version"], 2);
    assert.deepEqual(after["old"], launched);
    assert.equal((after["instances"] as string[]).length, 3);
    assert.deepEqual((after["instances"] as string[]).slice(0, 2), launched);

    await project.program(program({ instanceType: "t3.small", size: 3, name: "other" }));
    const replaced = await succeed("up");
    assert.deepEqual(replaced.changes, { same: 4, update: 1, replace: 1 });
    assert.equal((await project.outputs())["version"], 1);

    assert.deepEqual((await succeed("destroy")).changes, { delete: 6 });
  });
});
