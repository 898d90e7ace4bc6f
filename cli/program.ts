import { createRequire } from "node:module";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { debianSuites } from "../components/machine-image/bake";
import { completions, completionScript, type Shell, shells } from "./completion";
import { type Context, exitCodes } from "./context";
import { UsageError, UserError } from "./errors";
import type { OutputsOptions } from "./read-outputs";
import { watchful } from "./progress";
import { processTerminal, type Terminal } from "./terminal";

// Loads the module of a command only when it is asked for. An `import()` would pass by the hook that compiles TypeScript here.
const load = createRequire(__filename);

/**
 * Runs a command line of `npx pulumi-cos`.
 *
 * @param argv as `process.argv`: the first two are not looked at
 * @returns the exit code
 */
export async function run(
  argv: string[],
  terminal: Terminal = processTerminal(),
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  let code: number = exitCodes.ok;
  const program = build(terminal, env, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    // Help and version end this way too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    terminal.note(isExpected(error) ? error.message : error instanceof Error ? String(error.stack) : String(error));
    return error instanceof UsageError ? exitCodes.usage : exitCodes.notWell;
  }
}

/** Errors whose message is enough: ours, the APIs' and those of the programs that are looked for. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof UserError ||
    (error instanceof Error && ["ApiError", "AwsError", "ConfigError", "ProgramUnavailableError"].includes(error.name))
  );
}

function build(terminal: Terminal, env: NodeJS.ProcessEnv, done: (code: number) => void): Command {
  const program = new Command("pulumi-cos")
    .description("Operates a cluster that pulumi-cos has made, by the outputs of its stack")
    .option("-s, --stack <name>", "the stack (default: the selected one)")
    .option("--outputs <file>", "a JSON file with the stack's outputs, instead of the stack")
    .showHelpAfterError("(pulumi-cos --help says more)")
    .addHelpText("after", examples)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.print(text.trimEnd());
      },
      writeErr: (text) => {
        terminal.note(text.trimEnd());
      },
    });

  /**
   * Runs what a module exports, which says by its number how things are.
   *
   * @param quiet whether it hands the terminal over, to which nothing else is written then
   */
  const act =
    (verb: () => (context: Context, ...args: never[]) => Promise<number>, quiet = false) =>
    async (...args: unknown[]): Promise<void> => {
      const options = program.opts<OutputsOptions>();
      // Commander hands the command itself over as the last argument.
      const watched = watchful(terminal, (args.at(-1) as Command).name());
      if (quiet) watched.end();
      const context: Context = {
        terminal: quiet ? terminal : watched.terminal,
        env,
        outputs: () => (load("./read-outputs") as typeof import("./read-outputs")).readOutputs(options, env),
      };
      try {
        done(await verb()(context, ...(args.slice(0, -1) as never[])));
      } finally {
        watched.end();
      }
    };

  program
    .command("env")
    .description('the environment of the nomad and consul CLIs: eval "$(npx pulumi-cos env)"')
    .option("--forwarded", "with the addresses that `login apis` makes")
    .option("--unset", "print what removes it again")
    .option("--json", "as JSON")
    .action(act(() => (load("./verbs/env") as typeof import("./verbs/env")).env));

  program
    .command("addresses")
    .description("addresses of the ingress, the APIs and the UIs")
    .option("--json", "as JSON")
    .action(act(() => (load("./verbs/addresses") as typeof import("./verbs/addresses")).addresses));

  program
    .command("nodes")
    .description("Consul's and Nomad's agents, and which of them are not well; exits 1 where one is not")
    .option("--json", "as JSON")
    .action(act(() => (load("./verbs/nodes") as typeof import("./verbs/nodes")).nodes));

  program
    .command("doctor")
    .description("what is wrong with the cluster, and the commands that mend it; exits 1 where anything is")
    .option("--json", "as JSON")
    .action(act(() => (load("./verbs/doctor") as typeof import("./verbs/doctor")).doctor));

  const wait = program.command("wait").description("wait until the cluster has what it should have");
  wait
    .command("servers")
    .description("until Consul and Nomad have leaders and all their servers as voters")
    .option("--timeout <seconds>", "when to give up, with exit code 1", wholeNumber, 600)
    .action(act(() => (load("./verbs/wait") as typeof import("./verbs/wait")).waitForServers));
  wait
    .command("clients")
    .description("until the pools have as many ready clients as they should have at least")
    .option("--pool <name>", "only this pool")
    .option("--count <number>", "this many clients instead, of each pool", wholeNumber)
    .option("--timeout <seconds>", "when to give up, with exit code 1", wholeNumber, 600)
    .action(act(() => (load("./verbs/wait") as typeof import("./verbs/wait")).waitForClients));
  wait
    .command("refreshes")
    .description("until no pool is refreshed any more; exits 1 where a refresh has failed or has gone back")
    .option("--timeout <seconds>", "when to give up, with exit code 1", wholeNumber, 3600)
    .action(act(() => (load("./verbs/wait") as typeof import("./verbs/wait")).waitForRefreshes));

  program
    .command("job")
    .argument("<name>", "its ID, or the beginning of it")
    .description("details of a job: groups, allocations and where they are, deployment")
    .option("--namespace <name>", "Nomad namespace (default: any)")
    .option("--json", "as JSON")
    .action(act(() => (load("./verbs/job") as typeof import("./verbs/job")).job));

  program
    .command("why")
    .argument("<job or allocation>", "ID of a job or of an allocation, or the beginning of it")
    .description("why an allocation is pending or failed, or a job is not whole, in sentences")
    .option("--namespace <name>", "Nomad namespace (default: any)")
    .option("--json", "as JSON")
    .action(act(() => (load("./verbs/why") as typeof import("./verbs/why")).why));

  program
    .command("drain")
    .argument("[node]", "a client's ID or the beginning of it, name, address, or EC2 instance ID")
    .description("move a client's tasks elsewhere and keep new ones away, until it has none")
    .option("--pool <name>", "all clients of a pool")
    .option("--tag <key=value>", "all clients whose EC2 instance has this tag, for instance cos-template=…")
    .option("--deadline <duration>", "when to stop what still runs: 90s, 30m, 2h, or none", "1h")
    .option("--ignore-system", "leave system jobs, such as fabio, running")
    .option("--detach", "do not wait until it is done")
    .option("--undo", "end the drain and let the client take tasks again")
    .action(act(() => (load("./verbs/drain") as typeof import("./verbs/drain")).drain));

  program
    .command("login")
    .argument(
      "[node or role]",
      "a node as for drain; consul-server, nomad-server, client, or a pool's name; or apis",
      "client",
    )
    .description("a shell on a node, or with `apis` the APIs on ports of this machine, by SSM Session Manager")
    .option("--print", "print the command line instead of running it")
    .action(act(() => (load("./verbs/login") as typeof import("./verbs/login")).login, true));

  program
    .command("cost")
    .description("monthly list price of what a stack's configuration asks for, beside terraform-cos's example")
    .option(
      "--config <file>",
      "the stack's configuration (default: Pulumi.STACK.yaml, of the stack dev unless --stack)",
    )
    .option("--region <region>", "AWS region instead of the configuration's")
    .option("--json", "as JSON")
    .action(
      act(() => (load("./verbs/cost") as typeof import("./verbs/cost")).cost(program.opts<OutputsOptions>().stack)),
    );

  program
    .command("preview")
    .description(
      "what the program asks for that it did not at another commit: user data, policies, jobs, cost; needs no account",
    )
    .requiredOption("--base <ref>", "a branch, tag or commit to compare the working tree with")
    .option(
      "--config <file>",
      "the stack's configuration (default: Pulumi.STACK.yaml, of the stack dev unless --stack)",
    )
    .option("--markdown", "as a comment on a pull request")
    .option("--engine <file>", "with --markdown: what `pulumi preview` has printed, to stand above")
    .option("--json", "as JSON")
    .action(
      act(() =>
        (load("./verbs/preview") as typeof import("./verbs/preview")).preview(program.opts<OutputsOptions>().stack),
      ),
    );

  program
    .command("preflight")
    .description("checks an AWS account before the first `pulumi up`; exits 1 where a check fails")
    .option(
      "--config <file>",
      "the stack's configuration (default: Pulumi.STACK.yaml, of the stack dev unless --stack)",
    )
    .option("--json", "as JSON")
    .action(
      act(() =>
        (load("./verbs/preflight") as typeof import("./verbs/preflight")).preflight(
          program.opts<OutputsOptions>().stack,
        ),
      ),
    );

  const image = program.command("image").description("the machine image that nodes boot from");
  const baking = (name: string, description: string) =>
    image
      .command(name)
      .description(description)
      .option("--region <region>", "AWS region to bake in (default: AWS_REGION)")
      .addOption(new Option("--architecture <name>", "of the nodes (default: arm64)").choices(["arm64", "amd64"]))
      .addOption(new Option("--suite <name>", "Debian 13 or 12 (default: trixie)").choices(debianSuites))
      .option("--java", "with a Java runtime, for the driver java")
      .option("--root-volume-gib <number>", "size of the root volume in GiB (default: 8)", wholeNumber)
      .option("--kms-key-id <key>", "KMS key that encrypts it (default: the account's key for EBS)")
      .option("--copy-to-regions <region...>", "further regions to copy it to")
      .option("--region-kms-key-id <region=key...>", "KMS keys of the copies")
      .option("--share-with-accounts <id...>", "accounts that may start it; needs a KMS key of your own")
      .option("--tag <key=value...>", "further tags of the image")
      .option("--without <program...>", "programs to leave out, such as amazon-ssm-agent")
      .option("--subnet-id <id>", "subnet to bake in (default: one of the default VPC)")
      .option("--private-address", "bake on an instance that is reached by its private address")
      .option("--ssh-cidrs <cidr...>", "who may log into that instance (default: this machine)");
  const verbs = () => load("./verbs/image") as typeof import("./verbs/image");
  baking("build", "bakes it with Packer, unless there is one that was made of the same; prints its ID")
    .option("--force", "even if there is one")
    .action(act(() => verbs().build));
  baking("validate", "checks the template and the options, and says what an image would have").action(
    act(() => verbs().validate),
  );
  image
    .command("list")
    .description("the images of this account in a region, and what uses them")
    .option("--region <region>", "AWS region (default: AWS_REGION)")
    .option("--json", "as JSON")
    .action(act(() => verbs().list));
  image
    .command("prune")
    .description("says which images are of no more use, and removes them with --yes")
    .option("--region <region>", "AWS region (default: AWS_REGION)")
    .option("--keep <number>", "how many of the newest stay of each Debian release and architecture", wholeNumber, 3)
    .option("--shared", "also those that are shared with other accounts")
    .option("--yes", "remove them, and their snapshots")
    .action(act(() => verbs().prune));
  image
    .command("pin")
    .description("records the SHA-256 sums of all programs in versions.json, by their vendors' signatures")
    .option("--without <program...>", "programs to leave out")
    .action(act(() => verbs().pin));

  program
    .command("completion")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .description('the script that completes command lines: eval "$(npx pulumi-cos completion bash)" in ~/.bashrc')
    .action((shell: Shell) => {
      terminal.print(completionScript(shell));
    });
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words: string[]) => {
      terminal.print(completions(program, words).join("\n"));
    });

  return program;
}

const examples = `
Exit codes:
  0  it is done, or all is well
  1  it has failed, or what was asked about is not well
  2  the command line makes no sense

What was asked for is on standard output, all else on standard error: \`--json\` can be piped. Colours are for terminals
only; NO_COLOR=1 takes them away there, too.

Examples:
  $ eval "$(npx pulumi-cos env)"                                   for the nomad and consul CLIs
  $ npx pulumi-cos --stack prod doctor                             what is wrong, and what mends it
  $ npx pulumi-cos nodes --json | jq .
  $ npx pulumi-cos why ping                                        why a job is not whole
  $ npx pulumi-cos drain --pool services --deadline 10m
  $ npx pulumi-cos preview --base main                             what a branch changes, in words
  $ npx pulumi-cos wait clients --timeout 300 || echo "too few"
`;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}
