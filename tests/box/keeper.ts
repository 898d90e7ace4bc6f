/**
 * `keeper.ts DIRECTORY ARGUMENTS…` runs the supervisor of a box, with those arguments, in a process namespace of its own, and
 * when it has ended, however it has, all that was in there has too: then what is left in this machine's file system is removed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { recordOf } from "../../local/processes";
import { raiseInotifyLimit } from "../support/inotify";
import { BoxPlace, keeperName } from "./place";

const [directory = "", ...args] = process.argv.slice(2);
const place = new BoxPlace(directory);
const own = recordOf(process.pid, "");
place.processes.set(keeperName, own);
mkdirSync(place.temporary, { recursive: true });
raiseInotifyLimit(own);

// The shell is the first process, to which all that are left alone come.
const script = 'mount --make-rprivate / && mount --types proc proc /proc && "$@"; exit $?';
const supervisor = [process.execPath, "--require", "tsx/cjs", join(__dirname, "supervisor.ts"), directory, ...args];
const child: ChildProcess = spawn(
  "setpriv",
  [
    // Were this process killed, the box would end too.
    ...["--pdeathsig", "KILL", "unshare", "--pid", "--mount", "--fork", "--kill-child"],
    ...["bash", "-c", script, "bash", ...supervisor],
  ],
  // What is temporary is removed with all else.
  { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, TMPDIR: place.temporary } },
);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.on(signal, () => {
    child.kill("SIGKILL");
  });
}
child.once("exit", () => void place.clear());
