import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DirectoryAccount } from "../../plugins/aws/account";
import { long2ip, Netmask } from "netmask";
import { Amazon, resolverAddress } from "./amazon";
import { AutoScaling, type AutoScalingOptions } from "./auto-scaling";
import { RunningBalancer } from "./balancer";
import { Clock } from "./clock";
import { Fabric, type FabricHost } from "./fabric";
import { type Fault, faultTable } from "./faults";
import { type Member, securityGroupTable } from "./firewall";
import { Host, hostFiles, type HostState } from "./host";
import type { Refresh } from "./refreshes";
import { Turns } from "./turns";
import { type Balancer, type Instance, type World, worldOf } from "./world";

/** Where whoever runs `pulumi up` is: in a network for documentation, which the stack dev lets in. */
const operatorAddress = "203.0.113.10";

/** In the box's directory: the certificates by which AWS's services in it are trusted. */
export const authoritiesFile = "authorities.pem";

/** How many machines boot at a time, servers first, which all wait for: more take longer together than one after the other. */
const atOnce = 4;

export interface BoxOptions extends AutoScalingOptions {
  /** Where its own files are. */
  directory: string;
  /** Directory of the account of the stand-in for AWS. */
  account: string;
  /** Root file systems of the machines, by the IDs of their images: the same system with other programs. */
  roots: Record<string, string>;
  /** Name below which its control groups are. */
  controlGroup: string;
}

export interface HostStatus {
  name: string;
  id: string;
  address: string;
  zone: string;
  state: HostState;
  /** Process ID of its init, in the box. */
  leader?: string | undefined;
  error?: string | undefined;
}

/** The clock of a host's agents is ahead. */
export interface ClockFault {
  kind: "clock";
  address: string;
  seconds: number;
}

export interface BoxStatus {
  hosts: HostStatus[];
  balancers: { name: string; dnsName: string; address: string; health: Record<number, Record<string, string>> }[];
  faults: (Fault | ClockFault)[];
  refreshes: Refresh[];
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
  private readonly autoScaling: AutoScaling;
  private readonly cutZones = new Set<string>();
  private faults: Fault[] = [];
  private clockFaults: ClockFault[] = [];
  private readonly clock = new Clock();
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
    this.autoScaling = new AutoScaling(this.account, amazon.cloud, this.hosts, options);
  }

  static async create(options: BoxOptions): Promise<Box> {
    const fabric = await Fabric.create();
    const amazon = await Amazon.create(fabric, options.region, options.directory);
    const operator = await fabric.join(operatorAddress);
    const [root = ""] = Object.values(options.roots);
    const unit = await readFile(join(root, "etc/systemd/system/nomad.service"), "utf8");
    const trusted = await amazon.cloud.trust(root);
    await writeFile(join(options.directory, authoritiesFile), Object.values(trusted).join(""));
    const files = { ...hostFiles(unit), ...trusted };
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
      await this.autoScaling.follow();
      for (const balancer of world.balancers) {
        await this.balancers.get(balancer.arn)?.running.follow(this.withServing(balancer));
      }
      this.error = undefined;
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (text !== this.error) console.error(text);
      this.error = text;
    }
  }

  async status(): Promise<BoxStatus> {
    const hosts = [...this.hosts.values()].map(async (host) => {
      const { name, instance, state, error } = host;
      const { id, address, subnet } = instance;
      return { name, id, address, zone: subnet.zone, state, error, leader: await host.leader() };
    });
    const balancers = [...this.balancers.values()].map(async ({ now: { name, dnsName }, running }) => ({
      ...{ name, dnsName, address: running.host.address },
      health: await running.health(),
    }));
    // Together: one that fails while the others are waited for would end the box.
    const [found, forwarding] = await Promise.all([Promise.all(hosts), Promise.all(balancers)]);
    return {
      hosts: found,
      balancers: forwarding,
      faults: [...this.allFaults(), ...this.clockFaults],
      refreshes: this.autoScaling.refreshes.all,
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

  /** Takes a host away as EC2 takes a spot instance: it is told two minutes before. */
  async takeAway(name: string): Promise<void> {
    const host = this.host(name);
    const end = Date.now() + 120_000;
    const time = new Date(end).toISOString().replace(/\.\d+/, "");
    await this.amazon.cloud.tell(
      host.instance.id,
      "spot/instance-action",
      JSON.stringify({ action: "terminate", time }),
    );
    // Theirs: EC2 asks nobody.
    setTimeout(() => void host.fail().catch(console.error), end - Date.now()).unref();
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

  /** Puts the clock of a host's agents ahead, or back with a negative number, as long as they run. */
  async shiftClock(name: string, seconds: number): Promise<void> {
    const host = this.host(name);
    const leader = await host.leader();
    if (leader === undefined) throw new Error(`${name} does not run`);
    this.clock.shift(leader, seconds);
    this.clockFaults.push({ kind: "clock", address: host.instance.address, seconds });
  }

  async heal(): Promise<void> {
    this.clock.restore();
    this.clockFaults = [];
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
    // They are in their groups as long as they are there.
    const leaving = [...this.hosts.values()].filter(({ state }) => state === "leaving").map(({ instance }) => instance);
    const members: Member[] = [
      ...instances,
      ...leaving,
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
    const { roots, directory, controlGroup, region } = this.options;
    for (const instance of instances.filter(({ id }) => !this.hosts.has(id))) {
      // An address is free when who had it is gone.
      if ([...this.hosts.values()].some((host) => host.instance.address === instance.address)) continue;
      await this.amazon.launch(instance, region);
      const root = roots[instance.imageId];
      if (root === undefined) throw new Error(`${instance.id} boots from ${instance.imageId}, which is not there`);
      const router = routerOf(instance.subnet.cidr);
      const host = new Host(this.nameOf(instance), instance, {
        ...{ root, files: this.files, turn: () => this.turns.next(isServer(instance) ? 0 : 1) },
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
      await this.autoScaling.begin(host);
    }
  }

  /** A load balancer with those of its targets that are in service. */
  private withServing(balancer: Balancer): Balancer {
    const listeners = balancer.listeners.map(({ targetGroup, ...listener }) => {
      const targets = Object.entries(targetGroup.targets).filter(([id]) => this.autoScaling.isInService(id));
      return { ...listener, targetGroup: { ...targetGroup, targets: Object.fromEntries(targets) } };
    });
    return { ...balancer, listeners };
  }

  /** What is not in the account any more ends. */
  private async retire({ instances, balancers }: World): Promise<void> {
    for (const [id, host] of this.hosts) {
      if (instances.some((instance) => instance.id === id) || ["leaving", "stopping"].includes(host.state)) continue;
      void this.autoScaling
        .end(host)
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

  /** A name for people: its pool or its role, and a number that no other has had. */
  private nameOf({ tags }: Instance): string {
    const kind = tags["cos-pool"] ?? tags["cos-role"] ?? "instance";
    const number = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, number);
    return `${kind}-${number}`;
  }
}

const isServer = ({ tags }: Instance): boolean => tags["cos-role"]?.endsWith("-server") === true;

/** A subnet's router has its first address. */
function routerOf(cidr: string): string {
  return new Netmask(cidr).first;
}
