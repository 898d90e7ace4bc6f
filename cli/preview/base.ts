import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { messageOf, UserError } from "../errors";

const run = promisify(execFile);
/** A program of some size, as tar. */
const maxBuffer = 1024 * 1024 * 1024;
/** What ends the command early. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Hands over a directory with the project as it is at a commit, beside which the working tree is left alone, and removes it, also when the command is interrupted.
 *
 * @param ref a branch, tag or commit
 * @param log told what takes long
 * @throws UserError where the project is in no git repository, or that has no such commit
 */
export async function withBase<T>(ref: string, log: (text: string) => void, use: (directory: string) => Promise<T>) {
  const git = async (...args: string[]) => (await run("git", args)).stdout.trim();
  const top = await git("rev-parse", "--show-toplevel").catch((error: unknown) => {
    throw new UserError(`--base ${ref}: ${process.cwd()} is in no git repository: ${messageOf(error)}`);
  });
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).catch(() => {
    throw new UserError(
      `--base ${ref}: there is no such commit here. In a clone that is shallow: git fetch origin ${ref}`,
    );
  });
  // Made once a signal removes it.
  let directory: string | undefined;
  const remove = () => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const onSignal = (signal: NodeJS.Signals) => {
    remove();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    directory = mkdtempSync(join(tmpdir(), "pulumi-cos-base-"));
    const archive = join(directory, "base.tar");
    const tree = join(directory, "tree");
    await run("git", ["-C", top, "archive", "--format=tar", "--prefix=tree/", "--output", archive, commit]);
    await run("tar", ["-x", "-f", archive, "-C", directory], { maxBuffer });
    const project = join(tree, relative(top, process.cwd()));
    await install(process.cwd(), project, top, log);
    return await use(project);
  } finally {
    for (const signal of signals) process.removeListener(signal, onSignal);
    remove();
  }
}

/** Gives the project at the commit its packages: those that are installed here, where they are the same. */
async function install(here: string, there: string, top: string, log: (text: string) => void): Promise<void> {
  if (!existsSync(there)) return;
  const lock = (directory: string) => {
    const file = join(directory, "package-lock.json");
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  if (lock(there) !== undefined && lock(there) !== lock(here)) {
    log("Installing the packages of the base, which are others");
    try {
      await run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: there, maxBuffer });
    } catch (error) {
      throw new UserError(`npm ci of the base fails: ${messageOf(error)}`);
    }
    return;
  }
  // Packages are found in directories above, too.
  for (let [from, to] = [here, there]; ; [from, to] = [dirname(from), dirname(to)]) {
    const modules = join(from, "node_modules");
    if (existsSync(modules) && !existsSync(join(to, "node_modules"))) symlinkSync(modules, join(to, "node_modules"));
    if (from === top || from === dirname(from)) return;
  }
}
