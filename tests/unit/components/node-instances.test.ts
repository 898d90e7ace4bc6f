import assert from "node:assert/strict";
import { clients, inputsOf } from "../../support/node-groups";

describe("the group of a NodeGroup", () => {
  it("leaves the number of clients to whoever scales them, unless it is given", async () => {
    const { ["n-group"]: group } = await inputsOf(clients);
    assert.deepEqual(group, {
      vpcZoneIdentifiers: ["subnet-a", "subnet-b"],
      minSize: 3,
      maxSize: 6,
      launchTemplate: { id: "n-template-id", version: "7" },
      healthCheckType: "EC2",
      waitForCapacityTimeout: "0",
      terminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          minHealthyPercentage: 100,
          maxHealthyPercentage: 110,
          instanceWarmup: "0",
          autoRollback: true,
          skipMatching: true,
        },
      },
      initialLifecycleHooks: [
        {
          name: "n-ready",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          defaultResult: "ABANDON",
          heartbeatTimeout: 600,
        },
        {
          name: "n-drain",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
          defaultResult: "CONTINUE",
          heartbeatTimeout: 180,
        },
      ],
      tags: [
        { key: "stack", value: "dev", propagateAtLaunch: false },
        { key: "Name", value: "n-group", propagateAtLaunch: false },
        { key: "cos-cluster", value: "dev", propagateAtLaunch: false },
        { key: "cos-role", value: "client", propagateAtLaunch: false },
        { key: "cos-pool", value: "web", propagateAtLaunch: false },
      ],
    });
    const given = await inputsOf({ ...clients, desiredSize: 4 });
    assert.equal(given["n-group"]?.desiredCapacity, 4);
  });

  it("is a mixed-instances group with several types, in their order, on demand", async () => {
    const { "n-group": group, "n-template": template } = await inputsOf({
      ...clients,
      instanceTypes: ["m7g.large", "c7g.large"],
    });
    assert.deepEqual(group?.mixedInstancesPolicy, {
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized",
        onDemandBaseCapacity: 0,
        onDemandPercentageAboveBaseCapacity: 100,
        spotAllocationStrategy: "price-capacity-optimized",
      },
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: "n-template-id", version: "7" },
        overrides: [{ instanceType: "m7g.large" }, { instanceType: "c7g.large" }],
      },
    });
    assert.ok(!("launchTemplate" in group));
    assert.deepEqual(group.terminationPolicies, ["OldestLaunchTemplate", "AllocationStrategy", "OldestInstance"]);
    assert.ok(template && !("instanceType" in template));
    assert.ok(!("creditSpecification" in template), "credits are for groups of T families only");
  });

  for (const [spot, percentage, strategy] of [
    [{}, 0, "price-capacity-optimized"],
    [{ share: 70 }, 30, "price-capacity-optimized"],
    [{ share: 0 }, 100, "price-capacity-optimized"],
    [{ share: 100, strategy: "capacity-optimized-prioritized" as const }, 0, "capacity-optimized-prioritized"],
  ] as const) {
    it(`has ${percentage} % on demand with spot ${JSON.stringify(spot)}, even with one type`, async () => {
      const { "n-group": group, "n-template": template } = await inputsOf({ ...clients, spot });
      assert.deepEqual(group?.mixedInstancesPolicy, {
        instancesDistribution: {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: percentage,
          spotAllocationStrategy: strategy,
        },
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: "n-template-id", version: "7" },
          overrides: [{ instanceType: "t4g.micro" }],
        },
      });
      assert.deepEqual(template?.creditSpecification, { cpuCredits: "standard" });
    });
  }
});
