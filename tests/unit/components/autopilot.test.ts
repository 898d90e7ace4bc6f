import assert from "node:assert/strict";
import fc from "fast-check";
import { autopilotBlock, autopilotErrors, autopilotSettings } from "../../../components/cluster-settings/autopilot";
import { canonicalDuration, nanoseconds } from "../../../components/cluster-settings/duration";
import { raftMultiplier } from "../../../components/cluster-settings/raft";

describe("the multiplier of Raft's timeouts", () => {
  for (const [type, multiplier] of [
    ["t2.micro", 5],
    ["t4g.micro", 5],
    ["t3a.2xlarge", 5],
    ["m7g.medium", 5],
    ["c6gd.medium", 5],
    ["m5.large", 1],
    ["m7g.large", 1],
    ["c7gn.16xlarge", 1],
    ["r7i.metal-24xl", 1],
    ["trn1.2xlarge", 1],
  ] as const) {
    it(`is ${multiplier} on ${type}`, () => {
      assert.equal(raftMultiplier(type), multiplier);
    });
  }
});

describe("autopilot's settings", () => {
  it("follow the number of servers and the pace of Raft", () => {
    const settings = (servers: number, multiplier: number) => {
      const { minQuorum, lastContactThreshold } = autopilotSettings(servers, multiplier, undefined);
      return [minQuorum, lastContactThreshold];
    };
    assert.deepEqual(settings(3, 1), [3, "200ms"]);
    assert.deepEqual(settings(5, 1), [5, "200ms"]);
    assert.deepEqual(settings(3, 5), [3, "1s"]);
    assert.deepEqual(settings(1, 10), [1, "2s"]);
  });

  it("are what is given, durations as Go prints them", () => {
    const given = {
      cleanupDeadServers: false,
      lastContactThreshold: "1500ms",
      maxTrailingLogs: 1,
      minQuorum: 2,
      serverStabilizationTime: "1m",
    };
    const settings = { ...given, lastContactThreshold: "1.5s", serverStabilizationTime: "1m0s" };
    assert.deepEqual(autopilotSettings(3, 5, given), settings);
    assert.deepEqual(autopilotBlock(settings), {
      cleanup_dead_servers: false,
      last_contact_threshold: "1.5s",
      max_trailing_logs: 1,
      min_quorum: 2,
      server_stabilization_time: "1m0s",
    });
  });

  it("are wrong below a majority and above the number of servers", () => {
    const allowed = (servers: number) =>
      [0, 1, 2, 3, 4, 5, 6, 2.5].filter((minQuorum) => autopilotErrors({ minQuorum }, servers).length === 0);
    assert.deepEqual(allowed(1), [1]);
    assert.deepEqual(allowed(3), [2, 3]);
    assert.deepEqual(allowed(5), [3, 4, 5]);
    assert.deepEqual(autopilotErrors(undefined, 3), []);
    assert.deepEqual(autopilotErrors(autopilotSettings(3, 5, undefined), 3), []);
  });
});

describe("durations in Go's form", () => {
  for (const [text, canonical] of [
    ["0s", "0s"],
    ["1ns", "1ns"],
    ["1500ns", "1.5µs"],
    ["20us", "20µs"],
    ["200ms", "200ms"],
    ["1000ms", "1s"],
    ["0.5s", "500ms"],
    ["1m30s", "1m30s"],
    ["90s", "1m30s"],
    ["1m", "1m0s"],
    ["1.5h", "1h30m0s"],
    ["1h0.25s", "1h0m0.25s"],
    ["25h", "25h0m0s"],
  ] as const) {
    it(`are ${canonical} for ${text}`, () => {
      assert.equal(canonicalDuration(text), canonical);
    });
  }

  for (const text of ["", "10", "s", "10 s", "1d", "-1s", "1s ", "1s2"]) {
    it(`are not "${text}"`, () => {
      assert.equal(nanoseconds(text), undefined);
      assert.equal(canonicalDuration(text), text);
    });
  }

  it("mean the same as what they are made of, and stay as they are", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), fc.constantFrom("us", "ms", "s"), (value, unit) => {
        const canonical = canonicalDuration(`${value}${unit}`);
        assert.equal(nanoseconds(canonical), nanoseconds(`${value}${unit}`));
        assert.equal(canonicalDuration(canonical), canonical);
      }),
    );
  });
});
