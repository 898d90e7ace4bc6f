import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { PreviewReport } from "../../../../cli/preview/report";
import { run } from "../../../../cli/program";
import type { CosArgs } from "../../../../components";
import { useDirectory } from "../../../support/directory";
import { until } from "../../../support/until";

const repository = join(__dirname, "..", "..", "..", "..");
const readDev = () =>
  parse(readFileSync(join(repository, "Pulumi.dev.yaml"), "utf8")) as { config: Record<`cos:${string}`, never> };

describe("pulumi-cos preview", function () {
  this.timeout(120_000);
  const directory = useDirectory("preview");
  const here = process.cwd();

  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], {
      cwd: directory.path,
    });

  /** A project with this repository's program and stack dev, committed as `main`, in which this process stands. */
  beforeEach(() => {
    directory.write("Pulumi.yaml", "name: cos\nmain: main.js\nruntime: nodejs\n");
    const program = (file: string) => JSON.stringify(join(repository, file));
    directory.write("main.js", `require(${program("load")});\nmodule.exports = require(${program("index.ts")});\n`);
    directory.write("Pulumi.dev.yaml", stringify(readDev()));
    cpSync(join(repository, "jobs"), directory.at("jobs"), { recursive: true });
    git("init", "--quiet", "--initial-branch", "main");
    git("add", ".");
    git("commit", "--quiet", "--message", "base");
    process.chdir(directory.path);
  });

  afterEach(() => {
    process.chdir(here);
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith("pulumi-cos-base-"));
    assert.deepEqual(left, []);
  });

  async function preview(...args: string[]) {
    const [out, notes]: [string[], string[]] = [[], []];
    const terminal = {
      print: (text: string) => out.push(text),
      note: (text: string) => notes.push(text),
      paint: (_: unknown, text: string) => text,
    };
    const code = await run(["node", "pulumi-cos", "preview", ...args], terminal, {});
    return { code, out: out.join("\n"), notes: notes.join("\n") };
  }

  it("finds the same where nothing differs, and changes nothing in the repository", async () => {
    const { code, out } = await preview("--base", "main");
    assert.equal(code, 0);
    assert.match(
      out,
      /^Stack dev, compared with main\nIt asks for the same resources\.\n.*: \$\d+\.\d\d, as before\.$/,
    );
    assert.equal(git("status", "--porcelain").toString(), "");
  });

  it("shows what a change means in agents' configuration, policies, jobs and money", async () => {
    const dev = readDev();
    const [pool] = (dev.config["cos:nomad"] as CosArgs["nomad"])?.pools ?? [];
    assert.ok(pool);
    Object.assign(pool, {
      instanceTypes: ["t4g.small"],
      meta: { rack: "blue" },
      policyStatements: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::reports/*"] }],
    });
    directory.write("Pulumi.dev.yaml", stringify(dev));
    directory.write("jobs/ping.nomad.hcl", `${directory.read("jobs/ping.nomad.hcl")}# changed here\n`);

    const { code, out } = await preview("--base", "main", "--json");
    assert.equal(code, 0);
    const { differences, cost } = JSON.parse(out) as PreviewReport;
    const of = (title: string) => differences.find((found) => found.title.endsWith(title));
    assert.match(of(`-${pool.name}-nodes-template`)?.diff ?? "", /^\+ +rack: blue$/m);
    assert.match(of("RolePolicy cos-nomad-public-services-nodes-policy")?.diff ?? "", /^\+ +- s3:GetObject$/m);
    assert.match(of("nomad:index/job:Job jobs-ping")?.diff ?? "", /^\+ +# changed here$/m);
    assert.ok((cost.after.total ?? 0) > (cost.before.total ?? Infinity));

    const markdown = await preview("--base", "main", "--markdown");
    assert.match(markdown.out, /^### Stack dev, compared with main\n[^]*\+\$\d+\.\d\d \(before: /);
  });

  it("compares a stack that is new with nothing", async () => {
    directory.write("Pulumi.next.yaml", stringify(readDev()));
    const { code, out } = await preview("--base", "main", "--config", "Pulumi.next.yaml");
    assert.equal(code, 0);
    assert.match(out, /: \d{3} added, 0 removed, 0 changed\.\n.*: \$\d+\.\d\d, \+\$\d+\.\d\d \(before: \$0\.00\)/);
  });

  it("says what is wrong with a configuration, with each key", async () => {
    directory.write("Pulumi.dev.yaml", stringify({ config: { ...readDev().config, "cos:consul": { servers: 2 } } }));
    const { code, out, notes } = await preview("--base", "main");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      notes,
      /The program of the working tree fails: 1 error in the stack's configuration:\n +cos:consul.servers: /,
    );
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const env = { ...process.env, TMPDIR: directory.at("tmp") };
    mkdirSync(env.TMPDIR);
    const child = spawn(process.execPath, [join(repository, "cli", "main.js"), "preview", "--base", "main"], { env });
    const ended = once(child, "exit");
    const left = () => readdirSync(env.TMPDIR).filter((name) => name.startsWith("pulumi-cos-base-"));
    await until(() => left().length > 0);
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [143, null]);
    assert.deepEqual(left(), []);
  });

  it("says what is missing: a base, a commit, a project", async () => {
    const missing = await preview();
    assert.equal(missing.code, 2);
    assert.match(missing.notes, /required option '--base <ref>' not specified/);
    const unknown = await preview("--base", "nowhere");
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.notes,
      /^--base nowhere: there is no such commit here\. In a clone that is shallow: git fetch /,
    );
    process.chdir(tmpdir());
    process.chdir(directory.path);
    const engine = await preview("--base", "main", "--engine", "nowhere");
    assert.equal(engine.code, 1);
    assert.match(engine.notes, /^--engine nowhere cannot be read: ENOENT/);
    process.chdir(tmpdir());
    const elsewhere = await preview("--base", "main");
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.notes, /^There is no Pulumi\.yaml in /);
  });
});
