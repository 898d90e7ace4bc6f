import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Cos, type CosArgs } from "../../components";
import { parseConfig } from "../../config";
import { awsFunctions, awsOutputs } from "../../cli/preview/mock-aws";
import { MockEngine } from "../../cli/preview/mock-engine";

/** The keys of a stack's configuration file in the repository. */
export function stackValues(stack: string): Record<string, unknown> {
  const file = join(__dirname, "..", "..", `Pulumi.${stack}.yaml`);
  return (parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> }).config;
}

/** What a stack's configuration makes of the component `Cos`. */
export function cosArgs(stack: string): CosArgs {
  const config = parseConfig(stackValues(stack));
  // The mocks' stack is called "test".
  if (config.target === "aws") return { clusterName: `cos-${stack}`, ...config.cos };
  throw new Error(`the stack ${stack} makes no cluster on AWS`);
}

/** Runs `Cos` under mocks, as the program does. */
export async function runCos(args: CosArgs, preview = false): Promise<{ engine: MockEngine; cos: Cos }> {
  const { engine, result } = await runProgram(() => new Cos("cos", args), preview);
  return { engine, cos: result };
}

/** Runs a program of the size of `Cos` under mocks. */
export async function runProgram<T>(program: () => T, preview = false): Promise<{ engine: MockEngine; result: T }> {
  const engine = await MockEngine.start(awsOutputs, preview, awsFunctions);
  const { stackTraceLimit } = Error;
  // Pulumi notes the stack of every promise that it makes, which would take most of the time.
  Error.stackTraceLimit = 0;
  try {
    return { engine, result: await engine.run(program) };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
