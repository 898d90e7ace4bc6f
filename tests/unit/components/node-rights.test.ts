import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type NodeGroupArgs, nodeGroupErrors } from "../../../components/node";
import { clients, inputsOf, servers } from "../../support/node-groups";
import { filesOf } from "../../support/user-data";

describe("the rights and secrets of a NodeGroup", () => {
  it("lets clients, and no servers, tell Auto Scaling how they are", async () => {
    const statements = async (args: NodeGroupArgs) => {
      const { policy } = (await inputsOf(args))["n-policy"] as { policy: string };
      return (JSON.parse(policy) as { Statement: unknown[] }).Statement.slice(2);
    };
    assert.deepEqual(await statements(clients), [
      {
        Sid: "TellAutoScaling",
        Effect: "Allow",
        Action: [
          "autoscaling:CompleteLifecycleAction",
          "autoscaling:RecordLifecycleActionHeartbeat",
          "autoscaling:SetInstanceHealth",
        ],
        Resource: ["arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*"],
        Condition: {
          StringEquals: {
            "aws:ResourceTag/cos-cluster": "dev",
            "aws:ResourceTag/cos-role": "client",
            "aws:ResourceTag/cos-pool": "web",
          },
        },
      },
    ]);
    assert.deepEqual(await statements(servers), []);
  });

  it("may read the parameters that its nodes need, and tells them where to put secrets", async () => {
    const key = "arn:aws:kms:eu-central-1:123456789012:key/k";
    const inputs = await inputsOf({
      ...servers,
      formedParameter: pulumi.output("/cos/sg-1/formed"),
      secrets: [
        { parameter: "/cos/gossip", path: "/etc/consul.d/gossip.json", owner: "consul", kmsKeyArn: key },
        { parameter: pulumi.output("/cos/other"), path: "/etc/other" },
      ],
    });
    const { policy } = inputs["n-policy"] as { policy: string };
    assert.deepEqual((JSON.parse(policy) as { Statement: unknown[] }).Statement.slice(2), [
      {
        Sid: "ReadParameters",
        Effect: "Allow",
        Action: ["ssm:GetParameter"],
        Resource: ["/cos/sg-1/formed", "/cos/gossip", "/cos/other"].map(
          (name) => `arn:aws:ssm:eu-central-1:123456789012:parameter${name}`,
        ),
      },
      {
        ...{ Sid: "DecryptParameters", Effect: "Allow", Action: ["kms:Decrypt"], Resource: [key] },
        // Of this parameter, whatever else the key has encrypted.
        Condition: {
          StringEquals: {
            "kms:EncryptionContext:PARAMETER_ARN": ["arn:aws:ssm:eu-central-1:123456789012:parameter/cos/gossip"],
          },
        },
      },
    ]);
    const node = filesOf(inputs["n-template"]?.userData as string)["/etc/cos/node.json"] as Record<string, unknown>;
    assert.equal(node.formedParameter, "/cos/sg-1/formed");
    assert.deepEqual(node.secrets, [
      { parameter: "/cos/gossip", path: "/etc/consul.d/gossip.json", owner: "consul" },
      { parameter: "/cos/other", path: "/etc/other", owner: "root" },
    ]);
  });

  it("lets tasks ask the metadata service only with two hops", async () => {
    for (const [metadataHopLimit, expected] of [[undefined, false] as const, [1, false] as const, [2, true] as const]) {
      const template = (await inputsOf({ ...clients, metadataHopLimit }))["n-template"];
      const node = filesOf(template?.userData as string)["/etc/cos/node.json"] as { tasksReadMetadata: boolean };
      assert.equal(node.tasksReadMetadata, expected);
    }
  });

  it("refuses secrets that no node could fetch or keep, all at once", () => {
    const secrets = [
      { parameter: "gossip", path: "/etc/a", owner: "www" as "root" },
      { parameter: "/cos/b", path: "etc/b", kmsKeyArn: "alias/b" },
      { parameter: "/cos/c", path: "/etc/nomad.d/cos.json" },
      { parameter: "/cos/d", path: "/etc/a" },
    ];
    assert.deepEqual(nodeGroupErrors({ ...servers, secrets }), [
      {
        propertyPath: "secrets[0].parameter",
        reason: 'must be the name of an SSM parameter that begins with /, such as /cos/gossip, got "gossip"',
      },
      {
        propertyPath: "secrets[1].kmsKeyArn",
        reason: 'must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), got "alias/b"',
      },
      { propertyPath: "secrets[0].owner", reason: 'must be root, consul or nomad, got "www"' },
      {
        propertyPath: "secrets[1].path",
        reason:
          'must be an absolute path of letters, digits and ._-, without . or .. parts and without a slash at the end, got "etc/b"',
      },
      { propertyPath: "secrets[2].path", reason: '"/etc/nomad.d/cos.json" is a file that the component writes' },
      { propertyPath: "secrets[3].path", reason: '"/etc/a" is secrets[0].path too' },
    ]);
  });
});
