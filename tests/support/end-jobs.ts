import { until } from "./agent-process";

const endTimeoutMs = 30_000;

/**
 * Ends all jobs of a Nomad and waits until their tasks have ended: an agent that ends leaves its tasks running.
 *
 * The jobs are not purged, for their allocations would vanish from the API at once, before their tasks end.
 */
export async function endJobs(address: string, token = ""): Promise<void> {
  const jobs = (await ask(address, token, "GET", "/v1/jobs?namespace=*")) as { ID: string; Namespace: string }[];
  for (const { ID, Namespace } of jobs) {
    const query = `namespace=${encodeURIComponent(Namespace)}&no_shutdown_delay=true`;
    await ask(address, token, "DELETE", `/v1/job/${encodeURIComponent(ID)}?${query}`);
  }
  await until(AbortSignal.timeout(endTimeoutMs), async () => {
    const allocations = (await ask(address, token, "GET", "/v1/allocations?namespace=*")) as { ClientStatus: string }[];
    const left = allocations.filter(({ ClientStatus }) => ["pending", "running"].includes(ClientStatus));
    if (left.length > 0) throw new Error(`${left.length} allocations still run`);
  });
}

async function ask(address: string, token: string, method: string, path: string): Promise<unknown> {
  const response = await fetch(address + path, { method, headers: { "X-Nomad-Token": token, Connection: "close" } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as unknown;
}
