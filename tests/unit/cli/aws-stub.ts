import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { quote } from "../../../cli/shell";

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
  const cases = Object.entries(answers).map(([command, answer]) => `${quote(command)}) ${says(answer)} ;;`);
  const program = write(
    "bin/aws",
    `#!/bin/sh
echo "$*" >> ${quote(write("calls", ""))}
case "$1 $2" in
${cases.join("\n")}
*) ${says({ refused: "AccessDenied" })} ;;
esac
`,
  );
  chmodSync(program, 0o755);
  return { PATH: dirname(program) };
}

function says(answer: AwsAnswer): string {
  if (!("refused" in answer)) return `printf %s ${quote(JSON.stringify(answer))}`;
  const message = `An error occurred (${answer.refused}) when calling the X operation: no`;
  return `echo ${quote(message)} >&2; exit 254`;
}
