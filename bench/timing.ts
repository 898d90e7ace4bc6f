import { setTimeout as delay } from "node:timers/promises";
import { type CommandOptions, runCommand } from "./command";

const pollMs = 20;
const answerTimeoutSeconds = 180;

export interface TimedOptions extends CommandOptions {
  /** What the command must have written to have done what is timed. */
  says?: string | undefined;
}

/** The seconds that a command takes. @throws with all that it wrote when it fails, and when it is interrupted */
export async function timeCommand(file: string, args: string[], options: TimedOptions): Promise<number> {
  const { says = "" } = options;
  const begin = performance.now();
  const { exitCode, output } = await runCommand(file, args, options);
  const seconds = (performance.now() - begin) / 1000;
  options.interrupt?.throwIfAborted();
  const command = [file, ...args].join(" ");
  if (exitCode !== 0) throw new Error(`${command} failed with exit code ${exitCode}:\n${output}`);
  if (!output.includes(says)) throw new Error(`${command} did not say "${says}", but:\n${output}`);
  return seconds;
}

/**
 * The seconds from now until a URL answers 200.
 *
 * @param running what is to bring that about; when it ends before, there is nothing to wait for
 * @throws also when it takes more than 3 minutes
 */
export async function timeUntilOk(url: string, running: Promise<unknown>): Promise<number> {
  const end = new AbortController();
  const onEnd = () => {
    end.abort();
  };
  running.then(onEnd, onEnd);
  const begin = performance.now();
  for (;;) {
    const ok = await answersOk(url);
    const seconds = (performance.now() - begin) / 1000;
    if (ok) return seconds;
    if (end.signal.aborted) throw new Error(`${url} does not answer 200, and what was to start it has ended`);
    if (seconds > answerTimeoutSeconds) throw new Error(`${url} does not answer 200 after ${answerTimeoutSeconds} s`);
    await delay(pollMs);
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    // Without `close`, a connection stays open, and a stopping fabio would wait for it.
    const response = await fetch(url, { headers: { Connection: "close" }, signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
