import assert from "node:assert/strict";
import { NomadApi, type FieldDiff, type JobDiff, type ObjectDiff } from "../../../apis/nomad";
import { describeJobDiff, driftOf } from "../../../local/drift";
import { ApiError } from "../../../apis/http";
import { useHttpDouble } from "../../support/http-double";
import { jobSpec } from "../../support/nomad-objects";

const field = (Name: string, Old: string, New: string, Type = "Edited"): FieldDiff => ({ Type, Name, Old, New });
const object = (Name: string, Fields: FieldDiff[] | null, Objects: ObjectDiff[] | null = null): ObjectDiff => ({
  Type: "Edited",
  Name,
  Fields,
  Objects,
});
const none = { Fields: null, Objects: null };

describe("how a registered job differs from its file", () => {
  it("is nothing where nothing differs", () => {
    assert.deepEqual(describeJobDiff({ Type: "None", ...none, TaskGroups: null }), []);
    const same = {
      ...object("ping", [field("Count", "3", "3", "None")]),
      Tasks: [{ ...object("a", []), Type: "None" }],
    };
    assert.deepEqual(describeJobDiff({ Type: "Edited", ...none, TaskGroups: [same] }), []);
  });

  it("is a line for each field, wherever it is", () => {
    const diff: JobDiff = {
      Type: "Edited",
      Fields: [field("Priority", "50", "60"), field("Region", "global", "global", "None")],
      Objects: [object("Update", [field("MaxParallel", "1", "2")])],
      TaskGroups: [
        {
          ...object(
            "web",
            [field("Count", "5", "3")],
            [object("Service", null, [object("Check", [field("Path", "/", "/ok")])])],
          ),
          Tasks: [
            object(
              "server",
              [field("Driver", "exec", "raw_exec")],
              [object("Config", [field("args[0]", "", "-v", "Added")])],
            ),
          ],
        },
        { ...object("db", null), Type: "None", Tasks: null },
      ],
    };
    assert.deepEqual(describeJobDiff(diff), [
      "job: Priority 50 → 60",
      "job update: MaxParallel 1 → 2",
      "group web: Count 5 → 3",
      "group web service check: Path / → /ok",
      "task server: Driver exec → raw_exec",
      "task server config: args[0] (none) → -v",
    ]);
  });

  it("shows only the beginning of a long text", () => {
    const line = "x".repeat(61);
    const [text] = describeJobDiff({
      Type: "Edited",
      Fields: [field("EmbeddedTmpl", `first\nsecond`, line), field("Short", "x".repeat(60), "")],
      Objects: null,
      TaskGroups: null,
    });
    assert.equal(text, `job: EmbeddedTmpl "first…" → "${"x".repeat(50)}…"`);
  });
});

describe("the drift of a job, from Nomad's dry run", () => {
  const nomad = useHttpDouble();
  const job = { name: "ping", file: "jobs/ping.nomad.hcl", spec: jobSpec() };
  const drift = (Diff: object) => {
    nomad().answers["/v1/job/ping/plan"] = { body: { Diff } };
    return driftOf(new NomadApi(nomad().url), job);
  };

  it("is what the dry run says, which is asked for that", async () => {
    const diff = { Type: "Edited", Fields: [field("Priority", "50", "60")], Objects: null, TaskGroups: null };
    assert.deepEqual(await drift(diff), ["job: Priority 50 → 60"]);
    assert.deepEqual(JSON.parse(nomad().requests[0]?.body ?? ""), { Job: job.spec, Diff: true });
    assert.deepEqual(await drift({ Type: "None", ...none, TaskGroups: null }), []);
  });

  it("is nothing for a job that is not registered, all of which the dry run would add", async () => {
    const diff = { Type: "Added", Fields: [field("ID", "", "ping", "Added")], Objects: null, TaskGroups: null };
    assert.deepEqual(await drift(diff), []);
  });

  it("is not hidden behind an error", async () => {
    nomad().answers["/v1/job/ping/plan"] = { status: 500, body: "no leader" };
    await assert.rejects(driftOf(new NomadApi(nomad().url), job), new ApiError("no leader", 500));
  });
});
