import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Run, quoted, run } from "../../../plugins/command/run";
import { removeDirectory, temporaryDirectory } from "../../support/temporary";

describe("run", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory("command");
  });

  afterEach(async () => {
    await removeDirectory(directory);
  });

  function running(command: string, options: Partial<Run> = {}) {
    return run({
      command,
      interpreter: ["/bin/sh", "-c"],
      dir: directory,
      environment: { PATH: process.env["PATH"] },
      heard: { stdout: true, stderr: true },
      onLine: () => undefined,
      signal: new AbortController().signal,
      ...options,
    });
  }

  it("returns what the command wrote, without the last newline of each stream", async () => {
    const output = await running(String.raw`printf ' one\n\n'; printf 'two\n' >&2`);
    assert.deepEqual(output, { stdout: " one\n", stderr: "two" });
  });

  it("gives the command its interpreter, directory, environment and input, and nothing else", async () => {
    const program = "console.log(JSON.stringify([process.cwd(), process.env.NAME, process.env.HOME ?? null]))";
    const { stdout } = await running(program, {
      interpreter: [process.execPath, "--eval"],
      environment: { NAME: "value" },
    });
    assert.deepEqual(JSON.parse(stdout), [directory, "value", null]);
    assert.equal((await running("cat", { stdin: "typed in" })).stdout, "typed in");
    assert.equal((await running("cat")).stdout, "");
  });

  it("does not mind a command that leaves its input unread", async () => {
    assert.equal((await running("exec 0<&-; echo done", { stdin: "x".repeat(10_000_000) })).stdout, "done");
  });

  it("says each line while the command still runs, also one without an end", async () => {
    const lines: string[] = [];
    const command = `echo one; echo two >&2; while ! [ -e heard ]; do sleep 0.02; done; printf three`;
    const heardAll = () => lines.includes("one") && lines.includes("two");
    const onLine = (line: string) => {
      lines.push(line);
      // The command goes on only when both lines were heard.
      if (heardAll()) writeFileSync(join(directory, "heard"), "");
    };
    await running(command, { onLine });
    assert.deepEqual(lines.sort(), ["one", "three", "two"]);
  });

  it("says only the lines of the streams that are heard", async () => {
    const heardOf = async (heard: Run["heard"]) => {
      const lines: string[] = [];
      await running("echo out; echo err >&2", { heard, onLine: (line) => lines.push(line) });
      return lines.sort();
    };
    assert.deepEqual(await heardOf({ stdout: true, stderr: false }), ["out"]);
    assert.deepEqual(await heardOf({ stdout: false, stderr: true }), ["err"]);
    assert.deepEqual(await heardOf({ stdout: false, stderr: false }), []);
  });

  it("fails with the status, the command and all that it wrote", async () => {
    const command = `echo "trying"\necho sorry >&2; exit 3`;
    await assert.rejects(running(command), ({ message }: Error) => {
      assert.match(message, /^exit status 3: running "echo \\"trying\\"\\necho sorry >&2; exit 3":\n/);
      assert.deepEqual(message.split("\n").slice(1).sort(), ["", "sorry", "trying"]);
      return true;
    });
  });

  it("names the signal that ended a command", async () => {
    await assert.rejects(running("kill -TERM $$"), { message: `signal: terminated: running "kill -TERM $$":\n` });
  });

  it("says why a command could not be started", async () => {
    const missing = join(directory, "missing");
    await assert.rejects(running("true", { dir: missing }), {
      message: `chdir ${missing}: no such file or directory: running "true":\n`,
    });
    await assert.rejects(running("true", { interpreter: ["no-such-shell"] }), {
      message: `exec: "no-such-shell": executable file not found in $PATH: running "true":\n`,
    });
    await assert.rejects(running("true", { interpreter: [missing] }), {
      message: `fork/exec ${missing}: no such file or directory: running "true":\n`,
    });
    await assert.rejects(running("true", { environment: { LARGE: "x".repeat(1_000_000) } }), {
      message: `fork/exec /bin/sh: argument list too long: running "true":\n`,
    });
  });

  it("kills the command and what it started when it is aborted", async () => {
    const abort = new AbortController();
    const command = `sleep 600 & echo $! $$ >pids.part; mv pids.part pids; echo ready; wait`;
    const onLine = () => {
      abort.abort();
    };
    await assert.rejects(running(command, { signal: abort.signal, onLine }), /^Error: signal: killed: running "sleep/);
    const pids = (await readFile(join(directory, "pids"), "utf8")).trim().split(" ").map(Number);
    assert.equal(pids.length, 2);
    for (const pid of pids) await gone(pid);
  });

  it("starts nothing once it is aborted", async () => {
    await assert.rejects(running("touch started", { signal: AbortSignal.abort() }), /signal: killed/);
    await assert.rejects(readFile(join(directory, "started")), { code: "ENOENT" });
  });
});

/** Until a killed process is gone; one that nobody waits for stays a zombie until its parent does. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (status === "" || /^State:\s+Z/m.test(status)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("quoted", () => {
  it("escapes as Go does", () => {
    assert.equal(quoted(`a "b" \\ \t\n\r\v\u0007\u001b\u007f é 💡`), String.raw`"a \"b\" \\ \t\n\r\v\a\x1b\x7f é 💡"`);
  });
});
