import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Context, exitCodes } from "../context";
import { bill, totalOf } from "../cost/price";
import { messageOf, UserError } from "../errors";
import { withBase } from "../preview/base";
import { differences } from "../preview/difference";
import { render, type Rendering } from "../preview/rendering";
import { asMarkdown, asText, type CostOf, type PreviewReport } from "../preview/report";

export interface PreviewOptions {
  /** A branch, tag or commit to compare with. */
  base: string;
  config?: string;
  markdown?: boolean;
  json?: boolean;
  /** A file with what `pulumi preview` has printed, for the Markdown. */
  engine?: string;
}

/**
 * Prints how what the program asks for differs from what it asks for at another commit, with what a resource diff hides, and what
 * both cost. The program runs with nothing behind it: no account, no state, no credentials.
 */
export function preview(stack = "dev"): (context: Context, options: PreviewOptions) => Promise<number> {
  return async ({ terminal, env }, options) => {
    const file = options.config ?? `Pulumi.${stack}.yaml`;
    if (!existsSync("Pulumi.yaml"))
      throw new UserError(`There is no Pulumi.yaml in ${process.cwd()}: run it in the project.`);
    if (!existsSync(file))
      throw new UserError(`There is no configuration ${file}. Name the stack with --stack, or its file with --config.`);
    const engine = options.engine === undefined ? undefined : textOf(options.engine);
    const log = (text: string) => {
      terminal.note(text);
    };

    const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
    const side = async (directory: string, whose: string): Promise<{ rendering: Rendering; cost: CostOf }> => {
      const config = join(directory, relative(process.cwd(), resolve(file)));
      // A stack that is new has nothing to compare with.
      if (!existsSync(config)) return { rendering: { documents: [] }, cost: { total: 0 } };
      log(`Running the program of ${whose}`);
      const rendering = await render(directory, { stack, config, region }, whose);
      return { rendering, cost: costOf(rendering) };
    };
    const before = await withBase(options.base, log, (directory) => side(directory, options.base));
    const after = await side(process.cwd(), "the working tree");

    const report: PreviewReport = {
      stack,
      base: options.base,
      differences: differences(before.rendering.documents, after.rendering.documents),
      cost: { before: before.cost, after: after.cost },
    };
    if (options.json) terminal.print(JSON.stringify(report, undefined, 2));
    else terminal.print(options.markdown ? asMarkdown(report, engine) : asText(report));
    return exitCodes.ok;
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`--engine ${file} cannot be read: ${messageOf(error)}`);
  }
}

/** What AWS bills a month. */
function costOf({ inventory }: Rendering): CostOf {
  if (inventory === undefined) return { reason: "the configuration has no aws:region" };
  try {
    return { total: totalOf(bill(inventory)) };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}
