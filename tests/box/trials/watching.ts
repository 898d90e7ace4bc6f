import { setTimeout as delay } from "node:timers/promises";

const everyMs = 1000;

/** Looks again and again, at least once, while something goes on. */
export async function whileWatching<T>(act: () => Promise<T>, look: () => Promise<void>): Promise<T> {
  const done = new AbortController();
  const watching = (async () => {
    do {
      await look();
      await delay(everyMs);
    } while (!done.signal.aborted);
  })();
  try {
    return await act();
  } finally {
    done.abort();
    await watching;
  }
}
