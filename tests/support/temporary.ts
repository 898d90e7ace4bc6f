import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new directory, which the caller removes with {@link removeDirectory}. */
export function temporaryDirectory(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `pulumi-cos-${purpose}-`));
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
