import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runnablePack, type RunnablePack } from "../support/policy-pack";
import { PulumiProject } from "../support/pulumi-project";
import { RepositoryStack } from "../support/repository-stack";

const template = "aws:ec2/launchTemplate:LaunchTemplate";

/** The policy pack as `--policy-pack` runs it, but for the language host. */
describe("the policy pack, in a real engine", function () {
  this.timeout(180_000);
  let pack: RunnablePack;

  before(async () => {
    pack = await runnablePack();
  });

  after(() => pack.remove());

  it("lets the stack dev pass", async () => {
    const stack = await RepositoryStack.create("dev");
    try {
      const { exitCode, text } = await stack.preview("--policy-pack", pack.path);
      assert.equal(exitCode, 0, text);
      // What a preview does not know yet is left to the update, which asks again.
      const said = text.split("\n").filter((line) => line.includes("from policy pack"));
      assert.ok(
        said.every((line) => /can't be known during preview/.test(line)),
        said.join("\n"),
      );
      assert.match(text, /Policies:\n.* cos@v0\.0\.1/);
      assert.doesNotMatch(text, /\[mandatory\]/);
    } finally {
      await stack.remove();
    }
  });

  describe("with what it refuses", () => {
    let project: PulumiProject;

    before(async () => {
      project = await PulumiProject.create();
      await project.configure("aws:region", "eu-central-1");
      await project.declare({
        nodes: {
          type: template,
          inputs: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 8 } }] },
        },
        open: {
          type: "aws:ec2/securityGroup:SecurityGroup",
          inputs: { ingress: [{ cidrBlocks: ["0.0.0.0/0"], protocol: "tcp", fromPort: 4646, toPort: 4646 }] },
        },
        plain: { type: "aws:s3/bucket:Bucket", inputs: {} },
      });
    });

    after(() => project.remove());

    it("fails, and names each rule, resource and remedy", async () => {
      const { exitCode, text } = await project.run(["preview", "--policy-pack", pack.path], true);
      assert.notEqual(exitCode, 0);
      for (const rule of ["encrypted-volumes", "imdsv2", "no-apis-open-to-the-world"]) {
        assert.match(text, new RegExp(`\\[mandatory\\] +cos@?\\S* +${rule}|\\[mandatory\\] +${rule}`), text);
      }
      assert.match(text, /The volume \/dev\/xvda is not encrypted: set encrypted to true\./);
      assert.match(text, /The world may reach port 4646 \(tcp\)/);
    });

    it("only warns where the configuration says so, and leaves out a rule", async () => {
      const config = join(project.directory, "policy-config.json");
      await writeFile(
        config,
        JSON.stringify({ all: "advisory", imdsv2: "disabled", "no-apis-open-to-the-world": { ports: [4646] } }),
      );
      const { exitCode, text } = await project.run(
        ["preview", "--policy-pack", pack.path, "--policy-pack-config", config],
        true,
      );
      assert.equal(exitCode, 0, text);
      assert.match(text, /\[advisory\]/);
      assert.match(text, /The volume \/dev\/xvda is not encrypted/);
      assert.match(text, /The bucket plain has no encryption/);
      assert.doesNotMatch(text, /IMDSv1|port 4646/);
    });
  });
});
