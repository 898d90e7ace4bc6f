import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "../http-client";

const ATTEMPTS = 10;
const PAUSE_MS = 5000;

/** Deletes what Nomad holds on to until the jobs or nodes in it are gone, with as much patience as the real plugin. */
export async function deleteWhenFree(what: string, held: RegExp, remove: () => Promise<unknown>, signal: AbortSignal) {
  for (let attempt = 0; ; attempt++) {
    try {
      await remove();
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (attempt < ATTEMPTS && error instanceof HttpError && held.test(error.body)) {
        await sleep(PAUSE_MS, undefined, { signal });
        continue;
      }
      throw new Error(`error deleting ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
