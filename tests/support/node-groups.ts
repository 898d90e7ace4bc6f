import { NodeGroup, type NodeGroupArgs } from "../../components/node";
import { MockEngine, type MockFunctions, type MockOutputs } from "../../cli/preview/mock-engine";

const outputs: MockOutputs = {
  "aws:iam/role:Role": (_, name) => ({ arn: `arn:role:${name}`, name: `${name}-0a1` }),
  "aws:iam/instanceProfile:InstanceProfile": (_, name) => ({ arn: `arn:profile:${name}` }),
  "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 7 },
  "aws:autoscaling/group:Group": (_, name) => ({ name: `${name}-0a2` }),
};

const functions: MockFunctions = {
  "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
};

/** An engine that knows what groups of nodes ask it. */
export const startForNodes = (preview = false) => MockEngine.start(outputs, preview, functions);

/** A group of servers. */
export const servers: NodeGroupArgs = {
  clusterName: "dev",
  role: "consul-server",
  image: { id: "ami-1", architecture: "arm64" },
  instanceTypes: ["t4g.micro"],
  subnetIds: ["subnet-a", "subnet-b"],
  roleSecurityGroupIds: ["sg-1"],
  minSize: 3,
  maxSize: 3,
  files: { "/etc/consul.d/cos.json": { server: true } },
  // What comes with it has tests of its own.
  replaceUnhealthyAfterSeconds: false,
  joinTags: { "cos-consul": "dev" },
  tags: { stack: "dev" },
};
/** A group of clients. */
export const clients: NodeGroupArgs = { ...servers, role: "client", pool: "web", maxSize: 6, joinTags: {} };

/** Makes a group; answers with its resources' inputs by name. */
export async function inputsOf(
  args: NodeGroupArgs,
  preview = false,
): Promise<Record<string, Record<string, unknown> | undefined>> {
  const engine = await startForNodes(preview);
  await engine.run(() => new NodeGroup("n", args));
  return Object.fromEntries(engine.registered.map(({ name, inputs }) => [name, inputs as Record<string, unknown>]));
}
