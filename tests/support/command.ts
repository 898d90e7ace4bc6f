export interface Command {
  /** Variables besides those of this process. */
  env?: Record<string, string>;
  input?: string;
  /** @default that of this process */
  cwd?: string;
}

/** Runs a command. Returns all that it printed, and rejects with it when it fails. */
export async function run(file: string, args: string[], { env, input, cwd }: Command = {}): Promise<string> {
  const { execa } = await import("execa");
  const { all, exitCode } = await execa(file, args, {
    all: true,
    reject: false,
    ...(cwd !== undefined && { cwd }),
    env: { LC_ALL: "C.UTF-8", ...env },
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
  });
  if (exitCode === 0) return all;
  throw new Error(
    `${[file, ...args].join(" ").slice(0, 300)} ended with exit code ${String(exitCode)}:\n${all.slice(-4000)}`,
  );
}
