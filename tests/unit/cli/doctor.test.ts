import assert from "node:assert/strict";
import type { Finding } from "../../../cli/doctor/finding";
import { refreshFindings } from "../../../cli/doctor/aws";
import { doctor } from "../../../cli/verbs/doctor";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { awsStub } from "./aws-stub";
import { contextWith } from "./context";
import { clusterOutputs, stackOutputs } from "./outputs";

const consulMember = (number: number, changes: object = {}) => ({
  Name: `c${number}`,
  Addr: `10.0.0.${number}`,
  Port: 8301,
  Status: 1,
  Tags: { role: "consul", dc: "eu-central-1" },
  ...changes,
});

const nomadMember = (number: number, changes: object = {}) => ({
  Name: `n${number}.global`,
  Addr: `10.0.1.${number}`,
  Port: 4648,
  Status: "alive",
  Tags: {},
  ...changes,
});

const peer = (address: string) => ({ ID: `id-of-${address}`, Node: `at-${address}`, Address: `${address}:8300` });

const client = (id: string, pool: string, changes: object = {}) => ({
  ID: `${id}-0000-0000`,
  Name: `node-${id}`,
  Address: "10.0.0.3",
  Datacenter: pool,
  NodePool: pool,
  NodeClass: "",
  Version: "1.11.3",
  Status: "ready",
  StatusDescription: "",
  SchedulingEligibility: "eligible",
  Drain: false,
  ...changes,
});

