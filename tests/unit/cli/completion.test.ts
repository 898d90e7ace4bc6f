import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { mock } from "node:test";
import { run } from "../../../cli/program";
import { watchful } from "../../../cli/progress";
import { useDirectory } from "../../support/directory";
import { contextWith } from "./context";

const outputs = { consulAddress: "http://c:8500/", nomadAddress: "http://n:4646" };

async function call(...args: string[]) {
  const { context, written } = contextWith(outputs);
  return { code: await run(["node", "pulumi-cos", ...args], context.terminal, {}), ...written };
}

/** What is offered where these words stand, the last of them begun. */
const offered = async (...words: string[]) => (await call("complete", "--", ...words)).out.trim().split("\n");

describe("completion of pulumi-cos", () => {
  it("offers commands, and those below them", async () => {
    assert.deepEqual(await offered("no"), ["nodes"]);
    assert.deepEqual(await offered("wait", ""), ["servers", "clients", "refreshes"]);
    assert.ok(!(await offered("")).includes("complete"));
  });

  it("offers options of a command and of those above it, and the values that they can have", async () => {
    const options = await offered("wait", "clients", "--");
    for (const option of ["--pool", "--timeout", "--stack", "--help"]) assert.ok(options.includes(option), option);
    assert.deepEqual(await offered("image", "build", "--architecture", ""), ["arm64", "amd64"]);
    assert.deepEqual(await offered("completion", "f"), ["fish"]);
  });

  it("offers nothing where a name is wanted, and goes on after it", async () => {
    assert.deepEqual(await offered("--stack", ""), [""]);
    assert.deepEqual(await offered("--stack", "wait", "no"), ["nodes"]);
  });

  it("refuses a shell that it does not know", async () => {
    const { code, notes } = await call("completion", "csh");
    assert.equal(code, 2);
    assert.match(notes.join("\n"), /Allowed choices are bash, zsh, fish/);
  });

  describe("in shells", function () {
    this.timeout(60_000);
    const directory = useDirectory("completion");

    /** Runs a shell's script with the completion of this program, as PATH has it. */
    async function inShell(shell: "bash" | "zsh" | "fish", script: string): Promise<string> {
      const { out } = await call("completion", shell);
      const main = join(__dirname, "..", "..", "..", "cli", "main.js");
      chmodSync(directory.write("bin/pulumi-cos", `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`), 0o755);
      const file = directory.write("script", `${out}\n${script}\n`);
      return execFileSync(shell, shell === "fish" ? ["--no-config", file] : [file], {
        encoding: "utf8",
        env: { ...process.env, PATH: `${directory.at("bin")}:${process.env.PATH ?? ""}`, HOME: directory.path },
      }).trim();
    }

    it("works in bash", async () => {
      const words = `COMP_WORDS=(pulumi-cos wait se); COMP_CWORD=2; _pulumi_cos; echo "\${COMPREPLY[*]}"`;
      assert.equal(await inShell("bash", words), "servers");
    });

    it("works in zsh", async () => {
      const words = `COMP_WORDS=(pulumi-cos wait se); COMP_CWORD=2; _pulumi_cos_ask -- wait se; whence -w _pulumi_cos`;
      assert.equal(await inShell("zsh", words), "servers\n_pulumi_cos: function");
    });

    it("works in fish", async () => {
      assert.equal(await inShell("fish", 'complete --do-complete "pulumi-cos wait se"'), "servers");
    });
  });
});

describe("the help of pulumi-cos", () => {
  it("has examples, and says what exit codes mean", async () => {
    const { out } = await call("--help");
    assert.match(out, /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
    const commands = [...out.matchAll(/npx pulumi-cos (?:--stack \w+ )?(\w+)/g)].map(([, name = ""]) => name);
    assert.ok(commands.length >= 7);
    for (const name of commands) assert.match(out, new RegExp(`^ {2}${name} `, "m"), name);
  });

  it("has --json on each command that only reads", async () => {
    for (const name of [
      "env",
      "addresses",
      "nodes",
      "doctor",
      "job",
      "why",
      "cost",
      "preview",
      "preflight",
      "image list",
    ]) {
      assert.match((await call(...name.split(" "), "--help")).out, /--json/, name);
    }
  });
});

describe("a command that takes long", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] });
  });

  afterEach(() => {
    mock.timers.reset();
  });

  it("says after two seconds that it is at work, and again after ten in which it says nothing", () => {
    const { context, written } = contextWith(outputs);
    const { terminal, end } = watchful(context.terminal, "nodes");
    mock.timers.tick(1_999);
    assert.deepEqual(written.notes, []);
    mock.timers.tick(1);
    assert.deepEqual(written.notes, ["nodes: at work for 2 s …"]);
    mock.timers.tick(9_000);
    terminal.print("a");
    mock.timers.tick(9_000);
    assert.equal(written.notes.length, 1);
    mock.timers.tick(1_000);
    assert.equal(written.notes.length, 2);
    end();
  });

  it("says nothing more where it is done", () => {
    const { context, written } = contextWith(outputs);
    watchful(context.terminal, "nodes").end();
    mock.timers.tick(60_000);
    assert.deepEqual(written.notes, []);
  });
});
