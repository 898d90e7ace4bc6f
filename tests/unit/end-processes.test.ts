import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { useDirectory } from "../support/directory";
import { endProcessesBelow } from "../support/end-processes";

describe("what a failed test has started", () => {
  const directory = useDirectory("end-processes");
  const children: ChildProcess[] = [];
  const child = (...[args, options]: [string[], object]) => {
    const made = spawn("sleep", args, { stdio: "ignore", ...options });
    children.push(made);
    return made;
  };
  afterEach(() => {
    for (const each of children.splice(0)) each.kill("SIGKILL");
  });

  it("ends, be it by a file that it has open, where it stands, or what it was told, and nothing else does", async () => {
    directory.write("it/log", "");
    const log = openSync(directory.at("it", "log"), "a");
    const ours = [
      child(["300"], { stdio: ["ignore", log, "ignore"] }),
      child(["300"], { cwd: directory.at("it") }),
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", directory.at("it", "log")], { stdio: "ignore" }),
    ];
    children.push(...ours);
    const other = child(["300"], {});
    const ends = Promise.all(ours.map((each) => once(each, "exit")));
    await endProcessesBelow(directory.path);
    assert.deepEqual(
      (await ends).map(([, signal]) => signal as string),
      ["SIGKILL", "SIGKILL", "SIGKILL"],
    );
    assert.deepEqual([other.exitCode, other.signalCode], [null, null]);
  });
});
