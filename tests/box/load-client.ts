import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { LoadResult } from "../support/load";
import type { Laboratory } from "./laboratory";

const program = join(__dirname, "load-process.ts");

/**
 * Steady load on a URL, from outside of the VPC, while something is done. Resolves to how the requests have ended, and for how
 * long they went on, in seconds.
 */
export async function underLoad(
  box: Laboratory,
  url: string,
  action: () => Promise<void>,
): Promise<LoadResult & { seconds: number }> {
  const [file = "", ...args] = await box.through("operator");
  const client = spawn(file, [...args, process.execPath, "--require", require.resolve("tsx/cjs"), program, url], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const printed = text(client.stdout);
  const complaints = text(client.stderr);
  const ended = once(client, "exit").then(async () => {
    throw new Error(`the load has ended by itself: ${await complaints}`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([once(client.stderr, "data"), ended]);
    const started = Date.now();
    await Promise.race([action(), ended]);
    const seconds = (Date.now() - started) / 1000;
    client.stdin.end();
    return { ...(JSON.parse(await printed) as LoadResult), seconds };
  } finally {
    client.stdin.end();
    client.kill("SIGKILL");
  }
}
