import assert from "node:assert/strict";
import type { NodeDetail, NodeListing } from "../../apis/nomad";
import { doctor } from "../../cli/verbs/doctor";
import { drain } from "../../cli/verbs/drain";
import { job } from "../../cli/verbs/job";
import { nodes } from "../../cli/verbs/nodes";
import { why } from "../../cli/verbs/why";
import { HttpDouble } from "../support/http-double";
import { NomadAgent } from "../support/nomad-agent";
import { contextWith, type Written } from "../unit/cli/context";

interface Task {
  command: string;
  args?: string[];
  memoryMiB?: number;
}

/** A job of one group of two, without second tries, in Nomad's own form. */
function jobOf(ID: string, { command, args = [], memoryMiB = 16 }: Task, changes: object = {}): object {
  const task = {
    Name: "main",
    Driver: "raw_exec",
    Config: { command, args },
    Resources: { CPU: 10, MemoryMB: memoryMiB },
  };
  const group = {
    Name: "group",
    Count: 2,
    RestartPolicy: { Attempts: 0, Mode: "fail", Interval: 5e9, Delay: 1e9 },
    ReschedulePolicy: { Attempts: 0, Unlimited: false },
    Update: {
      MaxParallel: 2,
      HealthCheck: "task_states",
      MinHealthyTime: 1e8,
      HealthyDeadline: 30e9,
      ProgressDeadline: 60e9,
    },
    Tasks: [task],
  };
  return { ID, Name: ID, Type: "service", Datacenters: ["dc1"], TaskGroups: [group], ...changes };
}

const sleeping = { command: "sleep", args: ["1000"] };

