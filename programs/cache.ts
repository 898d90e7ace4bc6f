import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { acquireLock, tryLock, type AcquireOptions } from "./lock";

/** The user's cache, shared by all clones: `$XDG_CACHE_HOME/pulumi-cos`, by default `~/.cache/pulumi-cos`. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME;
  // The XDG specification says that a relative path is to be ignored.
  return join(base && isAbsolute(base) ? base : join(env.HOME ?? homedir(), ".cache"), "pulumi-cos");
}

/**
 * Runs `work` while no other process works on the same thing (`key`) in this cache, after removing what dead processes
 * left in the cache's temporary directory.
 */
export async function workAlone<T>(
  cache: string,
  key: string,
  options: AcquireOptions,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(lockName(cache, key), options);
  try {
    await removeLeftovers(cache, key);
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Lets `fill` make a directory and then moves it to `destination` in one step, so that the cache never holds half of
 * one. To be called inside `workAlone` with the same key.
 */
export async function publish(
  cache: string,
  key: string,
  destination: string,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  await mkdir(temporaryDirectory(cache), { recursive: true });
  const directory = await mkdtemp(join(temporaryDirectory(cache), `${key}.`));
  try {
    await fill(directory);
    await mkdir(dirname(destination), { recursive: true });
    await rename(directory, destination);
  } finally {
    await remove(directory);
  }
}

/** A temporary directory belongs to whoever holds the lock of its key: with the lock free, its owner is dead. */
async function removeLeftovers(cache: string, heldKey: string): Promise<void> {
  for (const entry of await readdir(temporaryDirectory(cache)).catch(() => [])) {
    const path = join(temporaryDirectory(cache), entry);
    const key = entry.slice(0, entry.lastIndexOf("."));
    if (key === heldKey) {
      await remove(path);
      continue;
    }
    const { lock } = await tryLock(lockName(cache, key));
    if (!lock) continue;
    try {
      await remove(path);
    } finally {
      await lock.release();
    }
  }
}

const lockName = (cache: string, key: string): string => `${cache}\n${key}`;

const temporaryDirectory = (cache: string): string => join(cache, "tmp");

/** Retries, since a compiler that is being stopped may still add files. */
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 10 });
