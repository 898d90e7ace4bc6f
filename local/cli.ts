/** The commands of the local run: `npm start`, `npm run status | logs | destroy | pulumi`, `npm stop`. */
import { quote } from "../cli/shell";
import { apiVariables } from "./apis";
import { Command, InvalidArgumentError } from "commander";
import { ConfigError } from "../config";
import { tryLock } from "../programs/lock";
import { ProgramUnavailableError } from "../programs/resolve";
import { destroy } from "./destroy";
import { Installation, InstallationOptions, openInstallation, UserError } from "./installation";
import { readLogs } from "./logs";
import { resolveLocalPrograms } from "./programs";
import { startReport, statusReport } from "./report";
import { passThrough } from "./stack";
import { start } from "./start";
import { stopAll } from "./stop";

const program = new Command("cos")
  .description("The COS on this machine: Consul, Nomad and fabio, with the jobs of the stack's configuration")
  .option("--config <file>", "the stack's configuration", "Pulumi.local.yaml")
  .option("--directory <path>", "where everything is kept that the local run writes", ".cos");

program
  .command("start")
  .description("start it, or bring it to what the configuration and the job files say")
  .action(() =>
    alone("current", async (installation, signal) => {
      console.log(startReport(installation, await start(installation, signal)));
    }),
  );

program
  .command("status")
  .description("say what is healthy and what is not; exits 1 where something is not")
  .action(async () => {
    const { text, healthy } = await statusReport(open("current"));
    console.log(text);
    if (!healthy) process.exitCode = 1;
  });

program
  .command("logs")
  .argument("<name>", "consul, nomad, or the name of a job or of a task")
  .option("-n, --lines <number>", "how many lines of each", wholeNumber, 50)
  .description("show the last lines of an agent's log, or of what a task has written")
  .action(async (name: string, options: { lines: number }) => {
    console.log(await readLogs(open("last applied"), name, options.lines));
  });

program
  .command("env")
  .description("print what the consul and nomad CLIs need to find the agents and be let in, for the shell's `eval`")
  .action(() => {
    for (const [name, value] of Object.entries(apiVariables(open("last applied"))))
      console.log(`export ${name}=${quote(value)}`);
  });

program
  .command("stop")
  .description("stop everything; the data stays, and the next start has it again")
  .action(() =>
    alone("last applied", async (installation) => {
      await stopAll(installation, progress("stopping"));
      console.log("Stopped. The data stays: `npm start` has it again, `npm run destroy` removes it.");
    }),
  );

program
  .command("destroy")
  .description("remove the jobs, the stack and the data")
  .action(() =>
    alone("last applied", async (installation, signal) => {
      await destroy(installation, signal, progress("removing"));
      console.log(`Removed the jobs, the stack and ${installation.directory}.`);
    }),
  );

program
  .command("pulumi")
  .argument("<args...>", "of pulumi, for instance: preview --diff")
  .allowUnknownOption()
  .description("run pulumi on the local stack")
  .action(async (args: string[]) => {
    const installation = open("current");
    const programs = await resolveLocalPrograms(new AbortController().signal, progress("programs"));
    process.exitCode = await passThrough(installation, programs, args);
  });

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}

function open(which: "current" | "last applied"): Installation {
  return openInstallation(program.opts<InstallationOptions>(), which);
}

/** Runs a command that changes things: one at a time in an installation, interrupted by Ctrl-C. */
async function alone(
  which: "current" | "last applied",
  run: (installation: Installation, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const installation = open(which);
  const { lock, holder } = await tryLock(installation.directory);
  if (!lock) {
    throw new UserError(
      `Another command is at work in ${installation.directory}${holder ? `: process ${holder.pid}, since ${holder.since}` : ""}. Wait for it, or end it.`,
    );
  }
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      interrupted.abort(new UserError("Interrupted. The same command goes on from here."));
    });
  }
  try {
    await run(installation, interrupted.signal);
  } finally {
    await lock.release();
  }
}

function progress(title: string): (what: string) => void {
  return (what) => {
    process.stderr.write(`${title}: ${what}\n`);
  };
}

program.parseAsync().catch((error: unknown) => {
  const expected =
    error instanceof UserError || error instanceof ConfigError || error instanceof ProgramUnavailableError;
  process.stderr.write(
    `\n${expected ? error.message : error instanceof Error ? String(error.stack) : String(error)}\n`,
  );
  process.exitCode = 1;
});
