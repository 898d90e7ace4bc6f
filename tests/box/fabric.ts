import { NetworkNamespace } from "../support/namespace";

/** The router's own address on a link that needs no other, by which it asks for the host. */
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
  private readonly namespaces: NetworkNamespace[] = [];

  private constructor(private readonly router: NetworkNamespace) {}

  static async create(): Promise<Fabric> {
    const fabric = new Fabric(await NetworkNamespace.create());
    await fabric.set("net/ipv4/ip_forward", "1");
    return fabric;
  }

  /** A host more, with IPv4 addresses of its own. */
  async join(address: string, ...more: string[]): Promise<FabricHost> {
    const namespace = await this.link([address, ...more]);
    for (const command of [
      "link set lo up",
      ...[address, ...more].map((each) => `addr add ${each}/32 dev eth0`),
      "link set eth0 up",
      `route add default dev eth0 src ${address}`,
    ]) {
      await namespace.ip(command);
    }
    return { address, namespace };
  }

  /**
   * A namespace with an interface `eth0`, to which all that is sent to these addresses comes.
   *
   * @param gateway address by which it reaches all others
   */
  async link(addresses: string[], gateway = routerAddress): Promise<NetworkNamespace> {
    const { router } = this;
    const namespace = await NetworkNamespace.create();
    this.namespaces.push(namespace);
    // Never one that was there: the kernel takes its time to remove those of namespaces that have ended.
    const link = `host${this.namespaces.length}`;
    await router.ip(`link add ${link} type veth peer name eth0 netns ${namespace.pid}`);
    // The router answers for all addresses beyond it, at once, as EC2's network does.
    await this.set(`net/ipv4/conf/${link}/proxy_arp`, "1");
    await this.set(`net/ipv4/neigh/${link}/proxy_delay`, "0");
    await router.ip(`addr add ${gateway}/32 dev ${link}`);
    await router.ip(`link set ${link} up`);
    for (const address of addresses) await router.ip(`route replace ${address}/32 dev ${link}`);
    return namespace;
  }

  /** Loads a table of nftables. */
  async load(table: string): Promise<void> {
    await this.router.run(["nft", "--file", "-"], { input: table });
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    await Promise.all([...this.namespaces, this.router].map((each) => each.close()));
  }

  private async set(setting: string, value: string): Promise<void> {
    await this.router.run(["bash", "-c", `echo ${value} > /proc/sys/${setting}`]);
  }
}
