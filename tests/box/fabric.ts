import { NetworkNamespace } from "../support/namespace";

/** The router's own address on every link, by which it asks for hosts; nobody sends it anything. */
const routerAddress = "169.254.0.1";

/** A host of a {@link Fabric}: a network namespace with one address. */
export interface FabricHost {
  address: string;
  namespace: NetworkNamespace;
}

/**
 * The network of a box: every host is alone on its link, and all that hosts send each other is routed, in a namespace of its own, by
 * the kernel, past nftables. So what EC2 does for each instance (security groups) and what breaks (links, zones) is done in
 * one place, and hosts know nothing of it. Nothing of it has a name in this machine, and it ends with its processes.
 */
export class Fabric {
  private readonly hosts: FabricHost[] = [];

  private constructor(private readonly router: NetworkNamespace) {}

  static async create(): Promise<Fabric> {
    const fabric = new Fabric(await NetworkNamespace.create());
    await fabric.set("net/ipv4/ip_forward", "1");
    return fabric;
  }

  /** A host more, with an IPv4 address of its own. */
  async join(address: string): Promise<FabricHost> {
    const { router } = this;
    const namespace = await NetworkNamespace.create();
    const host = { address, namespace };
    this.hosts.push(host);
    const link = `host${this.hosts.length}`;
    await router.ip(`link add ${link} type veth peer name eth0 netns ${namespace.pid}`);
    // The router answers for all addresses beyond it, at once, as EC2's network does.
    await this.set(`net/ipv4/conf/${link}/proxy_arp`, "1");
    await this.set(`net/ipv4/neigh/${link}/proxy_delay`, "0");
    await router.ip(`addr add ${routerAddress}/32 dev ${link}`);
    await router.ip(`link set ${link} up`);
    await router.ip(`route add ${address}/32 dev ${link}`);
    for (const command of [
      "link set lo up",
      `addr add ${address}/32 dev eth0`,
      "link set eth0 up",
      "route add default dev eth0",
    ]) {
      await namespace.ip(command);
    }
    return host;
  }

  /** Loads a table of nftables. */
  async load(table: string): Promise<void> {
    await this.router.run(["nft", "--file", "-"], { input: table });
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    await Promise.all([...this.hosts.map(({ namespace }) => namespace), this.router].map((each) => each.close()));
  }

  private async set(setting: string, value: string): Promise<void> {
    await this.router.run(["bash", "-c", `echo ${value} > /proc/sys/${setting}`]);
  }
}
