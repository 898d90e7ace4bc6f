import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

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

/** Lines of bash that put the shell into a group of its own below `name` of each legacy controller. */
export function enterGroups(name: string): string[] {
  return legacyControllers().map((controller) => {
    const group = join(base, controller, name);
    const inherited = ["cpuset.cpus", "cpuset.mems"].map((file) => inheritAlong(join(base, controller), name, file));
    return [
      `mkdir --parents '${group}'`,
      ...(controller === "cpuset" ? inherited : []),
      `echo 0 > '${group}/cgroup.procs'`,
    ].join(" && ");
  });
}

/** A new cpuset has neither processors nor memory; it takes those of the one above. */
function inheritAlong(root: string, name: string, file: string): string {
  const steps = name.split("/").map((_, index, parts) => join(root, ...parts.slice(0, index + 1)));
  return steps.map((step) => `cat '${step}/../${file}' > '${step}/${file}'`).join(" && ");
}

/** Removes the groups below a name, in which no process is any more. */
export function removeGroups(name: string): void {
  for (const controller of legacyControllers()) removeGroup(join(base, controller, name));
}

function removeGroup(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(directory, entry.name));
  }
  rmdirSync(directory);
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
