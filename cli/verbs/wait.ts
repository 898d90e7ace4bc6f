import { inspect, wait } from "../../components/ready-gate/gate.mjs";
import { type Context, exitCodes, nomadOf } from "../context";
import { messageOf, UsageError } from "../errors";
import { clusterHas, missingClients, type PoolDemand } from "../expected";

/** Waits until Consul and Nomad have leaders and all their servers as healthy voters. */
export async function waitForServers(context: Context, { timeout }: { timeout: number }): Promise<number> {
  const outputs = await context.outputs();
  const { consulServers = 1, nomadServers = 1 } = clusterHas(outputs);
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
  const pools = demanded(clusterHas(outputs).pools, options);
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

/** Of a cluster whose pools the stack does not know, a pool is what Nomad calls a node pool. */
function demanded(known: PoolDemand[], { pool, count }: WaitForClientsOptions): PoolDemand[] {
  const chosen = pool === undefined ? known : known.filter(({ name }) => name === pool);
  if (known.length === 0) {
    const nodePool = pool ?? "default";
    return [{ name: nodePool, nodePool, least: count ?? 1 }];
  }
  if (chosen.length === 0) {
    throw new UsageError(
      `--pool ${String(pool)}: no such pool; there are ${known.map(({ name }) => name).join(", ")}.`,
    );
  }
  return count === undefined ? chosen : chosen.map((demand) => ({ ...demand, least: count }));
}

async function follow(
  { terminal }: Context,
  look: () => Promise<string[]>,
  timeoutSeconds: number,
  done: string,
): Promise<number> {
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
