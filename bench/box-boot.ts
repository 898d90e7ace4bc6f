import { setTimeout as delay } from "node:timers/promises";
import type { BoxCluster } from "../tests/box/cluster";
import type { Laboratory } from "../tests/box/laboratory";

const pollMs = 100;

/** Resolves to the seconds from when the first machine of a box boots until the sample answers through its load balancer. */
export async function secondsToFirstAnswer(box: Laboratory, cluster: BoxCluster, signal: AbortSignal): Promise<number> {
  let begin: number | undefined;
  for (;;) {
    signal.throwIfAborted();
    const status = box.isUp ? await box.status().catch(() => undefined) : undefined;
    if (status?.hosts.some(({ state }) => state !== "waiting")) begin ??= Date.now();
    const address = status?.balancers.find(({ name }) => name.includes("-alb-"))?.address;
    if (begin !== undefined && address !== undefined && (await answers(cluster, address)))
      return (Date.now() - begin) / 1000;
    await delay(pollMs);
  }
}

/**
 * Starts the agents of a box by hand, without data, all at once on the machines that are booted already, and registers its jobs as
 * soon as Nomad takes them. Resolves to the seconds until the sample answers through the load balancer.
 */
export async function secondsByHand(box: Laboratory, cluster: BoxCluster, signal: AbortSignal): Promise<number> {
  const jobs = await takeJobs(cluster);
  const hosts = (await cluster.hosts()).map(({ name }) => name);
  const everywhere = (command: string) => Promise.all(hosts.map((name) => cluster.exec(name, "bash", "-c", command)));
  await everywhere(`systemctl stop cos-lifecycle nomad consul; ${unmount}; rm -rf /var/lib/consul/* /var/lib/nomad/*`);
  const balancer = async () => (await box.status()).balancers.find(({ name }) => name.includes("-alb-"));
  await cluster.until("the load balancer has no healthy target any more", async () => {
    const targets = Object.values((await balancer())?.health ?? {}).flatMap((states) => Object.values(states));
    return targets.length > 0 && targets.every((state) => state.startsWith("DOWN"));
  });
  const address = (await balancer())?.address ?? "";
  const begin = Date.now();
  await everywhere(
    "systemctl start --no-block consul; [[ -e /etc/nomad.d/cos.json ]] && systemctl start --no-block nomad || true",
  );
  for (const Job of jobs) {
    while (!(await nomad(cluster, "PUT", "jobs", JSON.stringify({ Job })))) {
      signal.throwIfAborted();
      await delay(pollMs);
    }
  }
  while (!(await answers(cluster, address))) {
    signal.throwIfAborted();
    await delay(pollMs);
  }
  return (Date.now() - begin) / 1000;
}

// Nomad keeps the secrets of tasks on file systems of their own.
const unmount =
  "awk '$2 ~ \"^/var/lib/nomad/\" { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount";

/** Takes the jobs out of Nomad. */
async function takeJobs(cluster: BoxCluster): Promise<object[]> {
  const jobs: object[] = [];
  for (const id of ["fabio", "ping"]) {
    const job = await cluster.get<object>("nomad", `job/${id}`);
    if (!job) throw new Error(`there is no job ${id}`);
    jobs.push(job);
    await nomad(cluster, "DELETE", `job/${id}?purge=true`);
  }
  // Asked of the machines: Nomad's list has them as ended when they are yet to be.
  for (const { name } of await cluster.hosts()) {
    await cluster.until(`no task runs on ${name}`, () =>
      cluster.exec(name, "bash", "-c", "! pgrep --full '[n]omad executor'").then(() => true),
    );
  }
  return jobs;
}

function answers(cluster: BoxCluster, address: string): Promise<boolean> {
  return succeeds(cluster, "operator", "--max-time", "1", `http://${address}/ping`);
}

function nomad(cluster: BoxCluster, method: string, path: string, data?: string): Promise<boolean> {
  const body = data === undefined ? [] : ["--data", data];
  return succeeds(cluster, "nomad-server-1", "--request", method, ...body, `http://127.0.0.1:4646/v1/${path}`);
}

function succeeds(cluster: BoxCluster, host: string, ...request: string[]): Promise<boolean> {
  return cluster.exec(host, "curl", "--fail", "--silent", ...request).then(
    () => true,
    () => false,
  );
}