describe("pulumi-cos doctor", () => {
  const consul = useHttpDouble();
  const nomad = useHttpDouble();
  const directory = useDirectory("cli-doctor");
  const clients = [
    client("a1", "public-services"),
    client("a2", "public-services"),
    client("b1", "private-services"),
    client("b2", "private-services"),
  ];
  const instances = ["a1", "a2", "b1", "b2"].map((id) => ({ InstanceId: `i-${id}`, PrivateIpAddress: `10.1.0.${id}` }));
  const answers = {
    "ec2 describe-instances": { Reservations: [{ Instances: instances }] },
    "autoscaling describe-instance-refreshes": { InstanceRefreshes: [] },
    "elbv2 describe-target-health": { TargetHealthDescriptions: [] },
  };
  let aws: Record<string, object>;

  beforeEach(() => {
    aws = { ...answers };
    consul().answers = {
      "/v1/status/leader": { body: '"10.0.0.1:8300"' },
      "/v1/agent/members": { body: [1, 2, 3].map((number) => consulMember(number)) },
      "/v1/operator/raft/configuration": { body: { Servers: [1, 2, 3].map((number) => peer(`10.0.0.${number}`)) } },
    };
    nomad().answers = {
      "/v1/status/leader": { body: '"10.0.1.1:4647"' },
      "/v1/agent/members": { body: { Members: [1, 2, 3].map((number) => nomadMember(number)) } },
      "/v1/operator/raft/configuration": { body: { Servers: [1, 2, 3].map((number) => peer(`10.0.1.${number}`)) } },
      "/v1/jobs": { body: [{ ID: "ping", Namespace: "default" }] },
      "/v1/job/ping/summary": { body: { Summary: { web: { Queued: 0, Running: 3 } } } },
    };
    know(clients);
  });

  /** What Nomad has as its clients. */
  function know(nodes: { ID: string }[]): void {
    nomad().answers["/v1/nodes"] = { body: nodes };
    for (const node of nodes) {
      const Attributes = { "unique.platform.aws.instance-id": `i-${node.ID.slice(0, 2)}` };
      nomad().answers[`/v1/node/${node.ID}`] = { body: { ...node, Attributes } };
    }
  }

  async function found(): Promise<{ code: number; findings: Finding[]; notes: string[] }> {
    const outputs = stackOutputs({
      consulAddress: consul().url,
      nomadAddress: nomad().url,
      cluster: clusterOutputs(),
    });
    const { context, written } = contextWith(
      outputs,
      awsStub((name, text) => directory.write(name, text), aws),
    );
    const code = await doctor(context, { json: true });
    return { code, notes: written.notes, ...(JSON.parse(written.out) as { findings: Finding[] }) };
  }

  /** That one thing is wrong. */
  async function finds(problem: RegExp, remedy: RegExp): Promise<void> {
    const { code, findings, notes } = await found();
    assert.deepEqual(notes, []);
    assert.equal(findings.length, 1, JSON.stringify(findings, undefined, 2));
    assert.match(findings[0]?.problem ?? "", problem);
    assert.match(findings[0]?.remedy ?? "", remedy);
    assert.equal(code, 1);
  }

  it("finds nothing wrong with a cluster that is well", async () => {
    assert.deepEqual(await found(), { code: 0, findings: [], unasked: [], notes: [] });
  });

  it("says it to people", async () => {
    nomad().answers["/v1/job/ping/summary"] = { body: { Summary: { web: { Queued: 2, Running: 1 } } } };
    const outputs = stackOutputs({ consulAddress: consul().url, nomadAddress: nomad().url });
    const { context, written } = contextWith(
      outputs,
      awsStub((name, text) => directory.write(name, text), aws),
    );
    assert.equal(await doctor(context, {}), 1);
    assert.equal(written.out, "! Job ping: 2 allocations wait to be placed\n  npx pulumi-cos why ping\n");
  });

  it("finds a leader lost, and waits for an election where a majority is alive", async () => {
    consul().answers["/v1/status/leader"] = { body: '""' };
    await finds(/Consul has no leader, although 3 of its 3 servers are alive/, /election.*login consul-server/);
  });

  it("finds quorum lost, and says how it is recovered", async () => {
    nomad().answers["/v1/status/leader"] = { status: 500, body: "No cluster leader" };
    const members = [nomadMember(1), nomadMember(2, { Status: "left" }), nomadMember(3, { Status: "left" })];
    nomad().answers["/v1/agent/members"] = { body: { Members: members } };
    await finds(
      /Nomad has no leader and cannot elect one: 1 of its 3 servers are alive, 2 are needed/,
      /login nomad-server, and there: sudo cos-recover$/,
    );
  });

  it("finds a peer that counts for the quorum and is not there", async () => {
    const peers = [1, 2, 3, 9].map((number) => peer(`10.0.1.${number}`));
    nomad().answers["/v1/operator/raft/configuration"] = { body: { Servers: peers } };
    await finds(
      /Nomad counts at-10\.0\.1\.9 at 10\.0\.1\.9:8300 for its quorum/,
      /^nomad operator raft remove-peer -peer-id=id-of-10\.0\.1\.9 /,
    );
  });

  it("finds agents that have failed", async () => {
    const dead = consulMember(7, { Status: 4, Tags: { role: "node" } });
    consul().answers["/v1/agent/members"] = { body: [1, 2, 3].map((number) => consulMember(number)).concat(dead) };
    await finds(/Consul's agent c7 at 10\.0\.0\.7 has failed/, /^consul force-leave -prune c7 /);
  });

  it("finds servers missing", async () => {
    consul().answers["/v1/agent/members"] = { body: [consulMember(1), consulMember(2)] };
    consul().answers["/v1/operator/raft/configuration"] = { body: { Servers: [peer("10.0.0.1"), peer("10.0.0.2")] } };
    await finds(/Consul has 2 of 3 servers/, /tag:cos-role,Values=consul-server/);
  });

  it("finds clients that are down, or take no tasks", async () => {
    know([...clients, client("c1", "private-services", { Status: "down" })]);
    await finds(/Nomad's client node-c1 \(c1-0000-\) is down/, /^nomad system gc /);
    know([...clients, client("c1", "private-services", { Status: "down", SchedulingEligibility: "ineligible" })]);
    assert.deepEqual((await found()).findings, [], "one that was drained has left");
    know([...clients, client("c1", "private-services", { Status: "disconnected" })]);
    await finds(/node-c1 .* is disconnected/, /^npx pulumi-cos login node-c1$/);
    know([...clients, client("c1", "private-services", { Status: "initializing" })]);
    await finds(/node-c1 .* is initializing/, /^npx pulumi-cos login node-c1 .* systemctl restart nomad /);
    know([...clients, client("c1", "private-services", { SchedulingEligibility: "ineligible" })]);
    await finds(/node-c1 .* takes no tasks/, /^npx pulumi-cos drain node-c1 --undo /);
    know([...clients, client("c1", "private-services", { SchedulingEligibility: "ineligible", Drain: true })]);
    assert.deepEqual((await found()).findings, []);
  });

  it("finds a pool that is too small, and an instance that is no client", async () => {
    know(clients.slice(0, 3));
    const { findings } = await found();
    assert.deepEqual(
      findings.map(({ problem }) => problem),
      [
        "The pool private-services has 1 ready clients of at least 2",
        "The instance i-b2 (10.1.0.b2) runs, and is no client of Nomad's",
      ],
    );
    assert.match(findings[0]?.remedy ?? "", /describe-scaling-activities .*cos-private-services-asg/);
    assert.match(findings[1]?.remedy ?? "", /get-console-output .*terminate-instance-in-auto-scaling-group .*i-b2/);
  });

  it("finds targets that get no requests", async () => {
    const target = (Id: string, State: string, Description?: string) => ({
      Target: { Id, Port: 9999 },
      TargetHealth: { State, Description },
    });
    aws["elbv2 describe-target-health"] = {
      TargetHealthDescriptions: [target("i-a1", "healthy"), target("i-a2", "unhealthy", "Request timed out")],
    };
    await finds(/The ingress public has no healthy fabio on i-a2, port 9999: Request timed out/, /why fabio/);
  });

  it("says what could not be looked at, and looks at the rest", async () => {
    delete aws["ec2 describe-instances"];
    nomad().answers["/v1/job/ping/summary"] = { body: { Summary: { web: { Queued: 1 } } } };
    const { code, findings, notes } = await found();
    assert.equal(code, 1);
    assert.deepEqual(
      findings.map(({ problem }) => problem),
      ["Job ping: 1 allocation waits to be placed"],
    );
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /^Not looked at: instances: /);
  });

  describe("of instance refreshes", () => {
    const now = Date.parse("2026-11-27T12:00:00Z");
    const of = (refresh: object) =>
      refreshFindings(
        { call: <T>() => Promise.resolve({ InstanceRefreshes: [refresh] } as T) },
        { web: "web-asg" },
        now,
      );

    it("finds those that have failed or gone back, with AWS's reason", async () => {
      const [failed] = await of({ Status: "Failed", StatusReason: "no capacity" });
      assert.equal(failed?.problem, "The last refresh of the pool web has failed: no capacity");
      const [back] = await of({ Status: "RollbackSuccessful" });
      assert.match(back?.problem ?? "", /did not work, and it has gone back$/);
      assert.match(back?.remedy ?? "", /`pulumi up` again.*web-asg$/);
    });

    it("finds one that is stuck, and none that goes on", async () => {
      const refresh = { Status: "InProgress", StartTime: "2026-11-27T09:30:00Z", PercentageComplete: 50 };
      const [stuck] = await of(refresh);
      assert.match(stuck?.problem ?? "", /has been going on for 2\.5 hours, and is at 50 %/);
      assert.match(stuck?.remedy ?? "", /rollback-instance-refresh .*web-asg/);
      assert.deepEqual(await of({ ...refresh, StartTime: "2026-11-27T11:30:00Z" }), []);
      assert.deepEqual(await of({ Status: "Successful" }), []);
    });
  });
});
