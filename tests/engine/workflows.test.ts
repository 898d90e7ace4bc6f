import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { resolveProgram } from "../../programs/resolve";
import { action, directory, files, type Job, jobs, read, repository, workflows } from "../support/workflows";

describe("the workflows", function () {
  this.timeout(120_000);

  it("are what actionlint takes, with shellcheck", async () => {
    const { execa } = await import("execa");
    const { path } = await resolveProgram("actionlint", {});
    const { exitCode, all: said } = await execa(path, ["-no-color"], { cwd: repository, all: true, reject: false });
    assert.equal(exitCode, 0, said);
    await execa("shellcheck", readdirSync(join(repository, ".github", "scripts")), {
      cwd: join(repository, ".github", "scripts"),
    });
  });

  it("run when they should", () => {
    const when = Object.fromEntries(Object.entries(workflows).map(([file, { on }]) => [file, on]));
    assert.deepEqual(when, {
      "checks.yml": { pull_request: null, push: { branches: ["main"] } },
      "comment.yml": { workflow_call: null },
      "deploy.yml": { push: { branches: ["main"] } },
      "drift.yml": { schedule: [{ cron: "17 4 * * *" }], workflow_dispatch: null },
      "preview.yml": { pull_request: null },
      "release.yml": { push: { tags: ["v*"] } },
    });
  });

  it("use actions by commit, and say their version", () => {
    const used = [...files.map((file) => join(directory, file)), action].flatMap((file) =>
      [...read(file).matchAll(/uses: *(.*)$/gm)].map(([, what = ""]) => what),
    );
    assert.ok(used.length > 15);
    for (const what of used)
      assert.match(
        what,
        /^(\.\/\.github\/(actions\/setup|workflows\/comment\.yml)|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
      );
    // The same everywhere.
    const versions = new Set(used.filter((what) => what.includes("@")));
    assert.equal(
      versions.size,
      new Set([...versions].map((what) => what.split("@")[0])).size,
      [...versions].join("\n"),
    );
  });

  it("may do nothing that their jobs do not say, and write only where no code of the repository runs", () => {
    for (const [file, workflow] of Object.entries(workflows)) {
      const granted = Object.entries(workflow.permissions);
      assert.ok(
        granted.every(([scope, access]) => scope === "contents" && access === "read"),
        file,
      );
    }
    for (const { title, job } of jobs) {
      const writes = Object.entries(job.permissions ?? {}).filter(
        ([scope, access]) => access === "write" && scope !== "id-token",
      );
      const checksOut = job.steps.some(
        ({ uses = "" }) => uses.startsWith("actions/checkout@") || uses.startsWith("./"),
      );
      assert.ok(writes.length === 0 || !checksOut, `${title} may write ${writes.join()} beside code of the repository`);
    }
  });

  it("leave no credential of GitHub in a working tree", () => {
    for (const { title, job } of jobs) {
      for (const step of job.steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@"))) {
        assert.equal(step.with?.["persist-credentials"], false, title);
      }
    }
  });

  it("have credentials on a pull request only for branches of the repository, behind an environment", () => {
    const isCredential = ({ permissions = {}, env = {}, steps }: Job) =>
      permissions["id-token"] === "write" || JSON.stringify([env, steps]).includes("secrets.");
    const found = jobs.filter(({ job }) => isCredential(job));
    assert.ok(found.length >= 4);
    for (const { title, workflow, job } of found) {
      assert.ok(job.environment, title);
      if (!("pull_request" in workflow.on)) continue;
      assert.match(job.if ?? "", /head\.repo\.full_name == github\.repository/, title);
    }
    const text = files.map((file) => read(join(directory, file))).join("");
    assert.doesNotMatch(text, /pull_request_target|workflow_run/);
  });

  it("put nothing that others write into a script", () => {
    for (const { title, job } of jobs) {
      for (const { run = "" } of job.steps) assert.ok(!run.includes("${{"), `${title}: ${run}`);
    }
  });

  it("know every stack of the repository that is on AWS", () => {
    const stacks = readdirSync(repository).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);
    const onAws = stacks.filter((stack) => /cos:target: aws/.test(read(`Pulumi.${stack}.yaml`)));
    const found = jobs.filter(({ job }) => JSON.stringify(job).includes("STACK") && job.strategy);
    assert.ok(found.length >= 4);
    for (const { title, job } of found) assert.deepEqual(job.strategy?.matrix.stack, onAws, title);
  });
});
