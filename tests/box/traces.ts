import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { findProcesses } from "../../local/processes";
import { run } from "../support/command";

const programs =
  /(^|\/)(systemd-nspawn|haproxy|dnsmasq|consul|nomad|fabio|dockerd|cloud\.py|supervisor\.ts|keeper\.ts)$/;

/** What a box could leave on this machine: as it is now, to be compared. */
export async function traces(): Promise<Record<string, unknown>> {
  const groups = "/sys/fs/cgroup";
  const controllers = readdirSync(groups, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return {
    mounts: readFileSync("/proc/self/mounts", "utf8"),
    interfaces: readdirSync("/sys/class/net"),
    namespaces: namespacesInUse(),
    rules: await run("nft", ["list", "ruleset"]),
    groups: controllers.flatMap(({ name }) =>
      readdirSync(`${groups}/${name}`).filter((each) => each.startsWith("pulumi-cos")),
    ),
    processes: findProcesses(({ command }) => command.some((part) => programs.test(part))).length,
    inotify: readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8"),
    holders: existsSync("/run/pulumi-cos-inotify"),
    temporary: readdirSync(tmpdir()).filter((name) => name.startsWith("pulumi-cos-")),
  };
}

/**
 * How many namespaces of each kind some process is in. `lsns` would count those of a process too that has ended and
 * waits for its parent to notice: it has nothing left but that of its process ID.
 */
function namespacesInUse(): Record<string, number> {
  const names = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return ["mnt", "net", "ipc", "uts", "user", "cgroup", "pid"].map((kind) =>
          readlinkSync(`/proc/${pid}/ns/${kind}`),
        );
      } catch {
        return [];
      }
    });
  const counts: Record<string, number> = {};
  for (const name of new Set(names)) {
    const [kind = ""] = name.split(":");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
