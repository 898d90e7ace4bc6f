import { setTimeout as delay } from "node:timers/promises";
import { asking, type BoxCluster } from "../tests/box/cluster";
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
 * Boots the machines of a box once more, on which nothing of the cluster is left and nothing starts by itself. Starts their agents by hand, those
 * of each machine as soon as it is up, and registers the jobs as soon as Nomad takes them. Resolves to the seconds from when the first machine
 * boots until the sample answers through the load balancer.
 */
export async function secondsByHand(box: Laboratory, cluster: BoxCluster, signal: AbortSignal): Promise<number> {
  const jobs = await takeJobs(cluster);
  const hosts = await cluster.hosts();
  const { address = "" } = (await box.status()).balancers.find(({ name }) => name.includes("-alb-")) ?? {};
  await Promise.all(hosts.map(({ name }) => cluster.exec(name, "bash", "-c", clear)));
  const begun = cluster.until("a machine boots", async () =>
    (await box.status()).hosts.some(({ state }) => state === "booting"),
  );
  const started = begun.then(() => Date.now());
  // Noticed when it is waited for.
  started.catch(() => undefined);
  await Promise.all(
    hosts.map(async ({ id, name, leader }) => {
      await cluster.exec(name, "systemctl", "reboot", "--no-block");
      await cluster.until(`${name} has booted`, async () => {
        const host = (await cluster.hosts()).find((each) => each.id === id);
        return host?.leader !== undefined && host.leader !== leader;
      });
      await cluster.exec(name, "bash", "-c", start);
    }),
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
  return (Date.now() - (await started)) / 1000;
}

/**
 * Takes a machine's part of the cluster away, and has nothing of it come back by itself. The files of its agents stay, but for those that have ACLs on: by hand those
 * would have to be begun, which takes time that is not counted here. Nor is Consul to be waited for until it knows a token.
 */
const clear = `
systemctl disable --quiet --now cos-lifecycle cos-health cos-secrets
mkdir --parents /etc/systemd/system/cos-boot.service.d
printf '[Unit]\\nConditionPathExists=/nowhere\\n' >/etc/systemd/system/cos-boot.service.d/by-hand.conf
systemctl stop nomad consul
# Nomad keeps the secrets of tasks on file systems of their own.
awk '$2 ~ "^/var/lib/nomad/" { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount
rm --recursive --force /var/lib/consul/* /var/lib/nomad/* /etc/consul.d/acl.json /etc/nomad.d/acl.json /etc/cos/consul-token
`;

const start = `
systemctl start --no-block consul
if [[ -e /etc/nomad.d/cos.json ]]; then systemctl start --no-block nomad; fi
`;

/** What a job has of identities for Consul, which takes none where its ACLs are off. */
interface WithIdentities {
  TaskGroups: {
    Services: { Identity?: unknown }[] | null;
    Tasks: { Identities?: { Name: string }[] | null }[];
  }[];
}

function withoutIdentities<T extends WithIdentities>(job: T): T {
  for (const { Services, Tasks } of job.TaskGroups) {
    for (const service of Services ?? []) service.Identity = null;
    for (const task of Tasks) task.Identities = task.Identities?.filter(({ Name }) => !Name.startsWith("consul"));
  }
  return job;
}

/** Takes the jobs out of Nomad. */
async function takeJobs(cluster: BoxCluster): Promise<object[]> {
  const jobs: object[] = [];
  for (const id of ["fabio", "ping"]) {
    const job = await cluster.get<WithIdentities>("nomad", `job/${id}`);
    if (!job) throw new Error(`there is no job ${id}`);
    jobs.push(withoutIdentities(job));
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
  return succeeds(cluster, "nomad-server-1", "--request", method, ...body, ...asking("nomad", path));
}

function succeeds(cluster: BoxCluster, host: string, ...request: string[]): Promise<boolean> {
  return cluster.exec(host, "curl", "--fail", "--silent", ...request).then(
    () => true,
    () => false,
  );
}
