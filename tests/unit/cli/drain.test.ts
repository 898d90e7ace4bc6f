import assert from "node:assert/strict";
import { UsageError, UserError } from "../../../cli/errors";
import { drain } from "../../../cli/verbs/drain";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { awsStub } from "./aws-stub";
import { contextWith } from "./context";
import { stackOutputs } from "./outputs";

describe("pulumi-cos drain", () => {
  const nomad = useHttpDouble();
  const directory = useDirectory("cli-drain");
  const outputs = () => stackOutputs({ nomadAddress: nomad().url });
  const client = (id: string, changes: object = {}) => ({
    ID: id,
    Name: `node-${id}`,
    Address: `10.0.0.${id.length}`,
    Datacenter: "public-services",
    NodePool: "public-services",
    Status: "ready",
    SchedulingEligibility: "eligible",
    Drain: false,
    ...changes,
  });
  const [one, two, other] = [
    client("aaaa1111"),
    client("aaaa2222"),
    client("bbbb", { Datacenter: "private-services", NodePool: "private-services" }),
  ];
  const posts = () =>
    nomad()
      .requests.filter(({ method }) => method === "POST")
      .map(({ url, body }) => [url, JSON.parse(body) as unknown]);
  const drained = { SchedulingEligibility: "ineligible", Drain: false };

  beforeEach(() => {
    nomad().answers["/v1/nodes"] = { body: [one, two, other] };
    for (const { ID } of [one, two, other]) {
      nomad().answers[`/v1/node/${ID}`] = { body: { ID, Status: "ready", ...drained, Attributes: {} } };
      nomad().answers[`/v1/node/${ID}/drain`] = { body: {} };
      nomad().answers[`/v1/node/${ID}/eligibility`] = { body: {} };
      nomad().answers[`/v1/node/${ID}/allocations`] = { body: [] };
    }
  });

  it("keeps new tasks away, drains, and follows until nothing is left", async () => {
    // Each API is asked as often as the other, in whatever order. The drain is over before the last task has ended.
    const draining = { Status: "ready", SchedulingEligibility: "ineligible", Drain: true };
    const states = [draining, drained, drained];
    const left = [["db", "fabio", "web"], ["web"], []];
    nomad().answers["/v1/node/bbbb"] = () => ({ body: states.shift() ?? drained });
    nomad().answers["/v1/node/bbbb/allocations"] = () => ({
      body: (left.shift() ?? []).map((JobID) => ({ JobID, ClientStatus: "running", DesiredStatus: "stop" })),
    });
    const { context, written } = contextWith(outputs());
    assert.equal(await drain(context, "node-bbbb", { deadline: "90s" }), 0);
    assert.deepEqual(posts(), [
      ["/v1/node/bbbb/eligibility", { NodeID: "bbbb", Eligibility: "ineligible" }],
      ["/v1/node/bbbb/drain", { DrainSpec: { Deadline: 90e9, IgnoreSystemJobs: false } }],
    ]);
    assert.deepEqual(written.notes, [
      "node-bbbb (bbbb) drains; what still runs is stopped after 90s.",
      "The drain goes on when this command is interrupted; --undo ends it.",
      "node-bbbb (bbbb): 3 left (db, fabio, web)",
      "node-bbbb (bbbb): 1 left (web)",
    ]);
    assert.equal(written.out, "node-bbbb (bbbb) is drained and takes no tasks. `--undo` lets it take tasks again.\n");
  });

  it("keeps new tasks away from all clients of a pool before it drains the first", async () => {
    const { context } = contextWith(outputs());
    assert.equal(await drain(context, undefined, { pool: "public-services", deadline: "none", ignoreSystem: true }), 0);
    const spec = { DrainSpec: { Deadline: 0, IgnoreSystemJobs: true } };
    assert.deepEqual(posts(), [
      ["/v1/node/aaaa1111/eligibility", { NodeID: "aaaa1111", Eligibility: "ineligible" }],
      ["/v1/node/aaaa2222/eligibility", { NodeID: "aaaa2222", Eligibility: "ineligible" }],
      ["/v1/node/aaaa1111/drain", spec],
      ["/v1/node/aaaa2222/drain", spec],
    ]);
  });

  it("finds the clients by a tag of their instances", async () => {
    nomad().answers["/v1/node/aaaa2222"] = {
      body: { ...drained, Status: "ready", Attributes: { "unique.platform.aws.instance-id": "i-2" } },
    };
    const env = awsStub((name, text) => directory.write(name, text), {
      "ec2 describe-instances": { Reservations: [{ Instances: [{ InstanceId: "i-2" }, { InstanceId: "i-9" }] }] },
    });
    const { context } = contextWith(outputs(), env);
    assert.equal(await drain(context, undefined, { tag: "cos-template=old", deadline: "1h", detach: true }), 0);
    assert.deepEqual(
      posts().map(([url]) => url),
      ["/v1/node/aaaa2222/eligibility", "/v1/node/aaaa2222/drain"],
    );
    assert.equal(
      directory.read("calls"),
      "ec2 describe-instances --filters Name=instance-state-name,Values=running Name=tag:cos-cluster,Values=cos-dev " +
        "Name=tag:cos-template,Values=old --output json --region eu-central-1\n",
    );
  });

  it("undoes it", async () => {
    const { context, written } = contextWith(outputs());
    assert.equal(await drain(context, "bbbb", { deadline: "1h", undo: true }), 0);
    assert.deepEqual(posts(), [["/v1/node/bbbb/drain", { DrainSpec: null, MarkEligible: true }]]);
    assert.equal(written.out, "node-bbbb (bbbb) takes tasks again.\n");
  });

  it("says when somebody else undoes it, and when the client goes down", async () => {
    const { context } = contextWith(outputs());
    nomad().answers["/v1/node/bbbb"] = { body: { ...drained, SchedulingEligibility: "eligible" } };
    const expected = new UserError("The drain of node-bbbb (bbbb) was undone by somebody else.");
    await assert.rejects(drain(context, "bbbb", { deadline: "1h" }), expected);
    nomad().answers["/v1/node/bbbb"] = { body: { ...drained, Drain: true, Status: "down" } };
    await assert.rejects(
      drain(context, "bbbb", { deadline: "1h" }),
      new UserError("node-bbbb (bbbb) went down while it drained."),
    );
  });

  it("refuses what is unclear, before it changes anything", async () => {
    const { context } = contextWith(outputs());
    const which = new UsageError("Say which clients: either a node, or --pool NAME, or --tag KEY=VALUE.");
    await assert.rejects(drain(context, undefined, { deadline: "1h" }), which);
    await assert.rejects(drain(context, "bbbb", { deadline: "1h", pool: "x" }), which);
    for (const deadline of ["1", "0s", "", "1d", "-5m"]) {
      await assert.rejects(
        drain(context, "bbbb", { deadline }),
        new UsageError(`--deadline must be a duration such as 90s, 30m or 2h, or none, got "${deadline}".`),
      );
    }
    await assert.rejects(
      drain(context, "aaaa", { deadline: "1h" }),
      new UserError(
        '"aaaa" is more than one Nomad client; say which by its ID: aaaa1111 (node-aaaa1111, 10.0.0.8), aaaa2222 (node-aaaa2222, 10.0.0.8).',
      ),
    );
    await assert.rejects(
      drain(context, "cccc", { deadline: "1h" }),
      new UserError(
        'No Nomad client is "cccc" by ID, name, address or instance. There are: node-aaaa1111 (aaaa1111), node-aaaa2222 (aaaa2222), node-bbbb (bbbb).',
      ),
    );
    await assert.rejects(
      drain(context, undefined, { deadline: "1h", pool: "nope" }),
      new UsageError("--pool nope: no such pool; there are public-services, private-services."),
    );
    assert.deepEqual(posts(), []);
  });
});
