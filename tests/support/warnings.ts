import * as pulumi from "@pulumi/pulumi";

/** The warnings that a program logs while it runs. */
export async function warningsOf(program: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = pulumi.log;
  const note: typeof warn = (message) => {
    warnings.push(message);
    return Promise.resolve();
  };
  Object.assign(pulumi.log, { warn: note });
  try {
    await program();
  } finally {
    Object.assign(pulumi.log, { warn });
  }
  return warnings;
}
