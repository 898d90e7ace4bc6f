import assert from "node:assert/strict";
import fc from "fast-check";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { type JobVariable, NomadJobs, type NomadJobsArgs } from "../../../components";
import { hclVariables } from "../../../components/nomad-jobs/hcl-variables";
import { useDirectory } from "../../support/directory";
import { MockEngine, type Registered, unknown, valueOf } from "../../../cli/preview/mock-engine";

const ping = "jobs/ping.nomad.hcl";
const fabio = "jobs/fabio.nomad.hcl";

describe("NomadJobs", () => {
  const directory = useDirectory("jobs");

  async function register(args: NomadJobsArgs, opts?: () => pulumi.ComponentResourceOptions, preview = false) {
    const engine = await MockEngine.start({}, preview);
    const jobs = await engine.run(() => new NomadJobs("jobs", args, opts?.()));
    return { jobs, registered: engine.registered };
  }

  const named = (registered: Registered[], name: string) =>
    registered.find((resource) => resource.name === name) ?? assert.fail(`no resource ${name}`);

  it("is one job for each in the list, with these inputs and nothing else", async () => {
    const [first, second] = [directory.write("first.nomad.hcl", "one\n"), directory.write("second.nomad.hcl", "two\n")];
    const { jobs, registered } = await register({
      jobs: [
        { file: first, variables: { grace_seconds: 2, driver: "raw_exec" } },
        { file: second, name: "web" },
      ],
    });
    const job = (name: string, jobspec: string, vars: Record<string, string>): Registered => ({
      type: "nomad:index/job:Job",
      name,
      inputs: { jobspec, hcl2: { vars }, detach: false, rerunIfDead: true },
      parent: "jobs",
      provider: undefined,
      dependsOn: [],
      outputs: undefined,
    });
    assert.deepEqual(
      registered.sort((a, b) => a.name.localeCompare(b.name)),
      [
        {
          type: "cos:index:NomadJobs",
          name: "jobs",
          inputs: {},
          parent: undefined,
          provider: undefined,
          dependsOn: [],
          outputs: { ids: { first: "jobs-first-id", web: "jobs-web-id" } },
        },
        job("jobs-first", "one\n", { grace_seconds: "2", driver: "raw_exec" }),
        job("jobs-web", "two\n", {}),
      ],
    );
    assert.deepEqual(Object.keys(jobs.jobs), ["first", "web"]);
    assert.deepEqual(await valueOf(jobs.ids), { first: "jobs-first-id", web: "jobs-web-id" });
  });

  it("is nothing but itself with an empty list", async () => {
    const { registered } = await register({ jobs: [] });
    assert.deepEqual(
      registered.map(({ type }) => type),
      ["cos:index:NomadJobs"],
    );
  });

  for (const [file, name] of [
    ["my-app.nomad.hcl", "my-app"],
    ["my-app.nomad", "my-app"],
    ["my-app.hcl", "my-app"],
    ["deep/down/my.app.nomad.hcl", "my.app"],
  ] as const) {
    it(`names the job of ${file} ${name}`, async () => {
      const path = directory.write(file, 'job "x" {}\n');
      const { jobs } = await register({ jobs: [{ file: path }] });
      assert.deepEqual(Object.keys(jobs.jobs), [name]);
    });
  }

  it("names duplicate names and missing files at once, and registers nothing", async () => {
    const engine = await MockEngine.start();
    const absent = directory.at("absent.nomad.hcl");
    const args = { jobs: [{ file: ping }, { file: absent }, { file: fabio, name: "ping" }, { file: ping }] };
    assert.throws(
      () => new NomadJobs("jobs", args),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        const reason = '"ping" is taken by jobs[0]; give one of them another name';
        assert.deepEqual(error.errors, [
          { propertyPath: "jobs[1].file", reason: `no such file: "${absent}" (looked in ${process.cwd()})` },
          { propertyPath: "jobs[2].name", reason },
          { propertyPath: "jobs[3].name", reason },
        ]);
        return true;
      },
    );
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });

  it("keeps secret variables secret", async () => {
    const variables = pulumi.secret({ password: "hunter2" });
    const { registered } = await register({ jobs: [{ file: ping, variables }] });
    const { hcl2 } = named(registered, "jobs-ping").inputs as { hcl2: unknown };
    assert.deepEqual(hcl2, { vars: { secret: { password: "hunter2" } } });
  });

  it("passes an explicit provider to its jobs", async () => {
    const provider = () => ({ providers: { nomad: new nomad.Provider("own", { address: "http://nomad.example" }) } });
    const { registered } = await register({ jobs: [{ file: ping }, { file: fabio }] }, provider);
    assert.equal(named(registered, "jobs-ping").provider, "own");
    assert.equal(named(registered, "jobs-fabio").provider, "own");
  });

  it("shows all of itself in a preview", async () => {
    const args = { jobs: [{ file: ping, variables: { count: 3 } }] };
    const [preview, up] = [await register(args, undefined, true), await register(args)];
    const shape = ({ type, name, inputs, parent }: Registered) => ({ type, name, inputs, parent });
    assert.deepEqual(preview.registered.map(shape), up.registered.map(shape));
    assert.deepEqual(named(preview.registered, "jobs").outputs, { ids: unknown });
  });
});

describe("the strings that variables become", () => {
  const value = fc.letrec<{ value: JobVariable }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: "grapheme" }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
    ),
  })).value;

  it("are strings for values of any kind, by the same names", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value), (variables) => {
        const made = hclVariables(variables);
        assert.deepEqual(Object.keys(made), Object.keys(variables));
        for (const text of Object.values(made)) assert.equal(typeof text, "string");
      }),
    );
  });

  it("are text as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        assert.deepEqual(hclVariables({ text }), { text });
      }),
    );
  });

  it("are JSON of anything that is no text, from which it can be had again", () => {
    fc.assert(
      fc.property(
        // Marks of templates are escaped, which JSON does not know; tests/engine has them.
        value.filter((any) => typeof any !== "string" && !/[$%]\{/.test(JSON.stringify(any))),
        (any) => {
          assert.deepEqual(JSON.parse(hclVariables({ any }).any ?? ""), JSON.parse(JSON.stringify(any)));
        },
      ),
    );
  });
});
