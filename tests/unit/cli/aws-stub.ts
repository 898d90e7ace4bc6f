import { chmodSync } from "node:fs";
import { dirname } from "node:path";

/** What the stub answers to a command: JSON, or AWS's refusal with a code. */
export type AwsAnswer = object | { refused: string };

/**
 * Puts a program `aws` into a directory that stands in for the AWS CLI.
 *
 * @param write writes a file of the directory and returns its path
 * @param answers by the first two words of the command line; what has none is refused as AccessDenied
 * @returns an environment whose PATH has it; its calls are the lines of the file `calls`
 */
export function awsStub(
  write: (name: string, text: string) => string,
  answers: Record<string, AwsAnswer>,
): NodeJS.ProcessEnv {
  const program = write(
    "bin/aws",
    `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(write("calls", ""))}, args.join(" ") + "\\n");
const answers = ${JSON.stringify(answers)};
const answer = answers[args.slice(0, 4).join(" ")] ?? answers[args.slice(0, 2).join(" ")] ?? { refused: "AccessDenied" };
if (answer.refused) {
  process.stderr.write("\\nAn error occurred (" + answer.refused + ") when calling the X operation: no\\n");
  process.exitCode = 254;
} else {
  process.stdout.write(JSON.stringify(answer));
}
`,
  );
  chmodSync(program, 0o755);
  return { PATH: dirname(program) };
}
