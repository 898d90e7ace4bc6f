import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until";

const base = "/sys/fs/cgroup";
/** What Nomad limits tasks by. */
const wanted = ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"];

/**
 * Controllers that this kernel has only in hierarchies of cgroup v1, where a machine whose systemd knows only v2 does not find them;
 * none where v2 has them all.
 */
export function legacyControllers(): string[] {
  if (existsSync(join(base, "cgroup.controllers"))) return [];
  return wanted.filter((controller) => existsSync(join(base, controller, "cgroup.procs")));
}

/** Where groups are: each legacy hierarchy, and those by which systemd knows its services, of v2 and beside it of v1. */
function hierarchies(): string[] {
  const named = [...legacyControllers(), "unified", "systemd"].map((name) => join(base, name));
  return [...(existsSync(join(base, "cgroup.controllers")) ? [base] : []), ...named].filter((directory) =>
    existsSync(join(directory, "cgroup.procs")),
  );
}

/**
 * Lines of bash that put the shell into a group of its own, of that name, in each hierarchy. Machines in the same group would have
 * their services in the same groups too, and each systemd would remove, and end, those of the others.
 */
export function enterGroups(name: string): string[] {
  return hierarchies().flatMap((hierarchy) => {
    const steps = name.split("/").map((_, index, parts) => join(hierarchy, ...parts.slice(0, index + 1)));
    const group = join(hierarchy, name);
    const isUnified = existsSync(join(hierarchy, "cgroup.controllers"));
    const passed = isUnified ? [hierarchy, ...steps.slice(0, -1)].map(passControllers) : [];
    const cpuset = !isUnified && existsSync(join(hierarchy, "cpuset.cpus"));
    const inherited = cpuset
      ? steps.flatMap((step) => ["cpuset.cpus", "cpuset.mems"].map((file) => inherit(step, file)))
      : [];
    return [`mkdir --parents '${group}'`, ...passed, ...inherited, `echo 0 > '${group}/cgroup.procs'`];
  });
}

/** What is below a group of v2 has the controllers that the group passes on. */
function passControllers(group: string): string {
  const pass = `echo "+$controller" > '${group}/cgroup.subtree_control'`;
  return `for controller in $(cat '${group}/cgroup.controllers'); do ${pass} || true; done`;
}

/** A new cpuset has neither processors nor memory; it takes those of the one above. */
const inherit = (group: string, file: string): string => `cat '${group}/../${file}' > '${group}/${file}'`;

/** Removes the groups of a name, once the last of their processes has ended. */
export async function removeGroups(name: string): Promise<void> {
  for (const hierarchy of hierarchies()) await until(() => isRemoved(join(hierarchy, name)));
}

function isRemoved(directory: string): boolean {
  if (!existsSync(directory)) return true;
  const below = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (!below.map(({ name }) => isRemoved(join(directory, name))).every((removed) => removed)) return false;
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
    throw error;
  }
}

/**
 * A drop-in of a service, by which it finds the legacy controllers where a machine of today has them: in a view of its own, in which all
 * other mounts are as the machine has them. On EC2, whose kernels have them in v2, nothing of this is needed.
 *
 * @param unit text of the service's unit
 */
export function legacyDropIn(unit: string): string {
  const command = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? "";
  const mounts = legacyControllers().map(
    (controller) => `mkdir ${base}/${controller} && mount -t cgroup -o ${controller} cgroup ${base}/${controller}`,
  );
  const script = [
    "mount --make-rprivate /sys",
    `umount --recursive ${base}`,
    `mount -t tmpfs tmpfs ${base}`,
    ...mounts,
    'exec "$@"',
  ].join(" && ");
  // Servers are not root, and run no tasks.
  const start = `((UID)) && exec "$@"; exec unshare --mount --propagation unchanged bash -c "$0" bash "$@"`;
  const quoted = [start, script].map((text) => `'${text.replaceAll("$", "$$$$")}'`);
  return ["[Service]", "ExecStart=", `ExecStart=/bin/bash -c ${quoted.join(" ")} ${command}`, ""].join("\n");
}
