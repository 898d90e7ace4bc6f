import assert from "node:assert/strict";
import { NodeGroup, type NodeGroupArgs, nodeGroupErrors, type RefreshOptions } from "../../../components/node";
import { MockEngine } from "../../../cli/preview/mock-engine";
import { filesOf } from "../../support/user-data";

const clients: NodeGroupArgs = {
  clusterName: "dev",
  role: "client",
  pool: "web",
  image: { id: "ami-1", architecture: "arm64" },
  instanceTypes: ["t4g.micro"],
  subnetIds: ["subnet-a"],
  roleSecurityGroupIds: ["sg-1"],
  minSize: 1,
  maxSize: 2,
  files: {},
};

async function made(args: NodeGroupArgs, name = "n") {
  const functions = {
    "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
  };
  const engine = await MockEngine.start({ "aws:autoscaling/group:Group": { name: "n-group-0a1" } }, false, functions);
  await engine.run(() => new NodeGroup(name, args));
  const find = (kind: string) => engine.registered.find((each) => each.name === `${name}-${kind}`);
  const inputs = (kind: string) => find(kind)?.inputs as Record<string, unknown>;
  const files = filesOf(inputs("template").userData as string);
  const { lifecycle } = files["/etc/cos/node.json"] as { lifecycle?: Record<string, unknown> };
  const options = (kind: string) => engine.laterOptions.get(`${name}-${kind}`);
  return { find, inputs, options, lifecycle };
}

describe("how clients come and leave", () => {
  it("is by hooks that are there before the first of them, and as long as the last", async () => {
    const { inputs, options, lifecycle } = await made(clients);
    const hooks = ["ready", "drain"].map((kind) => {
      const { autoscalingGroupName, ...own } = inputs(kind);
      assert.equal(autoscalingGroupName, "n-group-0a1");
      assert.equal(options(kind)?.retainOnDelete, true);
      return own;
    });
    assert.deepEqual(inputs("group").initialLifecycleHooks, hooks);
    assert.deepEqual(options("group")?.ignoreChanges, ["initialLifecycleHooks"]);
    assert.deepEqual(
      hooks.map(({ name, lifecycleTransition, defaultResult }) => [name, lifecycleTransition, defaultResult]),
      [
        [lifecycle?.arrivalHook, "autoscaling:EC2_INSTANCE_LAUNCHING", "ABANDON"],
        [lifecycle?.departureHook, "autoscaling:EC2_INSTANCE_TERMINATING", "CONTINUE"],
      ],
    );
  });

  it("has names that Auto Scaling takes", async () => {
    const { inputs } = await made(clients, "web.2");
    assert.equal(inputs("drain").name, "web-2-drain");
  });

  it("takes as long as is said, and the deletion of the group does", async () => {
    const times = { readyTimeoutSeconds: 120, drainDeadlineSeconds: 3600 };
    const { inputs, options, lifecycle } = await made({ ...clients, ...times });
    assert.equal(inputs("ready").heartbeatTimeout, 120);
    assert.equal(lifecycle?.drainDeadlineSeconds, 3600);
    assert.equal(options("group")?.deleteTimeout, "75m");
    assert.deepEqual(nodeGroupErrors({ ...clients, readyTimeoutSeconds: 29, drainDeadlineSeconds: 1 }), [
      { propertyPath: "readyTimeoutSeconds", reason: "must be a whole number of seconds from 30 to 7200, got 29" },
      { propertyPath: "drainDeadlineSeconds", reason: "must be a whole number of seconds from 10 to 17700, got 1" },
    ]);
  });

  it("is not that of servers, whose data would be lost", async () => {
    const { find, inputs, options, lifecycle } = await made({
      ...clients,
      role: "nomad-server",
      pool: undefined,
      minSize: 2,
    });
    assert.equal(find("ready") ?? find("drain"), undefined);
    for (const absent of ["initialLifecycleHooks", "instanceRefresh"]) assert.ok(!(absent in inputs("group")), absent);
    assert.equal(lifecycle, undefined);
    assert.equal(options("group")?.deleteTimeout, undefined);
  });

  it("begins to leave before EC2 takes spot instances away, where they are", async () => {
    const { inputs } = await made({ ...clients, spot: {} });
    assert.equal(inputs("group").capacityRebalance, true);
  });
});

describe("how clients with another launch template are replaced", () => {
  const preferences = async (refresh: RefreshOptions) => {
    const { inputs } = await made({ ...clients, refresh });
    return (inputs("group").instanceRefresh as { preferences: Record<string, unknown> }).preferences;
  };

  it("is within limits", async () => {
    const limits = { minHealthyPercentage: 50, maxHealthyPercentage: 100, rollBack: false };
    assert.deepEqual(await preferences(limits), {
      minHealthyPercentage: 50,
      maxHealthyPercentage: 100,
      autoRollback: false,
      instanceWarmup: "0",
      skipMatching: true,
    });
  });

  it("pauses at checkpoints, and goes on to the end", async () => {
    const { checkpointPercentages, checkpointDelay } = await preferences({ checkpoints: [20, 50] });
    assert.deepEqual([checkpointPercentages, checkpointDelay], [[20, 50, 100], "3600"]);
    assert.deepEqual(
      (await preferences({ checkpoints: [100], checkpointDelaySeconds: 60 })).checkpointPercentages,
      [100],
    );
  });

  it("is left out where that is asked for", async () => {
    const { inputs } = await made({ ...clients, refresh: false });
    assert.ok(!("instanceRefresh" in inputs("group")));
  });

  const wrong: [RefreshOptions, string, string][] = [
    [{ minHealthyPercentage: 101 }, "minHealthyPercentage", "must be a whole number of percent from 0 to 100, got 101"],
    [{ maxHealthyPercentage: 90 }, "maxHealthyPercentage", "must be a whole number of percent from 100 to 200, got 90"],
    [
      { minHealthyPercentage: 50, maxHealthyPercentage: 200 },
      "maxHealthyPercentage",
      "must be at most 100 above minHealthyPercentage, which is 50, got 200",
    ],
    [
      { checkpoints: [50, 20] },
      "checkpoints[1]",
      "must be a whole number of percent, ascending, from 51 to 100, got 20",
    ],
    [
      { checkpointDelaySeconds: -1 },
      "checkpointDelaySeconds",
      "must be a whole number of seconds from 0 to 172800, got -1",
    ],
  ];
  for (const [refresh, property, reason] of wrong) {
    it(`refuses ${JSON.stringify(refresh)}`, () => {
      assert.deepEqual(nodeGroupErrors({ ...clients, refresh }), [{ propertyPath: `refresh.${property}`, reason }]);
    });
  }
});
