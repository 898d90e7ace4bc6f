import assert from "node:assert/strict";
import type { Allocation, Deployment, JobSpec } from "../../../apis/nomad";
import { recordOf } from "../../../local/processes";
import { agentRows, jobRows } from "../../../local/status";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { installationIn } from "../../support/installation";
import { allocation, deployment, jobSpec, service } from "../../support/nomad-objects";

describe("the state of", () => {
  const consul = useHttpDouble();
  const nomad = useHttpDouble();
  const directory = useDirectory("status");
  const installation = () => installationIn(directory.path, consul().url, nomad().url);

  describe("the agents", () => {
    const node = { ID: "n", Name: "local", Status: "ready", SchedulingEligibility: "eligible", Drain: false };

    beforeEach(() => {
      directory.write("run/consul.json", JSON.stringify(recordOf(process.pid, "")));
      directory.write("run/nomad.json", JSON.stringify(recordOf(process.pid, "")));
      consul().answers = {
        "/v1/status/leader": { body: '"127.0.0.1:8300"' },
        "/v1/agent/self": { body: { Config: { Version: "1.22.5" } } },
      };
      nomad().answers = {
        "/v1/status/leader": { body: '"127.0.0.1:4647"' },
        "/v1/agent/self": { body: { config: { Version: { Version: "1.11.3" } } } },
        "/v1/nodes": { body: [node] },
      };
    });

    it("is with their versions and addresses where all is well", async () => {
      assert.deepEqual(await agentRows(installation()), [
        { name: "consul", version: "1.22.5", address: `${consul().url}/ui`, problems: [], state: "running" },
        { name: "nomad", version: "1.11.3", address: nomad().url, problems: [], state: "running" },
      ]);
    });

    it("is stopped where they do not run, whoever has their ports", async () => {
      directory.write("run/consul.json", JSON.stringify({ ...recordOf(process.pid, ""), startTime: "1" }));
      const [consulRow] = await agentRows(installation());
      assert.deepEqual([consulRow?.state, consulRow?.problems], ["stopped", ["it does not run"]]);
      assert.equal(consul().requests.length, 0);
    });

    it("has the problems of agents that run", async () => {
      consul().answers["/v1/status/leader"] = { body: '""' };
      nomad().answers["/v1/nodes"] = { body: [{ ...node, Status: "down", SchedulingEligibility: "ineligible" }] };
      const problems = async () => (await agentRows(installation())).map((row) => row.problems);
      assert.deepEqual(await problems(), [["it has no leader"], ["its client is down", "its client takes no tasks"]]);
      consul().answers["/v1/status/leader"] = { status: 500, body: "rpc error" };
      nomad().answers["/v1/nodes"] = { body: [] };
      assert.deepEqual(await problems(), [["rpc error"], ["it has no client"]]);
      const { url } = nomad();
      await nomad().stop();
      consul().answers["/v1/status/leader"] = { body: "<html>another program</html>" };
      const rows = await agentRows(installationIn(directory.path, consul().url, url));
      const [ofConsul, ofNomad] = rows.map((row) => row.problems.join());
      assert.match(ofNomad ?? "", new RegExp(`^${url} does not answer: `));
      assert.match(ofConsul ?? "", /another program/);
    });
  });

  describe("a job", () => {
    interface Cluster {
      job: JobSpec;
      allocations: Allocation[];
      deployment: Deployment | null;
      checks: string[];
    }

    const spec = jobSpec({
      Meta: { version: "1.2.3" },
      TaskGroups: [
        { Name: "ping", Count: 2, Networks: null, Services: [service("ping", "urlprefix-/ping")], Tasks: [] },
      ],
    });
    const healthy: Cluster = {
      job: spec,
      allocations: [allocation(), allocation()],
      deployment: deployment(),
      checks: ["passing", "passing"],
    };
    const instances = (port: number, checks: string[]) =>
      checks.map((Status) => ({
        Service: { ID: "i", Address: "127.0.0.1", Port: port },
        Checks: [{ Name: "c", Status, Output: "" }],
      }));

    async function row(changes: Partial<Cluster> = {}) {
      const { job, allocations, deployment, checks } = { ...healthy, ...changes };
      nomad().answers = {
        "/v1/job/ping": { body: job },
        "/v1/job/ping/allocations": { body: allocations },
        "/v1/job/ping/deployment": { body: deployment },
      };
      consul().answers = {
        "/v1/health/service/fabio": { body: instances(9999, ["passing"]) },
        "/v1/health/service/fabio-ui": { body: instances(consul().port, ["passing"]) },
        "/v1/health/service/ping": { body: instances(20000, checks) },
        "/api/version": { body: "1.7.2" },
      };
      const [found] = await jobRows(installation(), [{ name: "ping", file: "jobs/ping.nomad.hcl", spec }]);
      return found ?? assert.fail("no row");
    }

    it("is where all is well: its version, instances and address", async () => {
      assert.deepEqual(await row(), {
        name: "ping",
        version: "1.2.3",
        state: "2/2 running",
        problems: [],
        address: "http://127.0.0.1:9999/ping",
      });
      assert.equal((await row({ job: { ...spec, Meta: null, Version: 4 } })).version, "job version 4");
    });

    it("is fabio's own, by its service", async () => {
      const group = { Name: "fabio", Count: 1, Networks: null, Services: [service("fabio")], Tasks: [] };
      const found = await row({ job: { ...spec, Type: "system", TaskGroups: [group] }, allocations: [allocation()] });
      assert.equal(found.version, "1.7.2");
      assert.equal(found.address, `http://127.0.0.1:9999, UI ${consul().url}`);
      assert.equal(found.state, "1/1 running");
    });

    it("says that it is not registered", async () => {
      const name = "absent";
      consul().answers["/v1/health/service/fabio"] = { body: [] };
      consul().answers["/v1/health/service/fabio-ui"] = { body: [] };
      const [found] = await jobRows(installation(), [{ name, file: "a", spec: jobSpec({ ID: name }) }]);
      assert.deepEqual([found?.state, found?.problems], ["not registered", ["Nomad does not know it"]]);
    });

    const stopped = allocation({ DesiredStatus: "stop", ClientStatus: "complete" });
    const pending = allocation({ ClientStatus: "pending" });
    const none = { ...spec, TaskGroups: spec.TaskGroups.map((group) => ({ ...group, Count: 0 })) };
    const cases: [what: string, changes: Partial<Cluster>, state: string, ...problems: string[]][] = [
      ["stopped", { job: { ...spec, Stop: true } }, "stopped", "it was stopped"],
      ["one of two", { allocations: [allocation(), stopped] }, "1/2 running", "1 of 2 instances run"],
      ["one still starting", { allocations: [allocation(), pending] }, "1/2 running", "1 of 2 instances run"],
      ["an old instance beside the new", { allocations: [allocation(), allocation(), stopped] }, "2/2 running"],
      ["none at all", { allocations: [] }, "0/2 running", "0 of 2 instances run"],
      ["none, and none wanted", { job: none, allocations: [], checks: [] }, "0/0 running"],
      [
        "a system job without a node",
        { job: { ...spec, Type: "system" }, allocations: [] },
        "0/0 running",
        "0 of 1 instances run",
      ],
      ["a batch job", { job: { ...spec, Type: "batch", Status: "dead" }, allocations: [] }, "dead"],
      ["a deployment under way", { deployment: deployment({ Status: "running" }) }, "2/2 running, deploying"],
      ["no deployment", { deployment: null }, "2/2 running"],
      [
        "a failed deployment",
        { deployment: deployment({ Status: "failed", StatusDescription: "deadline" }) },
        "2/2 running",
        "deployment of job version 3 is failed: deadline",
      ],
      [
        "failing checks",
        { checks: ["passing", "critical"] },
        "2/2 running",
        "service ping: the checks of 1 of 2 instances fail",
      ],
    ];
    for (const [what, changes, state, ...problems] of cases) {
      it(`is: ${what}`, async () => {
        const found = await row(changes);
        assert.deepEqual([found.state, found.problems], [state, problems]);
      });
    }
  });
});
