import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DirectoryAccount } from "../../tools/plugins/aws/account";
import { GROUP } from "../../tools/plugins/aws/behaviour/auto-scaling";
import { mapsOf, shown, textsOf } from "../../tools/plugins/aws/behaviour/behaviour";
import { FORMER_ADDRESSES, instancesAfter } from "../../tools/plugins/aws/behaviour/instances";
import { ACCOUNT_ID } from "../../tools/plugins/aws/cloud";
import { long2ip, Netmask } from "netmask";
import { Amazon, resolverAddress } from "./amazon";
import { RunningBalancer } from "./balancer";
import { Fabric, type FabricHost } from "./fabric";
import { type Fault, faultTable } from "./faults";
import { type Member, securityGroupTable } from "./firewall";
import { Host, hostFiles, type HostState } from "./host";
import { Turns } from "./turns";
import { type Balancer, type Instance, type World, worldOf } from "./world";

/** Where whoever runs `pulumi up` is: in a network for documentation, which the stack dev lets in. */
const operatorAddress = "203.0.113.10";

/** How many machines boot at a time: more take longer together than one after the other. */
const atOnce = 4;

export interface BoxOptions {
  /** Where its own files are. */
  directory: string;
  /** Directory of the account of the stand-in for AWS. */
  account: string;
  /** Root file system of the machines. */
  root: string;
  region: string;
  /** Name below which its control groups are. */
  controlGroup: string;
  /** After how many seconds Auto Scaling puts another instance in the place of one that has ended. */
  replaceAfter: number;
}

export interface HostStatus {
  name: string;
  id: string;
  address: string;
  zone: string;
  state: HostState;
  /** When it began to boot for the first time, in milliseconds since 1970. */
  bootedAt?: number | undefined;
  /** Process ID of its init, in the box. */
  leader?: string | undefined;
  error?: string | undefined;
}

export interface BoxStatus {
  hosts: HostStatus[];
  balancers: { name: string; dnsName: string; address: string; health: Record<number, Record<string, string>> }[];
  faults: Fault[];
  /** Process ID of what holds the network namespace of whoever runs `pulumi up`, in the box. */
  operator: string;
  /** What went wrong when the box last followed the account. */
  error: string | undefined;
}

/** The machines, load balancers and rules of an account, for real: it follows what the account says. */
export class Box {
  private readonly hosts = new Map<string, Host>();
  private readonly balancers = new Map<string, { now: Balancer; running: RunningBalancer }>();
  private readonly counts = new Map<string, number>();
  private readonly turns = new Turns(atOnce);
  private readonly account: DirectoryAccount;
  private readonly cutZones = new Set<string>();
  private faults: Fault[] = [];
  /** Tables of nftables as they were loaded last, by name. */
  private readonly tables = new Map<string, string>();
  private error: string | undefined;

  private constructor(
    private readonly options: BoxOptions,
    private readonly fabric: Fabric,
    private readonly amazon: Amazon,
    private readonly operator: FabricHost,
    private readonly files: Record<string, string>,
  ) {
    this.account = new DirectoryAccount(options.account);
  }

  static async create(options: BoxOptions): Promise<Box> {
    const fabric = await Fabric.create();
    const amazon = await Amazon.create(fabric, options.region, options.directory);
    const operator = await fabric.join(operatorAddress);
    const unit = await readFile(join(options.root, "etc/systemd/system/nomad.service"), "utf8");
    const files = { ...hostFiles(unit), ...(await amazon.cloud.trust(options.root)) };
    return new Box(options, fabric, amazon, operator, files);
  }

  /** Makes the box what the account says now. What takes long (a boot, a shutdown) goes on after it. */
  async follow(): Promise<void> {
    try {
      const world = worldOf(this.account);
      await this.amazon.follow(world.parameters);
      for (const balancer of world.balancers) await this.place(balancer);
      await this.filter(world);
      await this.retire(world);
      await this.launch(world.instances);
      await this.break();
      for (const balancer of world.balancers) await this.balancers.get(balancer.arn)?.running.follow(balancer);
      this.replaceEnded();
      this.error = undefined;
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (text !== this.error) console.error(text);
      this.error = text;
    }
  }

