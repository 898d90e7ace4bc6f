import { setTimeout as delay } from "node:timers/promises";

/** Waits until something is so; mocha's time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}
