import assert from "node:assert/strict";
import { nextStep as planned, type Server } from "../../../components/server-rollout/plan.mjs";

const server = (id: string, changes: Partial<Server> = {}): Server => ({
  ...{ id, zone: id.slice(-1), address: `10.0.0.${id.length}`, isOld: false, isLeader: false, isVoter: true },
  ...changes,
});
const nextStep = (cluster: Omit<Parameters<typeof planned>[0], "zones" | "maySpread">, maySpread = true) =>
  planned({ zones: ["a", "b", "c"], maySpread, ...cluster });
const leader = server("1a", { isLeader: true });
const three = [leader, server("1b"), server("1c")];
const old = three.map((each) => ({ ...each, isOld: true }));

describe("the next step of a rollout of servers", () => {
  it("is none where all are as wanted", () => {
    assert.deepEqual(nextStep({ wanted: 3, desired: 3, servers: three }), { kind: "done" });
  });

  it("launches one before an old one goes", () => {
    assert.deepEqual(nextStep({ wanted: 3, desired: 3, servers: old }), { kind: "grow", size: 4, spreads: false });
  });

  it("launches one where a zone has two more than another, unless that was in vain", () => {
    const uneven = [leader, server("2a"), server("1b")];
    assert.deepEqual(nextStep({ wanted: 3, desired: 3, servers: uneven }), { kind: "grow", size: 4, spreads: true });
    assert.deepEqual(nextStep({ wanted: 3, desired: 3, servers: uneven }, false), { kind: "done" });
    const servers = [...uneven, server("1c")];
    assert.deepEqual(nextStep({ wanted: 3, desired: 4, servers }), {
      ...{ kind: "end", server: server("2a"), shrink: true },
    });
  });

  it("waits for what is not there yet, and for what has no vote yet", () => {
    assert.deepEqual(nextStep({ wanted: 3, desired: 4, servers: old }), { kind: "wait", servers: [], missing: 1 });
    const fresh = server("2a", { isVoter: false });
    const wait = { kind: "wait", servers: [fresh], missing: 0 };
    assert.deepEqual(nextStep({ wanted: 3, desired: 4, servers: [...old, fresh] }), wait);
  });

  it("ends a follower of the fullest zone, and has the next one come meanwhile", () => {
    const servers = [...old, server("2b")];
    const end = { kind: "end", server: old[1], shrink: true };
    assert.deepEqual(nextStep({ wanted: 3, desired: 4, servers }), end);
    const left = servers.filter((each) => each !== old[1]);
    assert.deepEqual(nextStep({ wanted: 3, desired: 3, servers: left }), { kind: "grow", size: 4, spreads: false });
  });

  it("has another lead before the last old one goes, and then ends that without another in its place", () => {
    const fresh = [server("2a"), server("2b"), server("2c")];
    const [last] = old;
    assert.ok(last);
    assert.deepEqual(nextStep({ wanted: 3, desired: 4, servers: [last, ...fresh] }), {
      kind: "transfer",
      leader: last,
    });
    const follower = { ...last, isLeader: false };
    const servers = [follower, ...fresh];
    assert.deepEqual(nextStep({ wanted: 3, desired: 4, servers }), {
      ...{ kind: "end", server: follower, shrink: true },
    });
  });

  it("takes out what is too much, the leader never", () => {
    const servers = [...three, server("2a"), server("2b")];
    const first = nextStep({ wanted: 3, desired: 4, servers });
    assert.deepEqual(first, { kind: "end", server: server("1b"), shrink: true });
    // Auto Scaling has made the group's size smaller with its limit, and ended nobody: they are protected.
    const left = servers.filter(({ id }) => id !== "1b");
    assert.deepEqual(nextStep({ wanted: 3, desired: 3, servers: left }), {
      kind: "end",
      server: server("2a"),
      shrink: false,
    });
  });
});
