import assert from "node:assert/strict";
import { UsageError } from "../../../cli/errors";
import { waitForClients, waitForRefreshes, waitForServers } from "../../../cli/verbs/wait";
import { client, follower, leader, playCluster, playLeaderless } from "../../support/cluster-double";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { contextWith } from "./context";
import { awsStub } from "./aws-stub";
import { clusterOutputs, stackOutputs } from "./outputs";

describe("pulumi-cos wait", () => {
  const consul = useHttpDouble();
  const nomad = useHttpDouble();
  const outputs = () => stackOutputs({ consulAddress: consul().url, nomadAddress: nomad().url });
  const inPool = (pool: string) => ({ ...client, NodePool: pool, Datacenter: pool });
  const three = [leader, follower, follower];

  describe("servers", () => {
    it("is done when all are there", async () => {
      playCluster(consul(), three);
      playCluster(nomad(), three);
      const { context, written } = contextWith(outputs());
      assert.equal(await waitForServers(context, { timeout: 5 }), 0);
      assert.deepEqual(written, { out: "Consul has 3 and Nomad 3 healthy servers.\n", notes: [] });
    });

    it("says what it waits for, and goes on when it is there", async () => {
      playCluster(consul(), three);
      playLeaderless(nomad());
      const { context, written } = contextWith(outputs());
      const done = waitForServers(context, { timeout: 20 });
      context.terminal.note = (text) => {
        written.notes.push(text);
        playCluster(nomad(), three);
      };
      assert.equal(await done, 0);
      assert.deepEqual(written.notes, [
        `waiting: Nomad at ${nomad().url} has no leader that answers: HTTP 500 No cluster leader`,
      ]);
    });

    it("gives up after its time, and says what is missing", async () => {
      playCluster(consul(), [leader]);
      playCluster(nomad(), three);
      const { context, written } = contextWith(outputs());
      assert.equal(await waitForServers(context, { timeout: 0.1 }), 1);
      assert.equal(written.out, "");
      assert.deepEqual(written.notes, [
        "waiting: Consul has 1 of 3 servers as healthy voters",
        "Not there after 0 s: Consul has 1 of 3 servers as healthy voters.",
      ]);
    });
  });

  describe("refreshes", () => {
    const directory = useDirectory("cli-wait");
    const withRefresh = (refresh: object) =>
      contextWith(
        stackOutputs({ cluster: clusterOutputs() }),
        awsStub((name, text) => directory.write(name, text), {
          "autoscaling describe-instance-refreshes": { InstanceRefreshes: [refresh] },
        }),
      );

    it("is done when none goes on", async () => {
      const { context, written } = withRefresh({ Status: "Successful" });
      assert.equal(await waitForRefreshes(context, { timeout: 5 }), 0);
      assert.deepEqual(written, { out: "No pool is refreshed.\n", notes: [] });
    });

    it("says how far those are that go on", async () => {
      const { context, written } = withRefresh({ Status: "InProgress", PercentageComplete: 40 });
      assert.equal(await waitForRefreshes(context, { timeout: 0.1 }), 1);
      const said = "pool public-services is refreshed, at 40 %; pool private-services is refreshed, at 40 %";
      assert.deepEqual(written.notes, [`waiting: ${said}`, `Not there after 0 s: ${said}.`]);
    });

    it("is not well where one has gone back, and says how to go on", async () => {
      const { context, written } = withRefresh({ Status: "RollbackSuccessful", StatusReason: "no capacity" });
      assert.equal(await waitForRefreshes(context, { timeout: 5 }), 1);
      assert.match(
        written.notes.join("\n"),
        /public-services did not work, and it has gone back: no capacity\.\n {2}correct/,
      );
    });
  });

  describe("clients", () => {
    it("wants the least size of each pool", async () => {
      const [a, b] = [inPool("public-services"), inPool("private-services")];
      playCluster(nomad(), three, [a, a, b, { ...b, Status: "down" }, { ...b, SchedulingEligibility: "ineligible" }]);
      const { context, written } = contextWith(outputs());
      assert.equal(await waitForClients(context, { timeout: 0.1 }), 1);
      assert.deepEqual(written.notes, [
        "waiting: pool private-services has 1 of 2 clients ready",
        "Not there after 0 s: pool private-services has 1 of 2 clients ready.",
      ]);
      playCluster(nomad(), three, [a, a, b, b]);
      assert.equal(await waitForClients(context, { timeout: 1 }), 0);
      assert.equal(written.out, "Ready clients, at least: pool public-services 2, pool private-services 2.\n");
    });

    it("wants one pool, and a number, where told so", async () => {
      playCluster(nomad(), three, [inPool("public-services")]);
      const { context, written } = contextWith(outputs());
      assert.equal(await waitForClients(context, { pool: "public-services", count: 1, timeout: 1 }), 0);
      assert.equal(written.out, "Ready clients, at least: pool public-services 1.\n");
    });

    it("knows pools of the stack only", async () => {
      const { context } = contextWith(outputs());
      await assert.rejects(
        waitForClients(context, { pool: "public", timeout: 1 }),
        new UsageError("--pool public: no such pool; there are public-services, private-services."),
      );
    });

    it("takes node pools where the stack knows no pools", async () => {
      playCluster(nomad(), [leader], [client]);
      const { context, written } = contextWith({ consulAddress: consul().url, nomadAddress: nomad().url });
      assert.equal(await waitForClients(context, { timeout: 1 }), 0);
      assert.equal(written.out, "Ready clients, at least: pool default 1.\n");
      assert.equal(await waitForClients(context, { pool: "gpu", timeout: 0.1 }), 1);
      assert.equal(written.notes.at(-1), "Not there after 0 s: pool gpu has 0 of 1 clients ready.");
    });

    it("waits for an API that does not answer yet", async () => {
      const { context, written } = contextWith(outputs());
      assert.equal(await waitForClients(context, { timeout: 0.1 }), 1);
      assert.deepEqual(written.notes[0], "waiting: Nomad's clients are unknown: not found");
    });
  });
});
