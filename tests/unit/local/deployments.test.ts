import assert from "node:assert/strict";
import { NomadApi } from "../../../apis/nomad";
import { explainFailures, watchDeployments } from "../../../local/deployments";
import { useHttpDouble } from "../../support/http-double";
import { allocation, deployment, jobSpec } from "../../support/nomad-objects";
import { until } from "../../support/until";

const job = (ID: string) => ({ name: ID, file: `jobs/${ID}.nomad.hcl`, spec: jobSpec({ ID }) });

describe("deployments that are watched", function () {
  this.timeout(20_000);
  const nomad = useHttpDouble();

  it("tell each change once, until nobody watches any more", async () => {
    let healthy = 1;
    nomad().answers["/v1/job/web/deployment"] = () => ({
      body: deployment({ Status: "running", TaskGroups: { web: { DesiredTotal: 3, HealthyAllocs: healthy } } }),
    });
    nomad().answers["/v1/job/done/deployment"] = { body: deployment() };
    nomad().answers["/v1/job/never/deployment"] = { body: null };
    const told: string[] = [];
    const jobs = [job("web"), job("done"), job("never")];
    const end = watchDeployments(
      new NomadApi(nomad().url),
      () => jobs,
      (text) => told.push(text),
    );
    try {
      const polls = () => nomad().requests.filter(({ url }) => url.includes("/web/")).length;
      await until(() => polls() === 2);
      healthy = 2;
      await until(() => told.length === 2);
      assert.deepEqual(told, ["web: 1 of 3 instances healthy", "web: 2 of 3 instances healthy"]);
    } finally {
      end();
    }
  });

  it("do no harm where Nomad does not answer", async () => {
    const told: string[] = [];
    const end = watchDeployments(
      new NomadApi(nomad().url),
      () => [job("absent")],
      (text) => told.push(text),
    );
    try {
      await until(() => nomad().requests.length === 2);
      assert.deepEqual(told, []);
    } finally {
      end();
    }
  });
});

describe("why jobs do not get healthy", () => {
  const nomad = useHttpDouble();
  const explain = (since = 0) => explainFailures(new NomadApi(nomad().url), [job("web"), job("db")], since);
  const at = (seconds: number) => seconds * 1e9;
  const failed = allocation({
    ID: "aaaaaaaa-1",
    Name: "web.g[0]",
    JobVersion: 4,
    ClientStatus: "failed",
    CreateTime: at(20),
    TaskStates: {
      server: {
        State: "dead",
        Failed: true,
        StartedAt: null,
        Events: [
          { Type: "Received", DisplayMessage: "Task received by client", Time: 1 },
          { Type: "Task Setup", DisplayMessage: "Building Task Directory", Time: 2 },
          { Type: "Started", DisplayMessage: "Task started by client", Time: 3 },
          { Type: "Signaling", DisplayMessage: "", Time: 4 },
          { Type: "Terminated", DisplayMessage: "Exit Code: 1", Time: 5 },
          { Type: "Not Restarting", DisplayMessage: "Exceeded allowed attempts", Time: 6 },
        ],
      },
    },
  });

  beforeEach(() => {
    nomad().answers["/v1/job/web/allocations"] = { body: [] };
    nomad().answers["/v1/job/db/allocations"] = { body: [] };
  });

  it("is told by the newest failing instance: its last events and lines", async () => {
    const older = { ...failed, ID: "cccccccc-3", CreateTime: at(10) };
    const healthy = allocation({ CreateTime: at(30) });
    nomad().answers["/v1/job/web/allocations"] = { body: [older, failed, healthy] };
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    nomad().answers["/v1/client/fs/logs/aaaaaaaa-1"] = ({ url }) => ({
      body: url.includes("type=stderr") ? `${lines.join("\n")}\n` : "",
    });
    assert.equal(
      await explain(),
      [
        "",
        "jobs/web.nomad.hcl: instance web.g[0] (allocation aaaaaaaa, job version 4) did not get healthy",
        "  server: Task Setup: Building Task Directory",
        "  server: Started: Task started by client",
        "  server: Terminated: Exit Code: 1",
        "  server: Not Restarting: Exceeded allowed attempts",
        "  server, the last lines of its stderr:",
        ...lines.slice(-12).map((line) => `    ${line}`),
      ].join("\n"),
    );
  });

  it("is told of an instance that runs and is not healthy, and of each job", async () => {
    const unhealthy = { ...failed, ClientStatus: "running", TaskStates: null, DeploymentStatus: { Healthy: false } };
    nomad().answers["/v1/job/web/allocations"] = { body: [unhealthy] };
    nomad().answers["/v1/job/db/allocations"] = { body: [{ ...unhealthy, Name: "db.g[0]", JobVersion: 0 }] };
    assert.match(await explain(), /^\njobs\/web.*web\.g\[0\].*\njobs\/db.*db\.g\[0\] .*job version 0/);
  });

  it("is not told of what failed before, or of what has not failed", async () => {
    nomad().answers["/v1/job/web/allocations"] = { body: [failed] };
    nomad().answers["/v1/job/db/allocations"] = { body: [allocation(), allocation({ DeploymentStatus: null })] };
    assert.equal(await explain(20_001), "");
    assert.notEqual(await explain(20_000), "");
  });

  it("is told as far as Nomad still answers", async () => {
    nomad().answers["/v1/job/db/allocations"] = { body: [failed] };
    nomad().answers["/v1/job/web/allocations"] = { status: 500, body: "no leader" };
    assert.match(await explain(), /^\njobs\/db[^]*Exceeded allowed attempts$/);
  });
});