describe("pulumi-cos, with a real Nomad", function () {
  this.timeout(120_000);
  let nomad: NomadAgent;
  const consul = new HttpDouble();
  let node: NodeListing;

  before(async () => {
    [nomad] = await Promise.all([NomadAgent.start({ acl: true }), consul.start()]);
    const member = { Name: "c", Addr: "127.0.0.1", Port: 8301, Status: 1, Tags: { role: "consul", dc: "dc1" } };
    const server = { Name: "c", Leader: true, Voter: true, Healthy: true };
    consul.answers = {
      "/v1/operator/autopilot/health": { body: { Servers: [server] } },
      "/v1/agent/members": { body: [member] },
      "/v1/status/leader": { body: '"127.0.0.1:8300"' },
      "/v1/operator/raft/configuration": { body: { Servers: [{ ID: "1", Node: "c", Address: "127.0.0.1:8300" }] } },
    };
    [node] = (await nomad.request("GET", "/v1/nodes")) as [NodeListing];
  });
  after(async () => {
    await Promise.all([nomad.stop(), consul.stop()]);
  });

  const context = () =>
    contextWith({ consulAddress: consul.url, nomadAddress: nomad.address }, { NOMAD_TOKEN: nomad.token });
  const ask = async (verb: (its: ReturnType<typeof context>["context"]) => Promise<number>) => {
    const { context: its, written } = context();
    return { code: await verb(its), ...written };
  };
  const register = (spec: object) => nomad.request("PUT", "/v1/jobs", { Job: spec });
  /** Asks why until the answer has something in it. */
  const whyUntil = (name: string, has: RegExp): Promise<Written & { code: number }> =>
    nomad.eventually(async () => {
      const answer = await ask((its) => why(its, name, {}));
      assert.match(answer.out, has);
      return answer;
    });

  it("nodes: shows its server and its client", async () => {
    const { code, out } = await ask((its) => nodes(its, {}));
    assert.equal(code, 0, out);
    assert.match(out, /^Nomad servers\n.*\n {2}\S+ +127\.0\.0\.1:\d+ +dc1 +leader +alive +\d+\.\d+\.\d+$/m);
    assert.match(out, new RegExp(`^ {2}${node.ID.slice(0, 8)} +\\S+ +127\\.0\\.0\\.1 +dc1 +default +ready +\\d`, "m"));
  });

  it("doctor: finds nothing wrong", async () => {
    const { code, out, notes } = await ask((its) => doctor(its, {}));
    assert.deepEqual([code, out, notes], [0, "Nothing is found to be wrong.\n", []]);
  });

  it("why and job: a job that runs", async () => {
    await register(jobOf("good", sleeping));
    const well = await whyUntil("good", /^Nothing is wrong with job good: 2 allocations run\.\n$/);
    assert.equal(well.code, 0);
    const { code, out } = await ask((its) => job(its, "good", {}));
    assert.equal(code, 0, out);
    assert.match(out, /^Job good\n {2}namespace +default\n {2}type +service\n {2}status +running\n {2}version +0\n/);
    assert.match(out, /\nGroups\n.*\n {2}group +2 +2 +0 +0 +0 +0\n/);
    assert.equal(out.match(new RegExp(` {2}running +${node.Name} +${node.ID.slice(0, 8)} `, "g"))?.length, 2);
    const [id = ""] = /^ {2}[0-9a-f]{8}(?= )/m.exec(out) ?? [];
    const allocation = await ask((its) => why(its, id.trim(), {}));
    assert.equal(allocation.code, 0);
    assert.match(allocation.out, /^Allocation [0-9a-f]{8} of group group \(job good\) is running on client /);
  });

  it("why and doctor: a constraint that no client meets", async () => {
    await register(
      jobOf("windows", sleeping, {
        Constraints: [{ LTarget: "${attr.kernel.name}", RTarget: "windows", Operand: "=" }],
      }),
    );
    const { code, out } = await whyUntil("windows", /constraint/);
    assert.equal(code, 1);
    const found = await ask((its) => doctor(its, {}));
    assert.equal(found.code, 1);
    assert.equal(found.out, "! Job windows: 2 allocations wait to be placed\n  npx pulumi-cos why windows\n");
    assert.equal(
      out,
      `Group group: 2 instances wait for a place.
  Of 1 client considered, 1 did not fit and 0 had no room.
  - 1 client does not meet the constraint \${attr.kernel.name} = windows
`,
    );
    const shown = await ask((its) => job(its, "windows", {}));
    assert.equal(shown.code, 1);
    assert.match(shown.out, /\n! group group: 2 wait for a place\n`npx pulumi-cos why windows` says why\.\n$/);
  });

  it("why: no room, and no datacenter", async () => {
    await register(jobOf("huge", { ...sleeping, memoryMiB: 100_000_000 }));
    assert.equal(
      (await whyUntil("huge", /memory/)).out,
      `Group group: 2 instances wait for a place.
  Of 1 client considered, 0 did not fit and 1 had no room.
  - 1 client has too little memory left
`,
    );
    await register(jobOf("elsewhere", sleeping, { Datacenters: ["moon"] }));
    assert.match((await whyUntil("elsewhere", /No client/)).out, / is in node pool default and in its datacenters\./);
  });

  it("why: tasks that fail, by job and by allocation", async () => {
    await register(jobOf("broken", { command: "/no/such/program" }));
    const { code, out } = await whyUntil(
      "broken",
      // First its last evaluation waits for the scheduler.
      /^The deployment of version 0 is failed: Failed due to unhealthy allocations\.\n[^]*Nothing has taken its place/,
    );
    assert.equal(code, 1);
    assert.match(out, /\n {2}Task main failed\.\n {4}\d+s ago: Driver Failure: .*no\/such\/program.*\n/);
    const [, id = ""] = /Allocation ([0-9a-f]{8})/.exec(out) ?? [];
    const one = await ask((its) => why(its, id, { json: true }));
    assert.equal(one.code, 1);
    const { well, sentences } = JSON.parse(one.out) as { well: boolean; sentences: string[] };
    assert.equal(well, false);
    assert.match(sentences[0] ?? "", new RegExp(`^Allocation ${id} of group group \\(job broken, version 0\\)`));
  });

  it("job: names those that there are where there is none of the name", async () => {
    await assert.rejects(
      ask((its) => job(its, "nope", {})),
      { message: /^No job is "nope"\. There are: .*good \(namespace default\)/ },
    );
  });

  it("drain: moves the tasks away, keeps new ones away, and undoes it", async () => {
    // A drain during a deployment fails the deployment.
    await nomad.eventually(async () => {
      const { Status } = (await nomad.request("GET", "/v1/job/good/deployment")) as { Status: string };
      assert.equal(Status, "successful");
    });
    const { code, out, notes } = await ask((its) => drain(its, node.Name, { deadline: "2s" }));
    assert.equal(code, 0);
    assert.equal(
      out,
      `${node.Name} (${node.ID.slice(0, 8)}) is drained and takes no tasks. \`--undo\` lets it take tasks again.\n`,
    );
    assert.match(notes[0] ?? "", /drains; what still runs is stopped after 2s\.$/);
    const allocations = (await nomad.request("GET", `/v1/node/${node.ID}/allocations`)) as { ClientStatus: string }[];
    assert.deepEqual(
      allocations.filter(({ ClientStatus }) => ClientStatus === "running"),
      [],
    );
    const drained = (await nomad.request("GET", `/v1/node/${node.ID}`)) as NodeDetail;
    assert.deepEqual([drained.Drain, drained.SchedulingEligibility], [false, "ineligible"]);
    const shown = await ask((its) => nodes(its, {}));
    assert.deepEqual([shown.code, /ready, takes no tasks/.test(shown.out)], [0, true]);

    await ask((its) => drain(its, node.ID.slice(0, 8), { deadline: "1h", undo: true }));
    await whyUntil("good", /^Nothing is wrong with job good: 2 allocations run\.\n$/);
  });
});
