import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Cloud, serviceNames } from "../support/cloud";
import { end } from "../support/namespace";
import type { Fabric, FabricHost } from "./fabric";
import type { Instance, Parameter } from "./world";

/** Where AWS's services are in the box: a network for documentation. */
export const servicesAddress = "198.51.100.2";
const metadataAddress = "169.254.169.254";

/** Where instances and operators ask for names, as in every VPC. */
export const resolverAddress = "169.254.169.253";

/**
 * What AWS itself is in the box, a host of its own: the services' endpoints and instance metadata by a {@link Cloud}, the names of
 * services and load balancers by dnsmasq.
 */
export class Amazon {
  private readonly parameters = new Map<string, Parameter>();
  private readonly names = new Map<string, string>();

  private constructor(
    readonly cloud: Cloud,
    private readonly resolver: ChildProcess,
    private readonly hosts: string,
  ) {}

  static async create(fabric: Fabric, region: string, directory: string): Promise<Amazon> {
    const host = await fabric.join(servicesAddress, resolverAddress, metadataAddress);
    const { enter } = host.namespace;
    const cloud = await Cloud.at({ enter, address: servicesAddress, metadataAddress, region });
    const hosts = join(directory, "names");
    await mkdir(hosts, { recursive: true });
    const amazon = new Amazon(cloud, startResolver(host, hosts), hosts);
    for (const name of serviceNames(region)) await amazon.name(name, servicesAddress);
    return amazon;
  }

  /** Gives an address a name. */
  async name(name: string, address: string): Promise<void> {
    if (this.names.get(name) === address) return;
    this.names.set(name, address);
    // The resolver reads what is moved there whole.
    const draft = join(this.hosts, "..", `${name}.new`);
    await writeFile(draft, `${address} ${name}\n`);
    await rename(draft, join(this.hosts, name));
  }

  /** Makes the parameters of Systems Manager those of the account; what nodes have written themselves stays. */
  async follow(parameters: Map<string, Parameter>): Promise<void> {
    for (const [name, parameter] of parameters) {
      // Each writing of it raises the version that nodes see by one.
      for (let version = this.parameters.get(name)?.version ?? 0; version < parameter.version; version++) {
        await this.cloud.putParameter(name, parameter.value, parameter.kmsKey);
      }
      this.parameters.set(name, parameter);
    }
    for (const name of [...this.parameters.keys()].filter((each) => !parameters.has(each))) {
      await this.cloud.deleteParameter(name);
      this.parameters.delete(name);
    }
  }

  /** Tells the services and the metadata of an instance. */
  async launch(instance: Instance, region: string): Promise<void> {
    const { id, address, group, subnet, tags, hopLimit, policies, type, imageId } = instance;
    await this.cloud.instance({
      ...{ id, address, subnet, hopLimit, policies, group },
      // Those of AWS are not given by its users.
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("aws:"))),
      metadata: {
        "instance-type": type,
        "instance-life-cycle": "on-demand",
        "ami-id": imageId,
        "local-ipv4": address,
        "local-hostname": `${hostNameOf(address)}.${region}.compute.internal`,
        "placement/availability-zone": subnet.zone,
        ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tags/instance/${key}`, value])),
      },
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.cloud.close(), end(this.resolver, "SIGKILL")]);
    await rm(this.hosts, { recursive: true, force: true });
  }
}

/** The host name that EC2 gives an instance. */
export function hostNameOf(address: string): string {
  return `ip-${address.replaceAll(".", "-")}`;
}

function startResolver({ namespace }: FabricHost, hosts: string): ChildProcess {
  const args = [
    ...["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--log-facility=-"],
    ...["--no-resolv", "--no-hosts", `--hostsdir=${hosts}`, "--address=/#/"],
    ...[`--listen-address=${resolverAddress}`, "--bind-interfaces"],
  ];
  return spawn("nsenter", [...namespace.enter, "dnsmasq", ...args], { stdio: ["ignore", "ignore", "inherit"] });
}
