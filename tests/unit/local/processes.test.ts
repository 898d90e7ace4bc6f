import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import {
  findProcesses,
  isAlive,
  type ProcessRecord,
  ProcessTable,
  recordOf,
  startDetached,
  stopProcess,
} from "../../../local/processes";
import { useDirectory } from "../../support/directory";
import { until } from "../../support/until";

describe("background processes", function () {
  this.timeout(20_000);
  const directory = useDirectory("processes");
  const started: ProcessRecord[] = [];

  function shell(script: string, env: NodeJS.ProcessEnv = process.env): ProcessRecord {
    const record = startDetached("/bin/sh", ["-c", script], {
      logFile: directory.at("log"),
      env,
      cwd: directory.path,
      fingerprint: "f",
    });
    started.push(record);
    return record;
  }

  afterEach(async () => {
    for (const record of started.splice(0)) await stopProcess(record, 0);
  });

  it("write to their log and have their directory and environment", async () => {
    shell('pwd; echo "$WORD" >&2; exec sleep 60', { PATH: process.env.PATH, WORD: "heard" });
    await until(() => directory.read("log").split("\n").length === 3);
    assert.equal(directory.read("log"), `${directory.path}\nheard\n`);
  });

  it("append to the log that there is", async () => {
    directory.write("log", "before\n");
    shell("echo after");
    await until(() => directory.read("log") === "before\nafter\n");
  });

  it("are in a session of their own, so that a Ctrl-C here does not reach them", async () => {
    const { pid } = shell("cut -d ' ' -f 5,6 /proc/self/stat; exec sleep 60");
    await until(() => directory.read("log") !== "");
    assert.equal(directory.read("log"), `${pid} ${pid}\n`);
  });

  it("are alive until they have ended", async () => {
    const record = shell("exec sleep 60");
    assert.equal(isAlive(record), true);
    process.kill(record.pid, "SIGKILL");
    await until(() => !isAlive(record));
  });

  it("are not alive as zombies", async () => {
    // The shell becomes a program that does not wait for its child, whose id it has written.
    const parent = shell("sleep 0.05 & echo $!; exec sleep 60");
    await until(() => directory.read("log") !== "");
    const child = recordOf(Number(directory.read("log")), "");
    await until(() => !isAlive(child));
    assert.equal(isAlive(parent), true);
    process.kill(child.pid, 0);
  });

  it("are not mistaken for another process with their id, from before or after them", async () => {
    const record = shell("exec sleep 60");
    const { startTime } = record;
    for (const other of [String(Number(startTime) - 1), String(Number(startTime) + 1), ""]) {
      assert.equal(isAlive({ ...record, startTime: other }), false);
    }
    assert.equal(isAlive({ ...record, boot: "another boot" }), false);
    await stopProcess({ ...record, startTime: "1" }, 0);
    await stopProcess({ ...record, boot: "another boot" }, 0);
    assert.equal(isAlive(record), true, "another process was ended");
  });

  it("have a start time whatever their program is called", async () => {
    const script = directory.write("a) S 1 (b", "#!/bin/sh\nwhile :; do sleep 0.01; done\n");
    const record = startDetached("/bin/sh", ["-c", `chmod +x "${script}" && exec "${script}"`], {
      logFile: directory.at("log"),
      env: process.env,
      cwd: directory.path,
      fingerprint: "",
    });
    started.push(record);
    await until(() => findProcesses(({ command }) => command.includes(script)).length === 1);
    assert.match(record.startTime, /^\d+$/);
    assert.deepEqual(recordOf(record.pid, ""), record);
  });

  it("are named when they cannot be started, and nothing else happens", async () => {
    const program = directory.at("absent");
    const options = { logFile: directory.at("log"), env: process.env, cwd: directory.path, fingerprint: "" };
    assert.throws(() => startDetached(program, [], options), { message: `${program} cannot be started` });
    // Node tells of it once more, later.
    await delay(50);
  });

  it("end by the signal that they are sent", async () => {
    const record = shell("trap 'echo gently; exit' INT; echo ready; while :; do sleep 0.01; done");
    await until(() => directory.read("log") === "ready\n");
    await stopProcess(record, 10, "SIGINT");
    assert.equal(isAlive(record), false);
    assert.equal(directory.read("log"), "ready\ngently\n");
  });

  it("are killed when they do not end in time", async () => {
    const record = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    await until(() => directory.read("log") === "ready\n");
    const start = Date.now();
    await stopProcess(record, 0.3);
    assert.equal(isAlive(record), false);
    assert.ok(Date.now() - start >= 300, "it was killed before its time");
  });

  it("can be stopped when they have ended", async () => {
    const record = shell("exit 0");
    await until(() => !isAlive(record));
    await stopProcess(record, 10);
  });

  it("are found by their command, environment and directory", async () => {
    const { pid } = shell("exec sleep 60", { PATH: process.env.PATH, COS_MARK: directory.path });
    const mark = `COS_MARK=${directory.path}`;
    // For a moment, it has those of the process that has made it.
    await until(() => findProcesses(({ environment }) => environment().includes(mark)).includes(pid));
    assert.ok(findProcesses((process) => process.directory() === directory.path).includes(pid));
    assert.ok(findProcesses(({ command }) => command.includes(directory.path)).every((found) => found !== pid));
  });

  it("are remembered by name, and forgotten", async () => {
    const table = new ProcessTable(directory.path);
    assert.equal(table.get("consul"), undefined);
    const record = shell("exec sleep 60");
    table.set("consul", record);
    assert.deepEqual(new ProcessTable(directory.path).alive("consul"), record);
    await stopProcess(record, 5);
    assert.deepEqual(table.get("consul"), record);
    assert.equal(table.alive("consul"), undefined);
    table.remove("consul");
    table.remove("consul");
    assert.equal(table.get("consul"), undefined);
  });

  it("are unknown where their record is damaged", () => {
    directory.write("consul.json", '{"pid":');
    assert.equal(new ProcessTable(directory.path).alive("consul"), undefined);
  });
});
