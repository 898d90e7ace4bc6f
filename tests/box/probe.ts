import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { NetworkNamespace } from "../support/namespace";
import type { FabricHost } from "./fabric";

const program = join(__dirname, "probe.py");

/** What may answer: an address, a protocol and a port. */
export type Target = readonly [address: string, protocol: "tcp" | "udp", port: number];

/** Answers on ports of a host, from when it resolves until the process is ended. */
export async function listen(host: FabricHost, ports: Partial<Record<"tcp" | "udp", number[]>>): Promise<ChildProcess> {
  const all = Object.entries(ports).flatMap(([protocol, of]) => of.flatMap((port) => [protocol, String(port)]));
  const listener = spawn("nsenter", [...host.namespace.enter, "python3", program, "listen", ...all], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const failed = once(listener, "exit").then(() => {
    throw new Error(`nobody listens at ${host.address}`);
  });
  await Promise.race([once(listener.stdout, "data"), failed]);
  failed.catch(() => undefined);
  return listener;
}

/** Those of the targets that answer a host; all are tried at once. @param seconds how long to wait for what may be on its way */
export async function answering(
  host: Pick<NetworkNamespace, "run">,
  targets: readonly Target[],
  seconds: number,
): Promise<Target[]> {
  const input = targets.map((target) => `${JSON.stringify(target)}\n`).join("");
  const answered = await host.run(["python3", program, "connect", String(seconds)], { input });
  return answered
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Target);
}
