import { awsCli, lastRefreshes } from "../aws";
import { type Context, exitCodes, nomadOf } from "../context";
import { refreshFindings } from "../doctor/aws";
import { messageOf } from "../errors";
import { chosenPools, clusterHas, groupsOf, missingClients } from "../expected";

// An ES module, which CommonJS loads by `import()` only.
const gate = () => import("../../components/ready-gate/gate.mjs");

/** Waits until Consul and Nomad have leaders and all their servers as healthy voters. */
export async function waitForServers(context: Context, { timeout }: { timeout: number }): Promise<number> {
  const outputs = await context.outputs();
  const { consulServers = 1, nomadServers = 1 } = clusterHas(outputs);
  const { inspect } = await gate();
  const want = { consulServers, nomadServers, nodePools: [], timeoutSeconds: timeout };
  const look = async () => (await inspect(outputs.consulAddress, outputs.nomadAddress, want)).missing;
  return await follow(context, look, timeout, `Consul has ${consulServers} and Nomad ${nomadServers} healthy servers.`);
}

export interface WaitForClientsOptions {
  /** Name of the only pool that counts. */
  pool?: string;
  /** Clients of each pool. @default the least size of the pool */
  count?: number;
  /** Seconds. */
  timeout: number;
}

/** Waits until the pools have as many ready clients as they should have at least. */
export async function waitForClients(context: Context, options: WaitForClientsOptions): Promise<number> {
  const outputs = await context.outputs();
  const chosen = chosenPools(outputs, options.pool);
  const pools = chosen.map((pool) => ({ ...pool, least: options.count ?? pool.least }));
  const nomad = nomadOf(outputs, context.env);
  const look = async () => {
    try {
      return missingClients(pools, await nomad.nodes());
    } catch (error) {
      return [`Nomad's clients are unknown: ${messageOf(error)}`];
    }
  };
  const all = pools.map(({ name, least }) => `pool ${name} ${least}`).join(", ");
  return await follow(context, look, options.timeout, `Ready clients, at least: ${all}.`);
}

/**
 * Waits until no pool is refreshed any more, as each is whose launch template `pulumi up` has changed.
 *
 * @returns not well, too, where a refresh has failed, or has gone back
 */
export async function waitForRefreshes(context: Context, { timeout }: { timeout: number }): Promise<number> {
  const outputs = await context.outputs();
  const groups = groupsOf(outputs);
  const aws = awsCli(context.env, outputs.cluster?.region);
  const look = async () => {
    const last = await lastRefreshes(aws, groups);
    return last
      .filter(({ refresh: { Status } }) => refreshing.test(Status))
      .map(({ pool, refresh: { Status, PercentageComplete = 0, StatusReason } }) => {
        const why = StatusReason === undefined ? "" : `: ${StatusReason}`;
        return `pool ${pool} is ${Status.startsWith("Rollback") ? "going back" : "refreshed"}, at ${PercentageComplete} %${why}`;
      });
  };
  const done = await follow(context, look, timeout, "No pool is refreshed.");
  if (done !== exitCodes.ok) return done;
  const failed = await refreshFindings(aws, groups);
  for (const { problem, remedy } of failed) context.terminal.note(`${problem}.\n  ${remedy}`);
  return failed.length === 0 ? exitCodes.ok : exitCodes.notWell;
}

/** The states of a refresh that goes on. */
const refreshing = /^(Pending|InProgress|Baking|Cancelling|RollbackInProgress)$/;

async function follow(
  { terminal }: Context,
  look: () => Promise<string[]>,
  timeoutSeconds: number,
  done: string,
): Promise<number> {
  const { wait } = await gate();
  const start = Date.now();
  const { missing } = await wait(
    async () => ({ missing: await look(), usable: true }),
    timeoutSeconds,
    (changed) => {
      if (changed.length > 0) terminal.note(`waiting: ${changed.join("; ")}`);
    },
  );
  if (missing.length === 0) {
    terminal.print(done);
    return exitCodes.ok;
  }
  terminal.note(`Not there after ${Math.round((Date.now() - start) / 1000)} s: ${missing.join("; ")}.`);
  return exitCodes.notWell;
}
