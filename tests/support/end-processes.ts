import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/**
 * Ends all processes that have something below a directory open, stand in it, or are told of it: tasks, and what Nomad runs beside them, which outlive an agent
 * that could not end them.
 */
export async function endProcessesBelow(directory: string): Promise<void> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  for (const pid of pids) {
    if (!(await isBelow(pid, directory))) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** What has ended meanwhile is not. */
async function isBelow(pid: string, directory: string): Promise<boolean> {
  const process = join("/proc", pid);
  const told = await readFile(join(process, "cmdline"), "utf8").catch(() => "");
  if (told.includes(`${directory}/`)) return true;
  const open = await readdir(join(process, "fd")).catch(() => []);
  const links = [join(process, "cwd"), ...open.map((fd) => join(process, "fd", fd))];
  const places = await Promise.all(links.map((link) => readlink(link).catch(() => "")));
  return places.some((place) => place.startsWith(`${directory}/`));
}
