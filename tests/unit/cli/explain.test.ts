import assert from "node:assert/strict";
import type { Evaluation, PlacedAllocation, PlacementFailure } from "../../../apis/nomad";
import {
  explainAllocation,
  explainDeployment,
  explainEvaluation,
  explainPlacement,
  openPlacements,
} from "../../../cli/explain";
import { allocation, deployment } from "../../support/nomad-objects";

const failure = (changes: Partial<PlacementFailure> = {}): PlacementFailure => ({
  NodesEvaluated: 5,
  NodesFiltered: 0,
  NodesExhausted: 0,
  NodesAvailable: { dc1: 5 },
  ClassFiltered: null,
  ConstraintFiltered: null,
  ClassExhausted: null,
  DimensionExhausted: null,
  QuotaExhausted: null,
  CoalescedFailures: 0,
  ...changes,
});

const evaluation = (changes: Partial<Evaluation> = {}): Evaluation => ({
  ID: "e1234567-0000",
  Status: "complete",
  StatusDescription: "",
  TriggeredBy: "job-register",
  ModifyIndex: 1,
  WaitUntil: null,
  FailedTGAllocs: null,
  BlockedEval: "",
  ...changes,
});

const placed = (changes: Partial<PlacedAllocation> = {}): PlacedAllocation => ({
  ...allocation({ CreateTime: (Date.now() - 65_000) * 1e6 }),
  Namespace: "default",
  TaskGroup: "web",
  NodeID: "n1",
  NodeName: "node-1",
  ClientDescription: "",
  DesiredDescription: "",
  NextAllocation: "",
  FollowupEvalID: "",
  ...changes,
});

describe("why the scheduler finds no place", () => {
  it("is said with numbers, the most frequent reason first", () => {
    assert.deepEqual(
      explainPlacement(
        "web",
        failure({
          NodesFiltered: 3,
          NodesExhausted: 2,
          ConstraintFiltered: { "${attr.kernel.name} = windows": 1, "missing drivers": 2 },
          ClassFiltered: { small: 1 },
          DimensionExhausted: { memory: 2, "network: reserved port collision http=8080": 1 },
          ClassExhausted: { big: 2 },
          QuotaExhausted: ["memory exhausted (600 needed > 500 limit)"],
        }),
        3,
      ),
      [
        "Group web: 3 instances wait for a place.",
        "  Of 5 clients considered, 3 did not fit and 2 had no room.",
        "  - 2 clients lack a driver of its tasks",
        "  - 1 client does not meet the constraint ${attr.kernel.name} = windows",
        "  - 1 client of class small is ruled out",
        "  - 2 clients have too little memory left",
        "  - 1 client has its port in use: http=8080",
        "  - 2 clients of class big have no room",
        "  - the quota of the namespace is used up: memory exhausted (600 needed > 500 limit)",
      ],
    );
  });

  it("is that there is nobody to consider", () => {
    assert.deepEqual(
      explainPlacement("web", failure({ NodesEvaluated: 0, NodePool: "gpu", NodesAvailable: null }), 1),
      [
        "Group web: 1 instance waits for a place.",
        "  No client was considered: none that is ready is in node pool gpu and in its datacenters. Ready in that pool: none.",
      ],
    );
  });

  it("is what the newest evaluation of each group says", () => {
    const [old, recent] = [failure({ NodesEvaluated: 1 }), failure({ NodesEvaluated: 2 })];
    const open = openPlacements([
      evaluation({ ModifyIndex: 5, FailedTGAllocs: { web: old, db: old } }),
      evaluation({ ModifyIndex: 9, FailedTGAllocs: { web: recent } }),
    ]);
    assert.deepEqual([open.get("web"), open.get("db")], [recent, old]);
  });

  it("is that the evaluation itself failed or waits, of the newest only", () => {
    const failed = evaluation({ Status: "failed", StatusDescription: "maximum attempts reached (5)", ModifyIndex: 3 });
    assert.deepEqual(explainEvaluation([failed]), ["Its evaluation e1234567 failed: maximum attempts reached (5)."]);
    assert.deepEqual(explainEvaluation([failed, evaluation({ ModifyIndex: 4 })]), []);
    assert.deepEqual(explainEvaluation([evaluation({ Status: "pending" })]), [
      "Its evaluation e1234567, because of job-register, still waits for the scheduler.",
    ]);
    assert.deepEqual(explainEvaluation([]), []);
  });
});

describe("why an allocation does not run", () => {
  const minute = (Date.now() - 61_000) * 1e6;

  it("is told by the last events of its tasks that mean something", () => {
    const events = [
      { Type: "Received", DisplayMessage: "Task received by client", Time: minute },
      { Type: "Driver Failure", DisplayMessage: "old", Time: minute },
      { Type: "Terminated", DisplayMessage: "Exit Code: 137, OOM Killed", Time: minute },
      { Type: "Restarting", DisplayMessage: "Task restarting in 15s", Time: minute },
      { Type: "Not Restarting", DisplayMessage: "Exceeded allowed attempts.", Time: minute },
    ];
    const states = {
      server: { State: "dead", Failed: true, StartedAt: null, Restarts: 2, Events: events },
      sidecar: { State: "running", Failed: false, StartedAt: null, Events: events },
    };
    const failed = placed({ ClientStatus: "failed", ClientDescription: "Failed tasks", TaskStates: states });
    assert.deepEqual(explainAllocation(failed, { Status: "ready" }), [
      "Allocation 0b9f1234 of group web (job ping, version 0), 1m old, on client node-1, is failed: Failed tasks.",
      "  Task server failed after 2 restarts.",
      "    1m ago: Terminated: Exit Code: 137, OOM Killed.",
      "    1m ago: Restarting: Task restarting in 15s.",
      "    1m ago: Not Restarting: Exceeded allowed attempts.",
      "  Nothing has taken its place.",
    ]);
  });

  it("is a client that is down, or has said nothing yet", () => {
    assert.deepEqual(explainAllocation(placed({ ClientStatus: "pending", TaskStates: null }), { Status: "down" }), [
      "Allocation 0b9f1234 of group web (job ping, version 0), 1m old, on client node-1, is pending.",
      "  Its client is down.",
      "  Its client has not reported on its tasks yet.",
    ]);
  });

  it("comes with what follows", () => {
    const last = (changes: Partial<PlacedAllocation>) =>
      explainAllocation(placed({ ClientStatus: "lost", TaskStates: {}, ...changes }), undefined).at(-1);
    assert.equal(last({ NextAllocation: "abcdef0123" }), "  Allocation abcdef01 took its place.");
    assert.equal(last({ FollowupEvalID: "e" }), "  It is to be tried again after a delay.");
    assert.equal(
      last({ DesiredStatus: "stop", DesiredDescription: "alloc not needed", NextAllocation: "abcdef0123" }),
      "  Allocation abcdef01 took its place.",
    );
  });
});

describe("why a deployment went wrong", () => {
  it("is said of failed ones only", () => {
    assert.deepEqual(explainDeployment(null), []);
    assert.deepEqual(explainDeployment(deployment({ Status: "running" })), []);
    assert.deepEqual(
      explainDeployment(deployment({ Status: "failed", StatusDescription: "Failed due to progress deadline" })),
      ["The deployment of version 3 is failed: Failed due to progress deadline."],
    );
  });
});
