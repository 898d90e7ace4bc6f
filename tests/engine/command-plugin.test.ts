import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Declared, PulumiProject } from "../support/pulumi-project";
import { until } from "../support/until";

describe("stand-in command plugin", function () {
  this.timeout(120_000); // each test runs pulumi several times

  let project: PulumiProject;

  beforeEach(async () => {
    project = await PulumiProject.create();
  });

  afterEach(async () => {
    await project.remove();
  });

  const command = (inputs: Record<string, unknown>): Declared => ({ type: "command:local:Command", inputs });
  const declare = (inputs: Record<string, unknown>) => project.declare({ it: command(inputs) });
  const path = (name: string) => join(project.directory, name);
  const read = (name: string) => readFile(path(name), "utf8");

  async function succeed(operation: "preview" | "up" | "destroy") {
    const result = await project[operation]();
    assert.equal(result.exitCode, 0, result.text);
    return result;
  }

  it("creates, leaves alone, updates, replaces and deletes", async () => {
    const inputs = { create: 'echo "created $N"; echo "create" >> log', environment: { N: "1" }, triggers: ["a"] };
    const removal = 'echo "delete after: $PULUMI_COMMAND_STDOUT" >> log';

    await declare({ ...inputs, delete: removal });
    assert.deepEqual((await succeed("up")).changes, { create: 2 });
    const created = await project.state("it");
    assert.equal(created?.outputs["stdout"], "created 1");
    assert.match(created.id ?? "", /^it[0-9a-f]{8}$/);

    assert.deepEqual((await succeed("up")).changes, { same: 2 });
    assert.equal(await read("log"), "create\n");

    const update = 'echo "updated from: $PULUMI_COMMAND_STDOUT"; echo "update" >> log';
    await declare({ ...inputs, update, delete: removal });
    const updated = await succeed("up");
    assert.deepEqual(updated.steps["it"]?.diff, ["update"]);
    assert.deepEqual(updated.changes, { same: 1, update: 1 });
    assert.equal((await project.state("it"))?.outputs["stdout"], "updated from: created 1");

    await declare({ ...inputs, update, delete: removal, triggers: ["b"] });
    const replaced = await succeed("up");
    assert.deepEqual(replaced.changes, { same: 1, replace: 1 });
    assert.notEqual((await project.state("it"))?.id, created.id);
    assert.equal(await read("log"), "create\nupdate\ncreate\ndelete after: updated from: created 1\n");

    await succeed("destroy");
    assert.match(await read("log"), /\ncreate\ndelete after: .*\ndelete after: created 1\n$/s);
  });

  it("gives the command its input, interpreter and directory, and runs it in the project otherwise", async () => {
    await project.declare({
      input: command({ create: "cat", stdin: "typed in\n" }),
      interpreter: command({ create: "console.log(6 * 7)", interpreter: ["node", "--eval"] }),
      directory: command({ create: "pwd", dir: "/" }),
      project: command({ create: "pwd -P" }),
    });
    await succeed("up");
    const stdout = async (name: string) => (await project.state(name))?.outputs["stdout"];
    assert.equal(await stdout("input"), "typed in");
    assert.equal(await stdout("interpreter"), "42");
    assert.equal(await stdout("directory"), "/");
    assert.equal(await stdout("project"), project.directory);
  });

  it("shows the lines of the command while it runs", async () => {
    await declare({ create: "echo hear me; echo me too >&2" });
    const { text } = await succeed("up");
    assert.match(text, /hear me/);
    assert.match(text, /me too/);
    await declare({ create: "echo hear me not", logging: "none" });
    assert.doesNotMatch((await succeed("up")).text, /hear me not/);
  });

  it("runs nothing in a preview", async () => {
    await declare({ create: "touch ran; echo 1", delete: "touch ran" });
    assert.deepEqual((await succeed("preview")).changes, { create: 2 });
    assert.equal(existsSync(path("ran")), false);
    await succeed("up");
    await declare({ create: "touch ran again; echo 2", delete: "touch ran" });
    assert.deepEqual((await succeed("preview")).steps["it"]?.diff, ["create"]);
    assert.equal(existsSync(path("again")), false);
  });

  it("says how a command failed, and tries again the next time", async () => {
    await declare({ create: 'test -e allowed || { echo "not yet" >&2; exit 7; }; echo done' });
    const failed = await project.up();
    assert.notEqual(failed.exitCode, 0);
    assert.match(failed.errors, /exit status 7: running "test -e allowed \|\| \{ echo \\"not yet\\" .*":\nnot yet/);
    assert.equal(await project.state("it"), undefined);
    await writeFile(path("allowed"), "");
    assert.deepEqual((await succeed("up")).changes, { create: 1, same: 1 });
  });

  it("keeps the old state when an update fails", async () => {
    await declare({ create: "echo 1" });
    await succeed("up");
    await declare({ create: "exit 1" });
    assert.notEqual((await project.up()).exitCode, 0);
    const state = await project.state("it");
    assert.equal(state?.inputs["create"], "echo 1");
    assert.equal(state.outputs["stdout"], "1");
  });

  it("refuses what it does not implement", async () => {
    const refusal = async (declared: Declared) => {
      await project.declare({ it: declared });
      const { exitCode, errors } = await project.preview();
      assert.notEqual(exitCode, 0);
      return errors;
    };
    const assets = await refusal(command({ create: "true", assetPaths: ["*"] }));
    assert.match(assets, /stand-in command plugin does not implement "assetPaths"/);
    const remote = await refusal({ type: "command:remote:Command", inputs: { create: "true" } });
    assert.match(remote, /stand-in command plugin does not implement command:remote:Command/);
  });

  it("keeps secret inputs, and what a command writes with them, out of the state", async () => {
    await declare({ create: 'echo "$WORD"', logging: "none", environment: { WORD: { $secret: "abracadabra" } } });
    assert.doesNotMatch((await succeed("up")).text, /abracadabra/);
    const { inputs, outputs } = (await project.state("it")) ?? {};
    assert.doesNotMatch(JSON.stringify({ inputs, outputs }), /abracadabra/);
    assert.match(JSON.stringify(outputs?.["stdout"]), /"ciphertext"/);
    assert.deepEqual((await succeed("up")).changes, { same: 2 });
  });

  it("leaves no process behind when pulumi is interrupted", async () => {
    await declare({ create: 'sleep 600 & echo "$PPID $$ $!" > part; mv part pids; wait' });
    const interrupted = project.up();
    await until(() => existsSync(path("pids")));
    const [plugin = 0, ...started] = (await read("pids")).trim().split(" ").map(Number);
    process.kill(await parentOf(plugin), "SIGINT");

    const { exitCode, text } = await interrupted;
    assert.notEqual(exitCode, 0, text);
    for (const pid of [plugin, ...started]) await until(() => isGone(pid));
    assert.equal(await project.state("it"), undefined);
  });
});

/** The process that started another: of a plugin, the engine. */
async function parentOf(pid: number): Promise<number> {
  return Number(/^PPid:\s*(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** Whether a process has ended; one that nobody waits for stays a zombie. */
async function isGone(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "State: gone");
  return /^State:\s*(Z|gone)/m.test(status);
}
