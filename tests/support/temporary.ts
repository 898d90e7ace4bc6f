import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new directory, which the caller removes with {@link removeDirectory}. */
export function temporaryDirectory(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `pulumi-cos-${purpose}-`));
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Ports on 127.0.0.1 that were free just now, all different. They are out of the ranges from which the kernel (32768 and
 * up) and Nomad (20000 to 32000) give ports to others, so that they stay free until they are used.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(10_000, 20_000);
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
