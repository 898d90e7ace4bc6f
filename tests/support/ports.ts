import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Environment variable with the ports that a process's tests take theirs from, `FIRST-END`, the end not among them. */
export const portsVariable = "COS_TEST_PORTS";

// Out of the ranges from which the kernel (32768 and up) and Nomad (20000 to 32000) give ports to others, so that they stay free until they are used.
const first = 10_000;
const end = 20_000;

/** The value of that variable for one of several processes that run at once, counted from 0: none takes what is free for another. */
export function portsOf(index: number, processes: number): string {
  const share = Math.floor((end - first) / processes);
  return `${first + index * share}-${first + (index + 1) * share}`;
}

/** Ports on 127.0.0.1 that were free just now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const [from = first, to = end] = (process.env[portsVariable] ?? portsOf(0, 1)).split("-").map(Number);
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(from, to);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
