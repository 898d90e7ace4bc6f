import { setTimeout as delay } from "node:timers/promises";
import type { BoxCluster } from "../tests/box/cluster";
import type { Laboratory } from "../tests/box/laboratory";

const pollMs = 100;

/** Resolves to when the sample has first answered through the load balancer, in milliseconds since 1970. */
export async function firstAnswer(box: Laboratory, cluster: BoxCluster, signal: AbortSignal): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    const status = box.isUp ? await box.status().catch(() => undefined) : undefined;
    const address = status?.balancers.find(({ name }) => name.includes("-alb-"))?.address;
    const url = `http://${address ?? ""}/ping`;
    const answered =
      address === undefined
        ? false
        : await cluster.succeeds("operator", "curl", "--fail", "--silent", "--max-time", "1", url);
    if (answered) return Date.now();
    await delay(pollMs);
  }
}

/**
 * Starts the agents of a box by hand, without data, on the machines that are booted already, and registers its jobs as soon as
 * Nomad takes them. Resolves to the seconds until the sample answers through the load balancer.
 */
export async function startByHand(box: Laboratory, cluster: BoxCluster, signal: AbortSignal): Promise<number> {
  const jobs: object[] = [];
  for (const id of ["fabio", "ping"]) {
    const job = await cluster.get<object>("nomad", `job/${id}`);
    if (!job) throw new Error(`there is no job ${id}`);
    jobs.push(job);
    await nomad(cluster, "DELETE", `job/${id}?purge=true`);
  }
  await cluster.until("the tasks have ended", async () => {
    const all = await cluster.get<{ ClientStatus: string }[]>("nomad", "allocations");
    return all?.every(({ ClientStatus }) => ClientStatus !== "running") === true;
  });
  const hosts = (await cluster.hosts()).map(({ name }) => name);
  const everywhere = (command: string) => Promise.all(hosts.map((name) => cluster.exec(name, "bash", "-c", command)));
  // Nomad keeps the secrets of tasks on file systems of their own.
  const unmount =
    "awk '$2 ~ \"^/var/lib/nomad/\" { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount";
  await everywhere(`systemctl stop nomad consul; ${unmount}; rm -rf /var/lib/consul/* /var/lib/nomad/*`);
  await cluster.until("the load balancer has no target any more", async () => {
    const alb = (await box.status()).balancers.find(({ name }) => name.includes("-alb-"));
    return Object.values(alb?.health ?? {}).every((states) => Object.values(states).every((state) => state === "DOWN"));
  });
  const begin = Date.now();
  await everywhere(
    "systemctl start --no-block consul; [[ -e /etc/nomad.d/cos.json ]] && systemctl start --no-block nomad || true",
  );
  const answered = firstAnswer(box, cluster, signal);
  for (const Job of jobs) {
    while (!(await nomad(cluster, "PUT", "jobs", JSON.stringify({ Job })))) {
      signal.throwIfAborted();
      await delay(pollMs);
    }
  }
  return ((await answered) - begin) / 1000;
}

async function nomad(cluster: BoxCluster, method: string, path: string, data?: string): Promise<boolean> {
  const url = `http://127.0.0.1:4646/v1/${path}`;
  const body = data === undefined ? [] : ["--data", data];
  return cluster.succeeds("nomad-server-1", "curl", "--fail", "--silent", "--request", method, ...body, url);
}
