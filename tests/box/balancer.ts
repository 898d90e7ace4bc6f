import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { end } from "../support/namespace";
import { until } from "../support/until";
import { balancerConfig, forwarding, proxyName, serverWords } from "./balancer-config";
import type { FabricHost } from "./fabric";
import { Turns } from "./turns";
import type { Balancer, Listener } from "./world";

/** haproxy as a load balancer of AWS, on a host of its own. */
export class RunningBalancer {
  private process: ChildProcess | undefined;
  private config = "";
  /** By listener's port: the targets that it has, and those of them that it is being rid of. */
  private readonly targets = new Map<number, Map<string, "serving" | "leaving">>();
  /** One command at a time: of many that come at once haproxy refuses some. */
  private readonly commands = new Turns(1);

  constructor(
    private readonly directory: string,
    readonly host: FabricHost,
  ) {}

  /** Makes it what the account says. */
  async follow(balancer: Balancer): Promise<void> {
    const config = balancerConfig(balancer, this.host.address, this.socket);
    if (config !== this.config) await this.start(config, forwarding(balancer).length > 0);
    if (!this.process) return;
    for (const listener of forwarding(balancer)) await this.followTargets(listener);
  }

  /** State of each target by listener's port, in haproxy's words: `UP`, `DOWN`, `DRAIN`, `DOWN 1/2`… */
  async health(): Promise<Record<number, Record<string, string>>> {
    // It may be about to begin anew.
    if (!this.process || !existsSync(this.socket)) return {};
    const rows = (await this.command("show stat")).split("\n").map((line) => line.split(","));
    const status = rows[0]?.indexOf("status") ?? -1;
    const servers = rows.filter(([, server = ""]) => server.startsWith("i-"));
    const found: Record<number, Record<string, string>> = {};
    for (const [proxy = "", server = "", ...more] of servers) {
      (found[Number(proxy.split("-")[1])] ??= {})[server] = more[status - 2] ?? "";
    }
    return found;
  }

  async close(): Promise<void> {
    if (this.process) await end(this.process, "SIGKILL");
    this.process = undefined;
  }

  private get socket(): string {
    return join(this.directory, "haproxy.sock");
  }

  /** A change of what is not a target is one of AWS's rare ones: connections that are open end with it. */
  private async start(config: string, needed: boolean): Promise<void> {
    await this.close();
    this.targets.clear();
    this.config = config;
    if (!needed) return;
    const file = join(this.directory, "haproxy.cfg");
    await writeFile(file, config);
    await rm(this.socket, { force: true });
    const started = spawn("nsenter", [...this.host.namespace.enter, "haproxy", "-db", "-f", file], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.process = started;
    let said = "";
    started.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    await until(() => {
      if (started.exitCode !== null) throw new Error(`haproxy has ended:\n${said}\n${config}`);
      return existsSync(this.socket);
    });
  }

  private async followTargets(listener: Listener): Promise<void> {
    const has = this.targets.get(listener.port) ?? new Map<string, "serving" | "leaving">();
    this.targets.set(listener.port, has);
    const { targets, deregistrationDelay } = listener.targetGroup;
    const proxy = proxyName(listener.port);
    for (const [id, address] of Object.entries(targets).filter(([id]) => !has.has(id))) {
      const server = `${proxy}/${id}`;
      // Healthy once its checks have said so.
      for (const command of [
        `add server ${server} ${serverWords(listener, address)}`,
        `set weight ${server} 0`,
        `enable health ${server}`,
        `enable server ${server}`,
        `set server ${server} health down`,
        `set weight ${server} 100%`,
      ]) {
        await this.command(command);
      }
      has.set(id, "serving");
    }
    for (const [id] of [...has].filter(([id, state]) => state === "serving" && !(id in targets))) {
      has.set(id, "leaving");
      await this.command(`set server ${proxy}/${id} state drain`);
      const { process } = this;
      // AWS's own delay: until then it goes on with what it has begun.
      setTimeout(() => {
        if (this.process !== process) return;
        this.drop(`${proxy}/${id}`).then(() => has.delete(id), console.error);
      }, deregistrationDelay * 1000).unref();
    }
  }

  private async drop(server: string): Promise<void> {
    for (const command of ["set server $ state maint", "shutdown sessions server $", "del server $"]) {
      await this.command(command.replace("$", server));
    }
  }

  private async command(line: string): Promise<string> {
    const done = await this.commands.next();
    const answer = await this.send(line).finally(done);
    if (/^(No such|Unknown|Invalid|Can't|'[a-z ]+' (expects|:))/m.test(answer))
      throw new Error(`haproxy: ${line}: ${answer}`);
    return answer;
  }

  private async send(line: string): Promise<string> {
    const socket = connect(this.socket);
    await once(socket, "connect");
    socket.write(`${line}\n`);
    return (await text(socket)).trim();
  }
}
