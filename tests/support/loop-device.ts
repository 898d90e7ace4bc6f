import { type ChildProcess, spawn } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { run } from "./command";

/** A block device over a file. The kernel takes it away once nothing uses it any more, whatever becomes of the test. */
export class LoopDevice {
  private constructor(
    readonly path: string,
    private readonly holder: ChildProcess,
  ) {}

  static async create(file: string, bytes = 64 << 20): Promise<LoopDevice> {
    await writeFile(file, "");
    await truncate(file, bytes);
    const path = (await run("losetup", ["--find", "--show", file])).trim();
    const holder = spawn("bash", ["-c", `exec 3<'${path}' && echo open && exec sleep infinity`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    // Detached now, it is gone when the last program closes it.
    await run("losetup", ["--detach", path]);
    return new LoopDevice(path, holder);
  }

  close(): void {
    this.holder.kill("SIGKILL");
  }
}