  async status(): Promise<BoxStatus> {
    const hosts = [...this.hosts.values()].map(async (host) => {
      const { name, instance, state, error, bootedAt } = host;
      const { id, address, subnet } = instance;
      return { name, id, address, zone: subnet.zone, state, error, bootedAt, leader: await host.leader() };
    });
    const balancers = [...this.balancers.values()].map(async ({ now: { name, dnsName }, running }) => ({
      ...{ name, dnsName, address: running.host.address },
      health: await running.health(),
    }));
    return {
      hosts: await Promise.all(hosts),
      balancers: await Promise.all(balancers),
      faults: this.allFaults(),
      operator: this.operator.namespace.pid,
      error: this.error,
    };
  }

  /** The host with a name, an instance ID or an address. @throws Error where there is none */
  host(wanted: string): Host {
    const hosts = [...this.hosts.values()];
    const found = hosts.find(({ name, instance }) => [name, instance.id, instance.address].includes(wanted));
    if (found) return found;
    throw new Error(`there is no host "${wanted}"; there are ${hosts.map(({ name }) => name).join(", ")}`);
  }

  /** Ends a host as a failure of its hardware does. */
  async kill(host: string): Promise<void> {
    await this.host(host).fail();
  }

  /** Cuts a zone off from the others: its nodes reach each other only. @throws Error where no node is in it */
  async cut(zone: string): Promise<void> {
    const instances = [...this.hosts.values()].map(({ instance }) => instance);
    const zones = [...new Set(instances.map(({ subnet }) => subnet.zone))].sort();
    // "a" is the zone that ends so.
    const found = zones.find((name) => name === zone || name.replace(this.options.region, "") === zone);
    if (found === undefined) throw new Error(`there is no zone "${zone}" with nodes; there are ${zones.join(", ")}`);
    this.cutZones.add(found);
    await this.break();
  }

  async breakBy(fault: Fault): Promise<void> {
    this.faults.push(fault);
    await this.break();
  }

