import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { removeDirectory, temporaryDirectory } from "./temporary";

const repository = join(__dirname, "..", "..");

/** A policy pack that engines of this process can run until it is removed. */
export interface RunnablePack {
  /** For `--policy-pack`. */
  path: string;
  remove(): Promise<void>;
}

/**
 * Makes a policy pack that the language host of 3.68.0 need not run: it stands for today's here, and cannot. The pack is under another runtime's
 * name, for which the engine asks PATH.
 *
 * @param main what the pack runs
 * @param modules where its packages are
 */
export async function runnablePack(
  main = join(repository, "policy", "main.js"),
  modules = join(repository, "node_modules"),
): Promise<RunnablePack> {
  const directory = await temporaryDirectory("policy");
  const [path, bin] = [join(directory, "pack"), join(directory, "bin")];
  await mkdir(path);
  await mkdir(bin);
  await writeFile(join(path, "PulumiPolicy.yaml"), "name: cos\nruntime: cosnode\nmain: main.js\n");
  await writeFile(join(path, "package.json"), '{ "name": "policy", "version": "0.0.1", "main": "main.js" }');
  await writeFile(join(path, "main.js"), `require(${JSON.stringify(main)});\n`);
  await symlink(modules, join(path, "node_modules"));
  const analyzer = join(bin, "pulumi-analyzer-policy-cosnode");
  const program = join(modules, "@pulumi", "pulumi", "cmd", "run-policy-pack");
  await writeFile(analyzer, `#!/bin/sh\nexec node '${program}' "$@"\n`);
  await chmod(analyzer, 0o755);
  const before = process.env["PATH"] ?? "";
  process.env["PATH"] = `${bin}${delimiter}${before}`;
  return {
    path,
    remove() {
      process.env["PATH"] = before;
      return removeDirectory(directory);
    },
  };
}
