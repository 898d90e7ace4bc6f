import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestDirectory, useDirectory } from "../support/directory";
import { freePorts } from "../support/ports";
import { until } from "../support/until";
import { read, repository, runSteps, workflows } from "../support/workflows";

/**
 * Each run step in a shell like that of a runner, in a copy of the repository. `npm`, `sudo`, `pulumi` and `gh` are stand-ins that write
 * down what they are asked, and answer what the test says; `npx pulumi-cos preview`, `node`, `git` and the scripts are real.
 */
describe("the run steps of the workflows", function () {
  this.timeout(120_000);
  const directory = useDirectory("workflows");

  const standIns: Record<string, string> = {
    // It knows the package's scripts, and refuses what is none of them.
    npm: `case $1 in run) shift; [ "$1" = --silent ] && shift; node -e 'process.exit(process.argv[1] in require("./package.json").scripts ? 0 : 1)' "$1";; esac`,
    sudo: `case $1 in apt-get) ;; *) exec "$@";; esac`,
    pulumi: `case "$*" in "stack output"*) cat "$ANSWERS/pulumi-$3" ;; *) cat "$ANSWERS/pulumi" 2>/dev/null; exit "$(cat "$ANSWERS/pulumi-code" 2>/dev/null || echo 0)" ;; esac`,
    gh: `for field in "$@"; do case $field in body=@*) cp "\${field#body=@}" "$ANSWERS/posted";; esac; done
case "$*" in *--jq*) cat "$ANSWERS/gh-found" 2>/dev/null || true ;; *--body-file*) cp body.md "$ANSWERS/posted" ;; esac`,
  };

  let tree: string;

  beforeEach(() => {
    tree = directory.at("tree");
    mkdirSync(tree);
    for (const name of [".github", "package.json", "CHANGELOG.md", "Pulumi.yaml", "Pulumi.dev.yaml"]) {
      cpSync(join(repository, name), join(tree, name), { recursive: true });
    }
    mkdirSync(directory.at("answers"));
    for (const [name, script] of Object.entries(standIns)) {
      directory.write(join("bin", name), `#!/bin/bash\necho "${name} $*" >> "$CALLS"\n${script}\n`);
    }
    // `npx pulumi-cos` is the repository's, but what needs a cluster.
    directory.write(
      join("bin", "npx"),
      `#!/bin/bash\necho "npx $*" >> "$CALLS"\ncase "$*" in *" login apis") exec node "$ANSWERS/tunnel.js" ;; *" doctor"|"pulumi-cos --stack dev preview"*) cat "$ANSWERS/cli" 2>/dev/null || true ;; *) exit 64 ;; esac\n`,
    );
  });

  const answer = (name: string, text: string) => directory.write(join("answers", name), text);

  /** Runs a step as a runner does; the environment is that of its job and its own, and what GitHub would fill in. */
  async function runStep(file: string, job: string, name: string, env: Record<string, string> = {}) {
    const { execa } = await import("execa");
    const id = `${file} ${job} ${name}`;
    const found = runSteps.find((each) => each.id === id);
    assert.ok(found, `there is no step ${id}`);
    const given = { ...found.job.env, ...found.step.env };
    const filled = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, value.includes("${{") ? "" : value]),
    );
    await execa("chmod", ["-R", "+x", directory.at("bin")]);
    const { exitCode, all: said } = await execa(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", found.step.run ?? ""],
      {
        cwd: tree,
        env: {
          ...filled,
          PATH: `${directory.at("bin")}:${process.env.PATH ?? ""}`,
          CALLS: directory.at("calls"),
          ANSWERS: directory.at("answers"),
          GITHUB_STEP_SUMMARY: directory.at("summary"),
          GITHUB_REPOSITORY: "acme/cos",
          HOSTS_FILE: directory.write("hosts", directory.read("hosts")),
          STACK: "dev",
          ...env,
        },
        all: true,
        reject: false,
      },
    );
    ran.add(id);
    return { code: exitCode, said, calls: directory.read("calls").split("\n").filter(Boolean) };
  }
  const ran = new Set<string>();

  it("check types, style, format and tests by scripts that there are", async () => {
    for (const [file, job, name] of [
      ["action.yml", "setup", "Packages"],
      ["action.yml", "setup", "What Ubuntu's image lacks"],
      ["checks.yml", "lint", "Types, style and format"],
      ["checks.yml", "test", "Programs"],
    ] as const) {
      const { code, said } = await runStep(file, job, name);
      assert.equal(code, 0, said);
    }
    const suites = workflows["checks.yml"]?.jobs.test?.strategy?.matrix.suite;
    assert.deepEqual(suites, ["unit", "engine"]);
    for (const suite of suites) {
      const { code, calls } = await runStep("checks.yml", "test", "Tests", { SUITE: suite });
      assert.equal(code, 0);
      assert.ok(calls.includes(`npm run test:${suite}`), calls.join("\n"));
    }
    const { code } = await runStep("checks.yml", "test", "Tests", { SUITE: "nothing" });
    assert.notEqual(code, 0, "the stand-in takes any script");
  });

  it("write what a pull request changes into a file and the job's summary", async () => {
    answer("cli", "### Stack dev, compared with abc\n");
    const { code, calls } = await runStep("preview.yml", "difference", "What the program asks for", { BASE: "abc" });
    assert.equal(code, 0);
    assert.deepEqual(calls, ["npx pulumi-cos --stack dev preview --base abc --markdown"]);
    assert.equal(directory.read("summary"), "### Stack dev, compared with abc\n");
    assert.equal(readFileSync(join(tree, "preview.md"), "utf8"), "### Stack dev, compared with abc\n");
  });

  it("put the engine's preview above it, and fail where that fails", async () => {
    answer("pulumi", "~ 1 to update\n");
    const { code, calls } = await runStep("preview.yml", "preview", "Preview", { BASE: "abc" });
    assert.equal(code, 0);
    assert.match(calls[0] ?? "", /^pulumi preview --stack dev --policy-pack policy --diff --non-interactive/);
    assert.equal(calls[1], "npx pulumi-cos --stack dev preview --base abc --markdown --engine engine.txt");
    assert.equal(readFileSync(join(tree, "engine.txt"), "utf8"), "~ 1 to update\n");
    answer("pulumi-code", "255");
    assert.notEqual((await runStep("preview.yml", "preview", "Preview", { BASE: "abc" })).code, 0);
  });

  /** What earlier jobs have handed over. */
  const artifact = (name: string, file: string, text: string) => {
    mkdirSync(join(tree, "artifacts", name), { recursive: true });
    writeFileSync(join(tree, "artifacts", name, file), text);
  };

  it("comment once on a pull request, and edit the comment from then on", async () => {
    const env = { GH_REPO: "acme/cos", NUMBER: "7" };
    artifact("difference-dev", "preview.md", "without credentials\n");
    const first = await runStep("comment.yml", "comment", "Comment", env);
    assert.equal(first.code, 0, first.said);
    assert.ok(
      first.calls.some((call) => call.includes("--method POST repos/acme/cos/issues/7/comments")),
      first.said,
    );
    assert.equal(directory.read("answers/posted"), "<!-- pulumi-cos preview of dev -->\nwithout credentials\n");

    artifact("preview-dev", "preview.md", "with credentials\n");
    answer("gh-found", "4711\n");
    const second = await runStep("comment.yml", "comment", "Comment", env);
    assert.equal(second.code, 0, second.said);
    assert.match(second.calls.at(-1) ?? "", /--method PATCH repos\/acme\/cos\/issues\/comments\/4711 /);
    assert.equal(directory.read("answers/posted"), "<!-- pulumi-cos preview of dev -->\nwith credentials\n");
  });

  it("update a stack, and say whether all is well", async () => {
    const { calls } = await runStep("deploy.yml", "up", "Update");
    assert.match(calls[0] ?? "", /^pulumi up --stack dev --yes --non-interactive/);
    const doctor = await runStep("deploy.yml", "up", "Is all well?");
    assert.equal(doctor.code, 0);
    assert.equal(doctor.calls.at(-1), "npx pulumi-cos --stack dev doctor");
  });

  it("find drift, and open one issue for it", async () => {
    answer("pulumi", "~ 2 to update\n");
    assert.equal((await runStep("drift.yml", "look", "Compare")).code, 0);
    answer("pulumi-code", "1");
    const { code, said } = await runStep("drift.yml", "look", "Compare");
    assert.deepEqual([code, said], [1, "~ 2 to update"]);

    artifact("drift-dev", "drift.txt", readFileSync(join(tree, "drift.txt"), "utf8"));
    const env = { GH_REPO: "acme/cos", RUN: "https://example.com/run" };
    const opened = await runStep("drift.yml", "report", "Issue", env);
    assert.match(opened.calls.at(-1) ?? "", /^gh issue create --title The stack dev is not what its program asks for/);
    assert.equal(directory.read("answers/posted"), "https://example.com/run\n```\n~ 2 to update\n```\n");
    answer("gh-found", "12\n");
    const again = await runStep("drift.yml", "report", "Issue", env);
    assert.match(again.calls.at(-1) ?? "", /^gh issue edit 12 /);
  });

  it("release what the tag, the version and the changelog agree on", async () => {
    const notes = "The tag, the version and the changelog agree";
    const { version } = JSON.parse(read("package.json")) as { version: string };
    writeFileSync(
      join(tree, "CHANGELOG.md"),
      `# Changelog\n\n## Unreleased\n\nnot yet\n\n## ${version}\n\n- first\n\n## ${version}0\n\n- other\n`,
    );
    assert.equal((await runStep("release.yml", "pack", notes, { TAG: `v${version}` })).code, 0);
    assert.equal(readFileSync(join(tree, "notes.md"), "utf8").trim(), "- first");
    const wrong = await runStep("release.yml", "pack", notes, { TAG: "v9.9.9" });
    assert.deepEqual(
      [wrong.code, wrong.said],
      [1, `The tag is v9.9.9, and package.json has version ${version}: it would be v${version}.`],
    );
    writeFileSync(join(tree, "CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\nnot yet\n");
    const nothing = await runStep("release.yml", "pack", notes, { TAG: `v${version}` });
    assert.deepEqual([nothing.code, nothing.said], [1, `CHANGELOG.md has nothing under "## ${version}".`]);

    for (const name of ["Checks", "Pack"]) assert.equal((await runStep("release.yml", "pack", name)).code, 0);
    writeFileSync(join(tree, "pulumi-cos.tgz"), "");
    const published = await runStep("release.yml", "publish", "Publish");
    assert.equal(published.calls.at(-1), "npm publish --provenance --access public ./pulumi-cos.tgz");
    const released = await runStep("release.yml", "publish", "Release", { TAG: "v1.0.0" });
    assert.equal(
      released.calls.at(-1),
      "gh release create v1.0.0 --title v1.0.0 --notes-file notes.md ./pulumi-cos.tgz",
    );
  });

  describe("through a tunnel", () => {
    const tunneled = { TUNNEL: "true" };

    it("have the APIs under the names of their load balancers, while they run", async () => {
      const [port] = await freePorts(1);
      answer("pulumi-nomadAddress", `https://apis.example.com:${port}`);
      answer("pulumi-consulAddress", `https://apis.example.com:${port}`);
      // As the sessions of SSM do, it listens some time after it has started.
      answer(
        "tunnel.js",
        `setTimeout(() => require("net").createServer().listen(${port}, "127.0.0.1", () =>
          require("fs").writeFileSync(process.env.ANSWERS + "/tunnel-pid", String(process.pid))), 500);`,
      );
      const { code, said, calls } = await runStep("deploy.yml", "up", "Update", tunneled);
      assert.equal(code, 0, said);
      assert.ok(calls.includes("npx pulumi-cos --stack dev login apis"), calls.join("\n"));
      assert.match(calls.at(-1) ?? "", /^pulumi up /);
      assert.equal(directory.read("hosts"), "127.0.0.1 apis.example.com\n");
      await tunnelHasEnded(directory);
    });

    it("fail where it ends, and say what it said", async () => {
      answer("pulumi-nomadAddress", "https://apis.example.com:1");
      answer("pulumi-consulAddress", "https://apis.example.com:1");
      answer("tunnel.js", `console.error("No instance of cluster cos-dev is running"); process.exit(1);`);
      const { code, said, calls } = await runStep("deploy.yml", "up", "Update", tunneled);
      assert.equal(code, 1);
      assert.match(said, /^The tunnel to the APIs has ended:\nNo instance of cluster cos-dev is running$/m);
      assert.ok(!calls.some((call) => call.startsWith("pulumi up")));
    });

    it("do without one for a stack that is not up yet", async () => {
      const { code, calls } = await runStep("deploy.yml", "up", "Update", tunneled);
      assert.equal(code, 0);
      assert.match(calls.at(-1) ?? "", /^pulumi up /);
    });
  });

  it("have all been run here", () => {
    assert.deepEqual([...ran].sort(), runSteps.map(({ id }) => id).sort());
  });
});

/** Waits until what the tunnel ran as is gone. */
async function tunnelHasEnded(directory: TestDirectory): Promise<void> {
  const pid = directory.read("answers/tunnel-pid");
  assert.notEqual(pid, "", "there was no tunnel");
  await until(() => !existsSync(`/proc/${pid}`));
}
