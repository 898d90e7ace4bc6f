import type { NodeListing, NomadApi } from "../../apis/nomad";
import { type PoolDemand, shortPools } from "../expected";
import { hasLeft } from "../nomad-nodes";
import type { Finding } from "./finding";

/** What is wrong with the clients that Nomad knows. */
export function clientFindings(clients: NodeListing[]): Finding[] {
  return clients.flatMap((client): Finding[] => {
    const name = `Nomad's client ${client.Name} (${client.ID.slice(0, 8)})`;
    if (client.Drain || hasLeft(client)) return [];
    if (client.Status === "down") {
      const remedy = "nomad system gc   (where its machine is gone for good; it is forgotten after an hour at most)";
      return [{ problem: `${name} is down`, remedy }];
    }
    if (client.Status !== "ready") {
      // Nomad waits for what the agent has to say of its tasks, which it may have said before; one that starts says it anew.
      const restart =
        client.Status === "initializing" ? "   and there: sudo systemctl restart nomad   (tasks run on)" : "";
      return [{ problem: `${name} is ${client.Status}`, remedy: `npx pulumi-cos login ${client.Name}${restart}` }];
    }
    if (client.SchedulingEligibility === "eligible") return [];
    const remedy = `npx pulumi-cos drain ${client.Name} --undo   (unless somebody is at it)`;
    return [{ problem: `${name} takes no tasks, and does not drain`, remedy }];
  });
}

/** Pools that have fewer clients than they should have at least. */
export function poolFindings(pools: PoolDemand[], groups: Record<string, string>, clients: NodeListing[]): Finding[] {
  return shortPools(pools, clients).map(({ pool: { name, least }, ready }) => {
    const remedy = `aws autoscaling describe-scaling-activities --max-items 5 --auto-scaling-group-name ${groups[name] ?? "GROUP"}`;
    return { problem: `The pool ${name} has ${ready} ready clients of at least ${least}`, remedy };
  });
}

/** Jobs of which something waits to be placed. */
export async function jobFindings(nomad: NomadApi): Promise<Finding[]> {
  const jobs = await nomad.jobs();
  const summaries = await Promise.all(jobs.map((job) => nomad.summary(job)));
  return jobs.flatMap(({ ID, Namespace }, i) => {
    const queued = Object.values(summaries[i]?.Summary ?? {}).reduce((sum, { Queued }) => sum + Queued, 0);
    if (queued === 0) return [];
    const where = Namespace === "default" ? "" : ` --namespace ${Namespace}`;
    const waits = queued === 1 ? "1 allocation waits" : `${queued} allocations wait`;
    return [{ problem: `Job ${ID}: ${waits} to be placed`, remedy: `npx pulumi-cos why ${ID}${where}` }];
  });
}
