import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Who listens on a TCP port of this machine. */
export interface Listener {
  /** Undefined where the process belongs to another user and this one may not look into it. */
  pid?: number;
  program?: string;
}

/** In words, for a message. */
export function describeListener({ pid, program }: Listener): string {
  return pid === undefined ? "a program of another user" : `${program ?? "an unknown program"}, process ${pid}`;
}

const listening = "0A";

/** The program that listens on a TCP port of a loopback or wildcard address, if there is one. Linux only. */
export function listenerOn(port: number): Listener | undefined {
  // A kernel without IPv6 has no tcp6.
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((table) => existsSync(table));
  const inodes = tables.flatMap((table) =>
    readFileSync(table, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listening && fields[1]?.split(":")[1] === hexPort(port))
      .map((fields) => fields[9]),
  );
  if (inodes.length === 0) return undefined;
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const pid = readdirSync("/proc").find(
    (entry) => /^\d+$/.test(entry) && openFiles(entry).some((file) => sockets.has(file)),
  );
  if (pid === undefined) return {};
  return { pid: Number(pid), program: readFileSync(`/proc/${pid}/comm`, "utf8").trim() };
}

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, "0");

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}
