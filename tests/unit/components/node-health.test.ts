import assert from "node:assert/strict";
import { NodeGroup, type NodeGroupArgs, nodeGroupErrors } from "../../../components/node";
import { MockEngine } from "../../../cli/preview/mock-engine";
import { filesOf } from "../../support/user-data";

const servers: NodeGroupArgs = {
  clusterName: "dev",
  role: "consul-server",
  image: { id: "ami-1", architecture: "arm64" },
  instanceTypes: ["t4g.micro"],
  subnetIds: ["subnet-a"],
  roleSecurityGroupIds: ["sg-1"],
  minSize: 3,
  maxSize: 3,
  files: {},
};

async function made(args: NodeGroupArgs) {
  const functions = {
    "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
  };
  const engine = await MockEngine.start({}, false, functions);
  await engine.run(() => new NodeGroup("n", args));
  const input = (name: string, key: string) => {
    const inputs = engine.registered.find((each) => each.name === name)?.inputs as Record<string, unknown>;
    return String(inputs[key]);
  };
  const { Statement: statements } = JSON.parse(input("n-policy", "policy")) as { Statement: { Sid: string }[] };
  return {
    node: filesOf(input("n-template", "userData"))["/etc/cos/node.json"] as Record<string, unknown>,
    mayReplace: statements.find(({ Sid }) => Sid === "ReplaceUnhealthy"),
    mayFind: statements.find(({ Sid }) => Sid === "FindGroups"),
  };
}

describe("ill nodes", () => {
  it("are replaced after ten minutes, by servers of an image that can", async () => {
    const { node } = await made(servers);
    assert.deepEqual([node.version, node.health], [3, { limitSeconds: 600 }]);
  });

  it("are replaced by servers of their own cluster alone, each kind's own", async () => {
    const of = async (role: NodeGroupArgs["role"]) => (await made({ ...servers, role })).mayReplace;
    const statement = (roles: string[]) => ({
      Sid: "ReplaceUnhealthy",
      Effect: "Allow",
      Action: ["autoscaling:SetInstanceHealth"],
      Resource: ["arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*"],
      Condition: { StringEquals: { "aws:ResourceTag/cos-cluster": "dev", "aws:ResourceTag/cos-role": roles } },
    });
    assert.deepEqual(await of("consul-server"), statement(["consul-server"]));
    assert.deepEqual(await of("nomad-server"), statement(["nomad-server", "client"]));
  });

  it("are not looked after by clients", async () => {
    const { node, mayReplace, mayFind } = await made({ ...servers, role: "client", pool: "web" });
    assert.deepEqual([node.health, mayReplace, mayFind], [undefined, undefined, undefined]);
  });

  it("stay where that is asked for, and nobody has a right that is not needed", async () => {
    const { node, mayReplace, mayFind } = await made({ ...servers, replaceUnhealthyAfterSeconds: false });
    assert.deepEqual([node.version, node.health, mayReplace, mayFind], [1, undefined, undefined, undefined]);
  });

  it("are replaced after as long as is said, within bounds", async () => {
    assert.deepEqual((await made({ ...servers, replaceUnhealthyAfterSeconds: 60 })).node.health, { limitSeconds: 60 });
    for (const wrong of [59, 86_401, 90.5, Number.NaN]) {
      assert.deepEqual(nodeGroupErrors({ ...servers, replaceUnhealthyAfterSeconds: wrong }), [
        {
          propertyPath: "replaceUnhealthyAfterSeconds",
          reason: `must be a whole number of seconds from 60 to 86400, or false, got ${wrong}`,
        },
      ]);
    }
  });
});
