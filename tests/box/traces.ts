import { existsSync, readdirSync, readFileSync } from "node:fs";
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
    namespaces: (await run("lsns", ["--noheadings", "--output", "TYPE"]))
      .split("\n")
      .map((type) => type.trim())
      .sort(),
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
