import { type Context, exitCodes } from "../context";
import { bill, type Line, totalOf } from "../cost/price";
import { prices } from "../cost/prices";
import { additions, inventoryOf, unpriced } from "../cost/stack-inventory";
import { terraformCos, terraformCosWithDisks } from "../cost/terraform-cos";
import { UserError } from "../errors";
import { readStackPlan, type StackPlan } from "../stack-plan";
import { alignColumns } from "../table";

export interface CostOptions {
  config?: string;
  /** AWS region instead of the configuration's. */
  region?: string;
  json?: boolean;
}

/** What a plan costs a month at list prices, beside terraform-cos's root example. US dollars. */
export interface CostReport {
  config: string;
  region: string;
  zones: number;
  /** Servers of Consul and Nomad. */
  servers: number;
  clients: number;
  lines: Line[];
  total: number;
  terraformCos: { zones: number; servers: number; clients: number; lines: Line[]; total: number };
  /** Our total as a part of theirs. */
  ratio: number;
  /** The same where their disks are as large as ours, of type gp2. */
  ratioWithLikeDisks: number;
  additions: { what: string; total: number }[];
  notIncluded: string[];
}

/** Prints the monthly list price of a stack's plan. */
export function cost(stack: string | undefined): (context: Context, options: CostOptions) => Promise<number> {
  return ({ terminal, env }, options) => {
    const plan = readStackPlan({ config: options.config, stack });
    const region = options.region ?? plan.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
    if (region === undefined) {
      throw new UserError(`${plan.file} has no aws:region; say it there, with --region, or in AWS_REGION.`);
    }
    const report = reportOf(plan, region);
    terminal.print(options.json ? JSON.stringify(report, undefined, 2) : describe(report).join("\n"));
    return Promise.resolve(exitCodes.ok);
  };
}

/** Prices a plan. @throws UserError with everything that has no price */
export function reportOf(plan: StackPlan, region: string): CostReport {
  const inventory = inventoryOf(plan, region);
  const lines = bill(inventory);
  const total = totalOf(lines);
  const theirs = bill(terraformCos(region));
  const gib = Object.values(inventory.volumesGiB).reduce((sum, size) => sum + size, 0);
  const [consul, nomad, ...pools] = plan.groups;
  return {
    config: plan.file,
    region,
    zones: plan.zones,
    servers: (consul?.count ?? 0) + (nomad?.count ?? 0),
    clients: pools.reduce((sum, { count }) => sum + count, 0),
    lines,
    total,
    terraformCos: { zones: 2, servers: 6, clients: 4, lines: theirs, total: totalOf(theirs) },
    ratio: total / totalOf(theirs),
    ratioWithLikeDisks: total / totalOf(bill(terraformCosWithDisks(region, gib))),
    additions: additions(plan, region).map(([what, added]) => ({ what, total: totalOf(bill(added)) })),
    notIncluded: unpriced(plan),
  };
}

const dollars = (amount: number) => amount.toFixed(2);

function describe(report: CostReport): string[] {
  const { terraformCos: theirs } = report;
  const size = ({ servers, clients, zones }: { servers: number; clients: number; zones: number }) =>
    `${servers} servers, ${clients} clients, ${zones} zones`;
  return [
    `${report.config}, ${report.region}: US dollars a month of ${prices.hoursPerMonth} hours, list prices on demand`,
    "",
    `This stack: ${size(report)}`,
    ...billTable(report.lines, report.total),
    "",
    `terraform-cos's root example: ${size(theirs)}`,
    ...billTable(theirs.lines, theirs.total),
    "",
    `This stack costs ${report.ratio.toFixed(3)} of it; ${report.ratioWithLikeDisks.toFixed(3)} where its disks were as large as here, gp2.`,
    "Left out of theirs: its bastion, and 130 GB of data disks on each client.",
    "",
    "What more would add",
    ...alignColumns(
      report.additions.map(({ what, total }) => [what, dollars(total)]),
      ["left", "right"],
    ),
    "",
    "Not included",
    ...report.notIncluded.map((what) => `  ${what}`),
    "",
    "Prices",
    ...sourceLines([...report.lines, ...theirs.lines]),
  ];
}

function billTable(lines: Line[], total: number): string[] {
  return alignColumns(
    [
      ...lines.map((line) => [String(line.quantity), line.what, `at ${line.each.toFixed(4)}`, dollars(line.total)]),
      ["", "", "", dollars(total)],
    ],
    ["right", "left", "right", "right"],
  );
}

function sourceLines(lines: Line[]): string[] {
  return [...new Set(lines.map(({ source }) => source))].map((key) => {
    const source = prices.sources[key];
    return `  ${source?.url ?? key}: ${source?.seen ?? "not seen"}; ${source?.note ?? ""}`;
  });
}
