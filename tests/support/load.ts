import { setTimeout as delay } from "node:timers/promises";

/** How the requests of a {@link Load} have ended. */
export interface LoadResult {
  requests: number;
  /** What came instead of a 200, with the time in milliseconds since the start, in words. */
  failures: string[];
  /** How often each version of the service has answered. */
  versions: Record<string, number>;
}

const clients = 4;
const requestTimeoutMs = 10_000;

/**
 * Steady load: a few clients, each of which sends its next request when it has had the answer to the last, and has waited
 * for a pause.
 */
export class Load {
  readonly result: LoadResult = { requests: 0, failures: [], versions: {} };
  private stopped = false;
  private readonly started = Date.now();
  private readonly running: Promise<unknown>;

  /** @param pauseMs of each client */
  constructor(
    private readonly url: string,
    private readonly pauseMs = 0,
  ) {
    this.running = Promise.all(Array.from({ length: clients }, () => this.client()));
  }

  /** Goes on until there were that many requests, and returns how all of them ended. */
  async stop(atLeast: number): Promise<LoadResult> {
    while (this.result.requests < atLeast) await this.request();
    this.stopped = true;
    await this.running;
    return this.result;
  }

  private async client(): Promise<void> {
    while (!this.stopped) {
      await this.request();
      if (this.pauseMs > 0) await delay(this.pauseMs);
    }
  }

  private async request(): Promise<void> {
    this.result.requests += 1;
    try {
      const response = await fetch(this.url, { signal: AbortSignal.timeout(requestTimeoutMs) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${text.trim()}`);
      const { version } = JSON.parse(text) as { version: string };
      this.result.versions[version] = (this.result.versions[version] ?? 0) + 1;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      this.result.failures.push(`after ${Date.now() - this.started} ms: ${String(cause)}`);
    }
  }
}
