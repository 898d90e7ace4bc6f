import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { executablesOnPath } from "../programs/path-lookup";
import { messageOf, UserError } from "./errors";
import type { StackOutputs } from "./outputs";

/** Where the outputs of a stack come from. */
export interface OutputsOptions {
  /** Name of the stack. @default the selected one */
  stack?: string | undefined;
  /** A JSON file with the outputs, instead of a stack. */
  outputs?: string | undefined;
}

/** Reads the outputs of a stack. @throws UserError */
export async function readOutputs(
  options: OutputsOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<StackOutputs> {
  const source = options.outputs ?? (options.stack ? `stack ${options.stack}` : "the selected stack");
  const text = options.outputs ? await fileText(options.outputs) : await stackText(options.stack, env);
  let outputs: unknown;
  try {
    outputs = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The outputs of ${source} are no JSON: ${messageOf(error)}`);
  }
  return checked(outputs, source);
}

/** The path of the pulumi program: of PATH, or the one that this repository has brought into the cache. */
export async function pulumiProgram(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const [onPath] = executablesOnPath("pulumi", env);
  if (onPath) return onPath;
  // Loaded only here, as it takes long; not by `import()`, see program.ts.
  const { resolveProgram } = createRequire(__filename)("../programs/resolve") as typeof import("../programs/resolve");
  return (await resolveProgram("pulumi", { env })).path;
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`--outputs ${file} cannot be read: ${messageOf(error)}`);
  }
}

async function stackText(stack: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const program = await pulumiProgram(env);
  const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive"];
  if (stack) args.push("--stack", stack);
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new UserError(
      `pulumi ${args.join(" ")} failed: ${stderr?.trim() || messageOf(error)}\n` +
        "Name the stack with --stack, or give a file with its outputs with --outputs.",
    );
  }
}

function checked(outputs: unknown, source: string): StackOutputs {
  const found = (typeof outputs === "object" ? outputs : undefined) ?? {};
  const missing = (["consulAddress", "nomadAddress"] as const).filter((key) => {
    const value = (found as Partial<StackOutputs>)[key];
    return typeof value !== "string" || !URL.canParse(value);
  });
  if (missing.length > 0) {
    throw new UserError(
      `The outputs of ${source} have no URL in ${missing.join(" and ")}. Has \`pulumi up\` run, and is this a stack of pulumi-cos?`,
    );
  }
  const { consulAddress, nomadAddress, ...rest } = found as StackOutputs;
  return { ...rest, consulAddress: trimmed(consulAddress), nomadAddress: trimmed(nomadAddress) };
}

const trimmed = (url: string) => url.replace(/\/+$/, "");
