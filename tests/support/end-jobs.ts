import { ask, type Trust } from "../../components/ask.js";
import { until } from "./agent-process";

const endTimeoutMs = 30_000;

/**
 * Ends all jobs of a Nomad and waits until their tasks have ended: an agent that ends leaves its tasks running.
 *
 * The jobs are not purged, for their allocations would vanish from the API at once, before their tasks end.
 */
export async function endJobs(address: string, token = "", trust: Trust = {}): Promise<void> {
  const call = async (method: string, path: string): Promise<unknown> => {
    const { status, text } = await ask(address + path, { method, headers: { "X-Nomad-Token": token }, trust }, 10_000);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as unknown;
  };
  const jobs = (await call("GET", "/v1/jobs?namespace=*")) as { ID: string; Namespace: string }[];
  for (const { ID, Namespace } of jobs) {
    const query = `namespace=${encodeURIComponent(Namespace)}&no_shutdown_delay=true`;
    await call("DELETE", `/v1/job/${encodeURIComponent(ID)}?${query}`);
  }
  await until(AbortSignal.timeout(endTimeoutMs), async () => {
    const allocations = (await call("GET", "/v1/allocations?namespace=*")) as { ClientStatus: string }[];
    const left = allocations.filter(({ ClientStatus }) => ["pending", "running"].includes(ClientStatus));
    if (left.length > 0) throw new Error(`${left.length} allocations still run`);
  });
}
