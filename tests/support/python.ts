import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../programs/cache";
import { cached } from "./cached";
import { run } from "./command";

/** A Python interpreter that has the packages of a file of requirements, made once in the user's cache. */
export async function pythonWith(requirements: string): Promise<string> {
  const key = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 16);
  const venv = await cached(join(cacheDirectory(process.env), "python", key), `python-${key}`, async (directory) => {
    await run("python3", ["-m", "venv", directory]);
    // Not by bin/pip, which names this directory: it is moved afterwards.
    await run(join(directory, "bin", "python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  return join(venv, "bin", "python");
}
