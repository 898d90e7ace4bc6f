import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ServerRollout, type ServerRolloutArgs, serverRolloutErrors } from "../../../components/server-rollout";
import { MockEngine, valueOf } from "../../../cli/preview/mock-engine";

const outputs = { "command:local:Command": { stdout: "3 servers ended" } };
const functions = { "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }) };
const args: ServerRolloutArgs = {
  product: "Nomad",
  cluster: { autoScalingGroupName: "servers", nodeTemplateTag: "abc", servers: 5 },
  consulAddress: "http://consul.example:8500",
  nomadAddress: "http://nomad.example:4646",
};

describe("ServerRollout", () => {
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
  });

  async function inputsOf(config: Record<string, string> = {}) {
    const engine = await MockEngine.start(outputs, false, functions);
    pulumi.runtime.setAllConfig(config);
    const rollout = await engine.run(() => new ServerRollout("rollout", args));
    const [, command] = engine.registered;
    assert.equal(await valueOf(rollout.changes), "3 servers ended");
    return command?.inputs as { environment: Record<string, string> };
  }

  it("is a command that does nothing when it is made", async () => {
    assert.deepEqual(await inputsOf(), {
      interpreter: ["node", "--input-type=module", "--eval"],
      update: 'import { main } from "pulumi-cos/server-rollout"; await main();',
      environment: {
        AWS_REGION: "eu-central-1",
        CONSUL_HTTP_ADDR: "http://consul.example:8500",
        NOMAD_ADDR: "http://nomad.example:4646",
        COS_ROLLOUT: JSON.stringify({
          product: "Nomad",
          group: "servers",
          servers: 5,
          template: "abc",
          timeoutSeconds: 900,
        }),
      },
    });
  });

  it("goes where the stack's configuration sends the provider", async () => {
    const { environment } = await inputsOf({
      "aws:profile": "ops",
      "aws:endpoints": JSON.stringify([{ ec2: "http://ec2.example" }, { autoscaling: "http://asg.example" }]),
    });
    const { AWS_PROFILE, AWS_ENDPOINT_URL_AUTO_SCALING } = environment;
    assert.deepEqual([AWS_PROFILE, AWS_ENDPOINT_URL_AUTO_SCALING], ["ops", "http://asg.example"]);
  });

  it("refuses a time that is none", () => {
    assert.deepEqual(serverRolloutErrors({ ...args, timeoutSeconds: 0 }), [
      { propertyPath: "timeoutSeconds", reason: "must be more than 0, got 0" },
    ]);
  });
});
