import { setTimeout as delay } from "node:timers/promises";
import { stackValues } from "../tests/support/stack-program";
import type { BoxCluster } from "../tests/box/cluster";
import type { Laboratory } from "../tests/box/laboratory";
import { inBox } from "./in-box";
import type { Suite } from "./suite";

const pollMs = 200;
const pool = "private-services";

/** Nodes that go, in the box: see issue 7, "Shown by". */
export const lifecycleSuite: Suite = (surroundings, compare) =>
  inBox(surroundings, { replaceAfter: 10 }, async ({ box, cluster, up }) => {
    await up();
    await cluster.untilWhole();
    const { pools } = stackValues("dev")["cos:nomad"] as { pools: object[] };
    const replacement = await replaced(box, cluster, () => up({ "cos:nomad": { pools, instanceType: "t4g.small" } }));
    await compare({
      name: "lifecycle.servers",
      limit: 1.5,
      // A run replaces what the one before has made: it is one measurement.
      pairs: 1,
      ours: { title: "Nomad's three servers replaced", measure: () => Promise.resolve(replacement.whole) },
      baseline: {
        title: "their boots until each has a vote, one after the other",
        measure: () => Promise.resolve(replacement.joins),
      },
    });
    await cluster.untilWhole();
    await compare({
      name: "lifecycle.drain",
      limit: 1.2,
      pairs: 1,
      ours: { title: "told to go, until no task runs", measure: () => drained(box, cluster) },
      baseline: { title: "the sample's shutdown_delay and kill_timeout", measure: () => allowed(cluster) },
    });
  });

/**
 * Seconds of a replacement of Nomad's servers: the whole, from the first new one's launch until only new ones are listed, and the sum of how long
 * each took from its launch until it had a vote.
 */
async function replaced(
  box: Laboratory,
  cluster: BoxCluster,
  act: () => Promise<void>,
): Promise<{ whole: number; joins: number }> {
  const before = new Set((await cluster.hosts("nomad-server")).map(({ id }) => id));
  const launched = new Map<string, number>();
  const joined = new Map<string, number>();
  let ended: number | undefined;
  const over = new AbortController();
  const done = act().finally(() => {
    over.abort();
  });
  // Noticed when it is waited for.
  done.catch(() => undefined);
  while (!over.signal.aborted && ended === undefined) {
    const servers = (await box.status()).hosts.filter(
      ({ name, state }) => name.startsWith("nomad-server") && state !== "ended",
    );
    const voters = await cluster.voters("nomad");
    const now = Date.now();
    for (const { id, address } of servers.filter((host) => !before.has(host.id))) {
      if (!launched.has(id)) launched.set(id, now);
      if (voters.includes(address) && !joined.has(id)) joined.set(id, now);
    }
    const isNew = (address: string) => servers.some((host) => host.address === address && !before.has(host.id));
    if (joined.size === before.size && voters.length === before.size && voters.every(isNew)) ended = now;
    await delay(pollMs);
  }
  await done;
  if (ended === undefined) throw new Error("Nomad's servers were not seen to be replaced");
  const joins = [...launched].map(([id, time]) => ((joined.get(id) ?? NaN) - time) / 1000);
  return { whole: (ended - Math.min(...launched.values())) / 1000, joins: joins.reduce((sum, each) => sum + each, 0) };
}

/**
 * Seconds from when EC2 tells a client that it takes it away until no task of the sample runs on it. It is the client with the fewest: Nomad moves
 * one after the other, each once the one before is healthy elsewhere.
 */
async function drained(box: Laboratory, cluster: BoxCluster): Promise<number> {
  const names = (await cluster.running("ping")).map(({ NodeName }) => NodeName);
  const on = (name: string) => names.filter((other) => other === name).length;
  const [fewest] = [...names].sort((one, other) => on(one) - on(other));
  const node = (await cluster.nodes()).find(({ Name }) => Name === fewest);
  const host = (await cluster.hosts(pool)).find(({ address }) => address === node?.Address);
  if (!host) throw new Error("no client runs the sample");
  const begin = Date.now();
  await box.order("spot", host.name);
  await cluster.until("the client has no task", async () =>
    (await cluster.running("ping")).every(({ NodeName }) => NodeName !== node?.Name),
  );
  return (Date.now() - begin) / 1000;
}

/** Seconds that the sample may take to stop, by its own job. */
async function allowed(cluster: BoxCluster): Promise<number> {
  type Job = { TaskGroups: { ShutdownDelay: number | null; Tasks: { KillTimeout: number }[] }[] };
  const group = (await cluster.get<Job>("nomad", "job/ping"))?.TaskGroups[0];
  if (!group) throw new Error("there is no job ping");
  // Nomad has nanoseconds.
  return ((group.ShutdownDelay ?? 0) + Math.max(...group.Tasks.map(({ KillTimeout }) => KillTimeout))) / 1e9;
}
