import { setTimeout as delay } from "node:timers/promises";
import type { NodeListing, NomadApi } from "../../apis/nomad";
import { awsCli, clusterInstances } from "../aws";
import { clusterOf, type Context, exitCodes, nomadOf } from "../context";
import { UsageError, UserError } from "../errors";
import { chosenPools, isIn } from "../expected";
import { detailsOf, findClient, isReachable, instanceIdOf } from "../nomad-nodes";
import type { StackOutputs } from "../outputs";
import { durationOf } from "../time";

export interface DrainOptions {
  pool?: string;
  /** `KEY=VALUE` of EC2 instances. */
  tag?: string;
  /** As `1h`, or `none`. */
  deadline: string;
  ignoreSystem?: boolean;
  /** Do not wait until it is done. */
  detach?: boolean;
  undo?: boolean;
}

const pollMs = 500;

/** Moves the tasks of clients elsewhere and keeps new ones away, and follows until they have none; or undoes it. */
export async function drain(context: Context, node: string | undefined, options: DrainOptions): Promise<number> {
  const deadline = deadlineOf(options.deadline);
  const outputs = await context.outputs();
  const nomad = nomadOf(outputs, context.env);
  const clients = await chosenClients(context, nomad, outputs, node, options);
  const { terminal } = context;
  if (options.undo) {
    for (const client of clients) {
      await nomad.undrain(client.ID);
      terminal.print(`${named(client)} takes tasks again.`);
    }
    return exitCodes.ok;
  }
  // All of them first: no task shall move to a client that is the next to be drained.
  for (const client of clients) await nomad.makeIneligible(client.ID);
  for (const client of clients) {
    await nomad.drain(client.ID, { Deadline: deadline, IgnoreSystemJobs: options.ignoreSystem ?? false });
    terminal.note(`${named(client)} drains; what still runs is stopped ${deadlineText(options.deadline)}.`);
  }
  if (options.detach) return exitCodes.ok;
  terminal.note("The drain goes on when this command is interrupted; --undo ends it.");
  await Promise.all(clients.map((client) => follow(context, nomad, client)));
  return exitCodes.ok;
}

function deadlineOf(text: string): number {
  const deadline = text === "none" ? 0 : durationOf(text);
  if (deadline === undefined || (deadline === 0 && text !== "none")) {
    throw new UsageError(`--deadline must be a duration such as 90s, 30m or 2h, or none, got "${text}".`);
  }
  return deadline;
}

const deadlineText = (deadline: string) => (deadline === "none" ? "never" : `after ${deadline}`);

const named = ({ Name, ID }: NodeListing) => `${Name} (${ID.slice(0, 8)})`;

async function chosenClients(
  context: Context,
  nomad: NomadApi,
  outputs: StackOutputs,
  node: string | undefined,
  { pool, tag }: DrainOptions,
): Promise<NodeListing[]> {
  if ([node, pool, tag].filter((choice) => choice !== undefined).length !== 1) {
    throw new UsageError("Say which clients: either a node, or --pool NAME, or --tag KEY=VALUE.");
  }
  if (node !== undefined) return [await findClient(nomad, node)];
  const up = (await nomad.nodes()).filter(isReachable);
  const chosen =
    pool !== undefined
      ? chosenPools(outputs, pool).flatMap((demand) => up.filter((client) => isIn(demand, client)))
      : await withTag(context, nomad, outputs, up, tag ?? "");
  if (chosen.length > 0) return chosen;
  throw new UserError(
    `No client that is up ${pool !== undefined ? `is in pool ${pool}` : `has the tag ${tag ?? ""}`}.`,
  );
}

async function withTag(
  { env }: Context,
  nomad: NomadApi,
  outputs: StackOutputs,
  up: NodeListing[],
  tag: string,
): Promise<NodeListing[]> {
  const [, key = "", value = ""] = /^([^=]+)=(.*)$/.exec(tag) ?? [];
  if (key === "") throw new UsageError(`--tag must be KEY=VALUE, got "${tag}".`);
  const { name, region } = clusterOf(outputs);
  const instances = await clusterInstances(awsCli(env, region), name, { [key]: value });
  const ids = new Set(instances.map(({ InstanceId }) => InstanceId));
  const details = await detailsOf(nomad, up);
  return up.filter(({ ID }) => ids.has(instanceIdOf(details.get(ID))));
}

/** Tells what is left on a client until its drain is done. */
async function follow({ terminal }: Context, nomad: NomadApi, client: NodeListing): Promise<void> {
  let told = "";
  for (;;) {
    const [{ Drain, SchedulingEligibility, Status }, allocations] = await Promise.all([
      nomad.node(client.ID),
      nomad.nodeAllocations(client.ID),
    ]);
    const left = allocations.filter(({ ClientStatus }) => ClientStatus === "running" || ClientStatus === "pending");
    if (!Drain && SchedulingEligibility === "eligible") {
      throw new UserError(`The drain of ${named(client)} was undone by somebody else.`);
    }
    // At its deadline a drain is over before the tasks that it stops have ended. System jobs may be meant to stay.
    if (!Drain && left.every(({ DesiredStatus }) => DesiredStatus === "run")) {
      terminal.print(`${named(client)} is drained and takes no tasks. \`--undo\` lets it take tasks again.`);
      return;
    }
    if (!isReachable({ Status })) throw new UserError(`${named(client)} went ${Status} while it drained.`);
    const jobs = [...new Set(left.map(({ JobID }) => JobID))].sort().join(", ");
    const text = left.length === 0 ? "" : `${named(client)}: ${left.length} left (${jobs})`;
    if (text !== told && text !== "") terminal.note(text);
    told = text;
    await delay(pollMs);
  }
}
