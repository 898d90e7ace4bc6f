import { awsCli } from "../aws";
import { type Context, exitCodes } from "../context";
import { UserError } from "../errors";
import { accountChecks } from "../preflight/account";
import { type Named, runChecks } from "../preflight/check";
import { configurationChecks } from "../preflight/configuration";
import { quotaChecks } from "../preflight/quotas";
import { readStackPlan } from "../stack-plan";
import { alignColumns } from "../table";
import type { Terminal } from "../terminal";

export interface PreflightOptions {
  config?: string;
  json?: boolean;
}

const colors = { ok: "green", warning: "yellow", failed: "red" } as const;

/** Checks an AWS account before the first `up`. */
export function preflight(stack: string | undefined): (context: Context, options: PreflightOptions) => Promise<number> {
  return async ({ terminal, env }, options) => {
    const plan = readStackPlan({ config: options.config, stack });
    const region = plan.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
    if (region === undefined) throw new UserError(`${plan.file} has no aws:region; say it there, or in AWS_REGION.`);
    const subject = { aws: awsCli(env, region), plan, region };
    const results = await runChecks([...accountChecks, ...configurationChecks, ...quotaChecks], subject);
    terminal.print(options.json ? JSON.stringify(results, undefined, 2) : describe(results, terminal).join("\n"));
    return results.some(({ state }) => state === "failed") ? exitCodes.notWell : exitCodes.ok;
  };
}

function describe(results: Named[], terminal: Terminal): string[] {
  const lines = alignColumns(results.map(({ state, name, said }) => [state, name, said]));
  const failed = results.filter(({ state }) => state === "failed").length;
  return [
    ...results.flatMap(({ state, remedy }, i) => [
      (lines[i] ?? "").replace(state, (word) => terminal.paint(colors[state], word)),
      ...(remedy ? [`           ${remedy}`] : []),
    ]),
    "",
    failed === 0 ? "Nothing stands in the way." : `${failed} of ${results.length} checks failed.`,
  ];
}
