import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const root = join(__dirname, "..", "..");

/** Runs a program of `ClusterSettings` as its command does, with these variables alone in its environment, but for that what is denied stays denied. */
export async function runProgram(program: string, ...environments: Record<string, string>[]) {
  const child = spawn("node", ["--input-type=module", "--eval", program], {
    cwd: root,
    env: Object.assign({ PATH: process.env.PATH, COS_DENIED_SECONDS: "0" }, ...environments) as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}
