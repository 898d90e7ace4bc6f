import { fstatSync } from "node:fs";

/**
 * Calls back when the engine that started this process has died, after which nothing else would end it: the engine holds
 * the other end of our standard input.
 */
export function whenEngineGone(end: () => void): void {
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.on("end", end).resume();
}