  async heal(): Promise<void> {
    this.cutZones.clear();
    this.faults = [];
    await this.break();
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.remove()));
    await Promise.all([...this.balancers.values()].map(({ running }) => running.close()));
    await this.amazon.close();
    await this.fabric.close();
  }

  private async place(balancer: Balancer): Promise<void> {
    const { arn, name, dnsName } = balancer;
    const known = this.balancers.get(arn);
    if (known) {
      known.now = balancer;
      return;
    }
    const directory = join(this.options.directory, "balancers", name);
    await mkdir(directory, { recursive: true });
    const address = this.addressIn(balancer.cidr);
    const running = new RunningBalancer(directory, await this.fabric.join(address));
    this.balancers.set(arn, { now: balancer, running });
    await this.amazon.name(dnsName, address);
  }

  /** The last free address of a subnet, which no instance gets; the very last is for broadcasts. */
  private addressIn(cidr: string): string {
    const { netLong, size } = new Netmask(cidr);
    const taken = [...this.balancers.values()].map(({ running }) => running.host.address);
    let number = netLong + size - 2;
    while (taken.includes(long2ip(number))) number -= 1;
    return long2ip(number);
  }

  private async filter({ instances, balancers, rules }: World): Promise<void> {
    const members: Member[] = [
      ...instances,
      ...balancers.flatMap((balancer) => {
        const address = this.balancers.get(balancer.arn)?.running.host.address;
        return address === undefined ? [] : { ...balancer, address };
      }),
    ];
    await this.load("groups", securityGroupTable(rules, members));
  }

  /** Also what has come into a zone since it was cut off is in it. */
  private async break(): Promise<void> {
    await this.load("faults", faultTable(this.allFaults()));
  }

  private allFaults(): Fault[] {
    const instances = [...this.hosts.values()].map(({ instance }) => instance);
    const cuts = [...this.cutZones].flatMap((zone): Fault[] => {
      const addresses = instances.filter(({ subnet }) => subnet.zone === zone).map(({ address }) => address);
      return addresses.length > 0 ? [{ kind: "cut", addresses }] : [];
    });
    return [...cuts, ...this.faults];
  }

  private async load(name: string, table: string): Promise<void> {
    if (this.tables.get(name) === table) return;
    await this.fabric.load(table);
    this.tables.set(name, table);
  }

  private async launch(instances: Instance[]): Promise<void> {
    const { root, directory, controlGroup, region } = this.options;
    for (const instance of instances.filter(({ id }) => !this.hosts.has(id))) {
      // An address is free when who had it is gone.
      if ([...this.hosts.values()].some((host) => host.instance.address === instance.address)) continue;
      await this.amazon.launch(instance, region);
      const router = routerOf(instance.subnet.cidr);
      const host = new Host(this.nameOf(instance), instance, {
        ...{ root, files: this.files, turn: () => this.turns.next() },
        directory: join(directory, "machines", instance.id),
        controlGroup: `${controlGroup}/${instance.id}`,
        network: {
          link: (address) => this.fabric.link([address], router),
          settings: (address) => ({
            addresses: [`${address}/${instance.subnet.cidr.split("/")[1] ?? ""}`],
            routes: [{ to: "0.0.0.0/0", via: router }],
            nameservers: { addresses: [resolverAddress] },
          }),
        },
      });
      this.hosts.set(instance.id, host);
    }
  }

  /** What is not in the account any more ends. */
  private async retire({ instances, balancers }: World): Promise<void> {
    for (const [id, host] of this.hosts) {
      if (instances.some((instance) => instance.id === id) || host.state === "stopping") continue;
      void host
        .terminate()
        .then(() => this.amazon.cloud.terminate(id))
        .catch((error: unknown) => {
          console.error(String(error));
        })
        .finally(() => this.hosts.delete(id));
    }
    for (const [arn, { running }] of this.balancers) {
      if (balancers.some((balancer) => balancer.arn === arn)) continue;
      this.balancers.delete(arn);
      await running.close();
      await running.host.namespace.close();
    }
  }

  /** Auto Scaling finds an instance that has ended, and launches another. */
  private replaceEnded(): void {
    const due = Date.now() - this.options.replaceAfter * 1000;
    const site = { region: this.options.region, cloud: this.cloud };
    for (const group of this.account.all(GROUP)) {
      const all = mapsOf(group.kept["instances"]);
      const left = all.filter(({ id }) => {
        const host = this.hosts.get(shown(id));
        return host?.state !== "ended" || host.endedAt > due;
      });
      if (left.length === all.length) continue;
      const gone = all.filter((instance) => !left.includes(instance)).map(({ privateIp }) => shown(privateIp));
      const former = [...textsOf(group.kept[FORMER_ADDRESSES]), ...gone];
      const kept = { ...group.kept, instances: left, [FORMER_ADDRESSES]: former };
      const instances = instancesAfter({ ...group, kept }, site);
      this.account.put({ ...group, kept: { ...kept, instances } });
    }
  }

  private get cloud() {
    const { account } = this;
    const { region } = this.options;
    return { region, accountId: ACCOUNT_ID, account, defaultTags: {}, loadBalancerAddress: undefined, images: [] };
  }

  /** A name for people: its pool or its role, and a number that no other has had. */
  private nameOf({ tags }: Instance): string {
    const kind = tags["cos-pool"] ?? tags["cos-role"] ?? "instance";
    const number = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, number);
    return `${kind}-${number}`;
  }
}

/** A subnet's router has its first address. */
function routerOf(cidr: string): string {
  return new Netmask(cidr).first;
}
