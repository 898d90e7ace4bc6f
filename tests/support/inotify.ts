import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessRecord } from "../../local/processes";

const setting = "/proc/sys/fs/inotify/max_user_instances";
const needed = 1024;
/** A file for each process that needs more than the machine had, and one with what it had. */
const directory = "/run/pulumi-cos-inotify";
const original = join(directory, "original");

const fileOf = (holder: ProcessRecord): string => join(directory, `${holder.pid}-${holder.startTime}.json`);

/**
 * Lets root have as many instances of inotify as machines need: each has several, and the kernel's limit is for all of them
 * together. It stays so until the last process that needs it has said that it does not any more, or is gone.
 */
export function raiseInotifyLimit(holder: ProcessRecord): void {
  const before = readFileSync(setting, "utf8");
  if (Number(before) >= needed && holders().length === 0) return;
  mkdirSync(directory, { recursive: true });
  if (Number(before) < needed) {
    writeFileSync(original, before);
    writeFileSync(setting, String(needed));
  }
  writeFileSync(fileOf(holder), JSON.stringify(holder));
}

/** Says that a process needs it no longer; the last one restores what the machine had. */
export function restoreInotifyLimit(holder: ProcessRecord): void {
  rmSync(fileOf(holder), { force: true });
  if (!existsSync(original) || holders().some(isAlive)) return;
  writeFileSync(setting, readFileSync(original, "utf8"));
  rmSync(directory, { recursive: true });
}

function holders(): ProcessRecord[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
    return names.map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as ProcessRecord);
  } catch {
    return [];
  }
}
