import assert from "node:assert/strict";
import { MemoryAccount } from "../../../plugins/aws/account";
import { Refreshes } from "../../box/refreshes";

const GROUP = "aws:autoscaling/group:Group";

describe("the box's instance refreshes", () => {
  const realNow = Date.now;
  let now = 0;
  let account: MemoryAccount;
  let refreshes: Refreshes;
  /** IDs of instances that never come into service. */
  let broken: (id: string) => boolean;

  beforeEach(() => {
    Date.now = () => now;
    account = new MemoryAccount();
    broken = () => false;
    const data = { imageId: "ami-1" };
    account.put({
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      id: "lt-1",
      values: { name: "web", latestVersion: 2 },
      kept: { versions: { 1: data, 2: data } },
    });
    const cloud = {
      ...{ region: "r", accountId: "1", account, defaultTags: {} },
      ...{ loadBalancerAddress: undefined, images: [] },
    };
    refreshes = new Refreshes(account, { region: "r", cloud }, 100);
  });

  afterEach(() => {
    Date.now = realNow;
  });

  function begin(preferences: object): void {
    const instances = ["i-1", "i-2"].map((id) => ({ id, launchTemplateId: "lt-1", launchTemplateVersion: "1" }));
    account.put({
      type: GROUP,
      id: "web",
      values: {
        desiredCapacity: 2,
        launchTemplate: { id: "lt-1", version: "2" },
        instanceRefresh: { strategy: "Rolling", preferences: { ...preferences } },
      },
      kept: { instances },
    });
  }

  const versions = () =>
    (account.get(GROUP, "web")?.kept["instances"] as { launchTemplateVersion: string }[]).map(
      ({ launchTemplateVersion }) => launchTemplateVersion,
    );
  const status = () => refreshes.all.map((refresh) => `${refresh.version} ${refresh.status}`).join();

  /** Lets time pass, a second a step. */
  function pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      now += 1000;
      refreshes.follow((id) => !broken(id));
    }
  }

  it("replace what runs another version, and say so", () => {
    begin({ minHealthyPercentage: 100, maxHealthyPercentage: 110 });
    assert.equal(status(), "2 Pending");
    pass(1);
    assert.deepEqual(versions(), ["1", "1", "2"]);
    assert.equal(status(), "2 InProgress");
    pass(10);
    assert.deepEqual(versions(), ["2", "2"]);
    assert.equal(status(), "2 Successful");
  });

  it("pause at checkpoints, however long", () => {
    begin({ maxHealthyPercentage: 110, checkpointPercentages: [50, 100], checkpointDelay: "500" });
    pass(400);
    assert.equal(versions().filter((version) => version === "2").length, 1);
    pass(200);
    assert.equal(status(), "2 Successful");
  });

  it("fail where nothing comes, and leave what there is", () => {
    begin({ minHealthyPercentage: 100, maxHealthyPercentage: 110 });
    broken = (id) => !["i-1", "i-2"].includes(id);
    pass(99);
    assert.equal(status(), "2 InProgress");
    pass(10);
    assert.equal(status(), "2 Failed");
    assert.deepEqual(versions(), ["1", "1", "2"]);
  });

  it("go back where that is asked for", () => {
    begin({ minHealthyPercentage: 100, maxHealthyPercentage: 110, autoRollback: true });
    broken = (id) => !["i-1", "i-2"].includes(id);
    pass(110);
    assert.deepEqual(versions(), ["1", "1"]);
    assert.equal(status(), "1 RollbackSuccessful");
  });

  it("begin anew with each version", () => {
    begin({});
    pass(20);
    assert.equal(status(), "2 Successful");
    begin({});
    const group = account.get(GROUP, "web");
    assert.ok(group);
    account.put({ ...group, values: { ...group.values, launchTemplate: { id: "lt-1", version: "1" } } });
    pass(20);
    assert.deepEqual(versions(), ["1", "1"]);
  });
});
