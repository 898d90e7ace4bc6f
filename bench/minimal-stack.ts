import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeDirectory, temporaryDirectory } from "../tests/support/temporary";
import { timeCommand } from "./timing";

const program = join(__dirname, "minimal");

/** A stack of the program in bench/minimal, with its state and its configuration in a temporary directory. */
export class MinimalStack {
  private constructor(
    private readonly directory: string,
    private readonly pulumi: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly signal: AbortSignal,
  ) {}

  /** @param env the engine's environment, but for the place of the state */
  static async create(
    nomadAddress: string,
    pulumi: string,
    env: NodeJS.ProcessEnv,
    signal: AbortSignal,
  ): Promise<MinimalStack> {
    const directory = await temporaryDirectory("minimal");
    const stack = new MinimalStack(directory, pulumi, { ...env, PULUMI_BACKEND_URL: `file://${directory}` }, signal);
    writeFileSync(stack.configFile, `config:\n  nomad:address: ${nomadAddress}\n`);
    try {
      // `stack init` writes into the configuration of the project it runs in, so it gets a project of its own.
      writeFileSync(join(directory, "Pulumi.yaml"), "name: minimal\nruntime: nodejs\n");
      await stack.run(directory, ["stack", "init", "bench"]);
      await stack.run(program, ["up", "--yes", "--skip-preview", ...stack.flags]);
    } catch (error) {
      await stack.remove();
      throw error;
    }
    return stack;
  }

  /** The seconds that `pulumi up` takes when there is nothing to do: without a preview before it, like `npm start`. */
  up(): Promise<number> {
    return this.run(program, ["up", "--yes", "--skip-preview", "--expect-no-changes", ...this.flags]);
  }

  /** The seconds that `pulumi preview` takes when there is nothing to do. */
  preview(): Promise<number> {
    return this.run(program, ["preview", "--expect-no-changes", ...this.flags]);
  }

  /** Removes the state; the resources go with their cluster. */
  async remove(): Promise<void> {
    await removeDirectory(this.directory);
  }

  private get configFile(): string {
    return join(this.directory, "Pulumi.bench.yaml");
  }

  private get flags(): string[] {
    return ["--stack", "bench", "--config-file", this.configFile];
  }

  private run(cwd: string, args: string[]): Promise<number> {
    return timeCommand(this.pulumi, [...args, "--non-interactive"], { cwd, env: this.env, interrupt: this.signal });
  }
}
