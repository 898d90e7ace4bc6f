import { readFileSync } from "node:fs";

/** Takes off all mounts below a directory. Nomad keeps each task's secrets on one, in memory, which outlives the agent. */
export async function unmountBelow(directory: string): Promise<void> {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    // The kernel writes white space in a path as octal escapes.
    .map(
      (line) =>
        line.split(" ")[4]?.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))) ?? "",
    )
    .filter((path) => path.startsWith(`${directory}/`));
  if (mounts.length === 0) return;
  const { execa } = await import("execa");
  for (const path of mounts.reverse()) await execa("umount", [path]);
}
