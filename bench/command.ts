/** How a command has ended. */
export interface CommandResult {
  exitCode: number;
  /** All that it wrote, to both streams. */
  output: string;
}

export interface CommandOptions {
  cwd: string;
  /** The whole environment. @default this process's */
  env?: NodeJS.ProcessEnv;
  /** Interrupts the command, and what it runs, as Ctrl-C does; its end is awaited all the same. */
  interrupt?: AbortSignal | undefined;
}

/** Runs a command and waits for its end, whatever its exit code. */
export async function runCommand(file: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  const { execa } = await import("execa");
  const child = execa(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    // A process group of its own, out of the terminal's: a Ctrl-C is for the caller, who decides what it means here.
    detached: true,
    cleanup: false,
  });
  const interrupt = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
  };
  if (options.interrupt?.aborted) interrupt();
  options.interrupt?.addEventListener("abort", interrupt);
  try {
    const { exitCode = 1, all } = await child;
    return { exitCode, output: all };
  } finally {
    options.interrupt?.removeEventListener("abort", interrupt);
  }
}
