import type { ChildProcess } from "node:child_process";
import { run } from "../support/command";
import { end, holdNamespace } from "../support/namespace";

/** The router's own address on every link, by which it asks for hosts; nobody sends it anything. */
const routerAddress = "169.254.0.1";

/** A host of a {@link Fabric}: a network namespace with one address. */
export class FabricHost {
  constructor(
    readonly address: string,
    private readonly holder: ChildProcess,
  ) {}

  /** Arguments of nsenter to run a command in it. */
  get enter(): string[] {
    return ["--target", String(this.holder.pid), "--net"];
  }
}

/**
 * The network of a box: every host is alone on its link, and all that hosts send each other is routed, in a namespace of its own, by
 * the kernel, past nftables. So what EC2 does for each instance (security groups) and what breaks (links, zones) is done in
 * one place, and hosts know nothing of it. Nothing of it has a name in this machine, and it ends with its processes.
 */
export class Fabric {
  private readonly hosts: ChildProcess[] = [];

  private constructor(private readonly router: ChildProcess) {}

  static async create(): Promise<Fabric> {
    const fabric = new Fabric(await holdNamespace());
    await fabric.set("net/ipv4/ip_forward", "1");
    return fabric;
  }

  /** A host more, with an IPv4 address of its own. */
  async join(address: string): Promise<FabricHost> {
    const holder = await holdNamespace();
    this.hosts.push(holder);
    const host = new FabricHost(address, holder);
    const link = `host${this.hosts.length}`;
    await this.ip(`link add ${link} type veth peer name eth0 netns ${String(holder.pid)}`);
    // The router answers for all addresses beyond it, at once, as EC2's network does.
    await this.set(`net/ipv4/conf/${link}/proxy_arp`, "1");
    await this.set(`net/ipv4/neigh/${link}/proxy_delay`, "0");
    await this.ip(`addr add ${routerAddress}/32 dev ${link}`);
    await this.ip(`link set ${link} up`);
    await this.ip(`route add ${address}/32 dev ${link}`);
    for (const command of [
      "link set lo up",
      `addr add ${address}/32 dev eth0`,
      "link set eth0 up",
      "route add default dev eth0",
    ]) {
      await run("nsenter", [...host.enter, "ip", ...command.split(" ")]);
    }
    return host;
  }

  /** Loads a table of nftables. */
  async load(table: string): Promise<void> {
    await run("nsenter", [...this.enter, "nft", "--file", "-"], { input: table });
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    await Promise.all([...this.hosts, this.router].map((holder) => end(holder, "SIGKILL")));
  }

  private get enter(): string[] {
    return ["--target", String(this.router.pid), "--net"];
  }

  private async ip(command: string): Promise<void> {
    await run("nsenter", [...this.enter, "ip", ...command.split(" ")]);
  }

  private async set(setting: string, value: string): Promise<void> {
    await run("nsenter", [...this.enter, "bash", "-c", `echo ${value} > /proc/sys/${setting}`]);
  }
}
