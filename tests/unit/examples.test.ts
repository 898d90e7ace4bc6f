import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { awsFunctions, awsOutputs } from "../../cli/preview/mock-aws";
import { MockEngine, type MockOutputs } from "../../cli/preview/mock-engine";

// Modules by require, which compiles TypeScript here as Pulumi does for the examples.
const load = createRequire(__filename);
const examples = join(__dirname, "..", "..", "examples");

/** What another stack exports, for the example that refers to it. */
const otherStack: MockOutputs = {
  "pulumi:pulumi:StackReference": {
    outputs: {
      cluster: {
        vpcId: "vpc-0123456789abcdef0",
        subnetIds: { services: ["subnet-1", "subnet-2", "subnet-3"] },
        consul: { datacenter: "eu-central-1", securityGroupId: "sg-consul" },
        nomad: {
          region: "eu-central-1",
          serverSecurityGroupId: "sg-server",
          clientSecurityGroupId: "sg-client",
          serviceSecurityGroupId: "sg-service",
        },
      },
    },
  },
};

/** Each example, with its configuration and how many groups of nodes and load balancers it has. */
const cases: Record<string, { config: Record<string, unknown>; groups: number; public: number; internal: number }> = {
  smallest: { config: { operatorCidr: "198.51.100.7/32" }, groups: 3, public: 2, internal: 0 },
  "existing-vpc": {
    config: {
      vpcId: "vpc-0123456789abcdef0",
      publicSubnetIds: ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
      privateSubnetIds: ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4"],
      certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1",
      operatorCidr: "198.51.100.7/32",
    },
    groups: 3,
    public: 2,
    internal: 0,
  },
  "one-pool": { config: { clusterStack: "acme/cos/prod" }, groups: 1, public: 0, internal: 0 },
  "private-only": { config: { officeCidr: "10.20.0.0/16" }, groups: 3, public: 0, internal: 3 },
  "spot-pools": { config: { operatorCidr: "198.51.100.7/32" }, groups: 5, public: 2, internal: 0 },
};

describe("the examples", function () {
  this.timeout(60_000);

  afterEach(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("are all tried here", () => {
    assert.deepEqual(readdirSync(examples).sort(), Object.keys(cases).sort());
  });

  for (const [name, example] of Object.entries(cases)) {
    it(`has ${name}, a program that runs and makes what it says`, async () => {
      const engine = await MockEngine.start({ ...awsOutputs, ...otherStack }, false, awsFunctions);
      const texts = Object.entries(example.config).map(([key, value]) => [
        `cos:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>);
      await engine.run((): unknown => load(join(examples, name, "index.ts")));
      const ofType = (type: string) => engine.registered.filter((resource) => resource.type === type);
      const balancers = ofType("aws:lb/loadBalancer:LoadBalancer").map(({ inputs }) => inputs as { internal: boolean });
      assert.equal(ofType("aws:autoscaling/group:Group").length, example.groups);
      assert.equal(balancers.filter(({ internal }) => !internal).length, example.public);
      assert.equal(balancers.filter(({ internal }) => internal).length, example.internal);
    });
  }
});
