import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type ProcessRecord, recordOf } from "../../local/processes";
import { run } from "./command";
import { enterGroups, removeGroups } from "./control-groups";
import { raiseInotifyLimit, restoreInotifyLimit } from "./inotify";
import { end, NetworkNamespace } from "./namespace";
import { removeDirectory, temporaryDirectory } from "./temporary";
import { until } from "./until";

/** Process ID of the only child of a process. */
export async function onlyChild(pid: string): Promise<string | undefined> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ")[0];
}

/** Where machines are. */
export interface MachineNetwork {
  /** A namespace with an interface `eth0`, which the machine at that address sets up itself. */
  link(address: string): Promise<NetworkNamespace>;
  /** What cloud-init is told of that interface: as `ethernets.eth0` of its network configuration, version 2. */
  settings(address: string): object;
}

/** A network of machines, and of what stands for AWS at the other end of it: in namespaces of its own, reached from nowhere else. */
export class Network implements MachineNetwork {
  static readonly gateway = "10.77.0.1";
  static readonly metadataAddress = "169.254.169.254";

  private joined = 0;

  private constructor(
    private readonly own: NetworkNamespace,
    private readonly holder: ProcessRecord,
  ) {}

  static async create(): Promise<Network> {
    const holder = recordOf(process.pid, "");
    raiseInotifyLimit(holder);
    const network = new Network(await NetworkNamespace.create(), holder);
    for (const command of [
      "link set lo up",
      "link add br0 type bridge",
      "link set br0 up",
      `addr add ${Network.gateway}/24 dev br0`,
      `addr add ${Network.metadataAddress}/32 dev br0`,
    ]) {
      await network.own.ip(command);
    }
    return network;
  }

  /** Arguments of nsenter to run a command in the network's own namespace: it has the gateway's addresses. */
  get enter(): string[] {
    return this.own.enter;
  }

  async link(): Promise<NetworkNamespace> {
    const joined = await NetworkNamespace.create();
    // Never one that was there: the kernel takes its time to remove those of namespaces that have ended.
    const name = `veth${++this.joined}`;
    await this.own.ip(`link add ${name} type veth peer name eth0 netns ${joined.pid}`);
    await this.own.ip(`link set ${name} master br0 up`);
    return joined;
  }

  settings(address: string): object {
    return { addresses: [`${address}/24`], routes: [{ to: "0.0.0.0/0", via: Network.gateway }] };
  }

  /** Something that answers HTTP at an address of the gateway. */
  serve(address: string, port: number): { close(): Promise<void> } {
    const args = [...this.enter, "python3", "-m", "http.server", String(port), "--bind", address];
    const server = spawn("nsenter", args, { stdio: "ignore", cwd: "/" });
    return { close: () => end(server, "SIGKILL") };
  }

  async close(): Promise<void> {
    await this.own.close();
    restoreInotifyLimit(this.holder);
  }
}

export interface MachineOptions {
  /** Root file system, which stays as it is. */
  root: string;
  /** Its host name. */
  name: string;
  network: MachineNetwork;
  /** Its IPv4 address in that network. */
  address: string;
  /** Where its own files are. @default a temporary directory */
  directory?: string;
  /** What cloud-init takes for the instance's ID. @default its name */
  instanceId?: string;
  /** Name of its control groups. @default that of its directory */
  controlGroup?: string;
  /** Size of a disk of its own, in GiB. @default it has none, and writes to this machine's */
  diskGiB?: number;
  /** For cloud-init. @default nothing but what cloud-init does on every instance */
  userData?: string | Buffer;
  /** Files to write before it boots, by absolute path. */
  files?: Record<string, string>;
  /** `--bind=` arguments of systemd-nspawn: block devices. */
  binds?: string[];
}

/** A machine that systemd-nspawn boots from a root file system, with its own changes to it. */
export class Machine {
  private process: ChildProcess | undefined;
  private namespace: NetworkNamespace | undefined;
  /** What its console has shown. */
  console = "";

  private constructor(
    private readonly options: MachineOptions,
    private readonly directory: string,
  ) {}

  /** Makes it, without booting it. */
  static async create(options: MachineOptions): Promise<Machine> {
    const directory = options.directory ?? (await temporaryDirectory("machine"));
    for (const part of ["upper", "work", "root", "disk"]) await mkdir(join(directory, part), { recursive: true });
    const machine = new Machine(options, directory);
    const { name, address, instanceId = name, userData = "#cloud-config\n{}\n", files, diskGiB } = options;
    if (diskGiB !== undefined) await run("mkfs.ext4", ["-q", "-m", "0", machine.disk, `${diskGiB}G`]);
    const network = { version: 2, ethernets: { eth0: options.network.settings(address) } };
    const seed = "/var/lib/cloud/seed/nocloud";
    await machine.write({
      [`${seed}/meta-data`]: `instance-id: ${instanceId}\nlocal-hostname: ${name}\n`,
      [`${seed}/network-config`]: JSON.stringify(network),
      [`${seed}/user-data`]: userData,
      ...files,
    });
    return machine;
  }

  /** Writes files into it while it does not run. */
  async write(files: Record<string, string | Buffer>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const to = join(this.directory, "upper", path);
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, content);
    }
  }

  /** Writes a file into it while it runs. */
  async put(path: string, content: Buffer, mode = 0o644): Promise<void> {
    const leader = await this.leader();
    const to = `/proc/${leader}/root${path}`;
    await writeFile(to, content, { mode });
  }

  /** Boots it, and waits until systemd has started all there is to start, well or not. */
  async boot(): Promise<void> {
    const { root, name, network, address, binds = [] } = this.options;
    this.console = "";
    await this.namespace?.close();
    this.namespace = await network.link(address);
    // What is linked or has its mode changed is not copied: so a task's directory is made by hard links, as on a disk.
    const { lower, own, mounts } = this.layers();
    const layers = `lowerdir=${[...lower, root].join(":")},upperdir=${own}/upper,workdir=${own}/work`;
    const overlay = `${layers},metacopy=on,redirect_dir=on`;
    const at = join(this.directory, "root");
    const net = join(this.directory, "net");
    // These mounts are for this process alone, and gone with it.
    const script = [
      ...enterGroups(this.controlGroup),
      "mount --make-rprivate /",
      `touch '${net}' && mount --bind /proc/${this.namespace.pid}/ns/net '${net}'`,
      "mount --types proc proc /proc",
      // Where systemd-nspawn keeps its own.
      "mount --types tmpfs tmpfs /run",
      ...mounts,
      `mount --types overlay overlay --options '${overlay}' '${at}'`,
      'exec systemd-nspawn "$@"',
    ].join(" && ");
    this.process = spawn(
      "unshare",
      [
        // With it ends all that is in it, however it ends itself.
        ...["--mount", "--pid", "--fork", "--kill-child"],
        ...["bash", "-c", script, "systemd-nspawn", "--quiet", `--directory=${at}`, "--boot"],
        ...[
          `--machine=${name}`,
          "--register=no",
          "--keep-unit",
          "--console=read-only",
          "--resolv-conf=off",
          "--timezone=off",
        ],
        `--network-namespace-path=${net}`,
        // For the firewall, Docker and tasks of the exec driver.
        ...["--capability=all", "--system-call-filter=add_key keyctl request_key bpf"],
        ...binds.map((bind) => `--bind=${bind}`),
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
          // Its own network's settings of the kernel can be changed; all others are those of this machine.
          SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
        },
      },
    );
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (text: Buffer) => (this.console += text.toString()));
    }
    await until(async () => {
      if (this.process?.exitCode !== null) throw new Error(`${name} does not boot:\n${this.console}`);
      const said = await this.run("systemctl", "is-system-running", "--wait").catch((error: unknown) => String(error));
      return /^(running|degraded)$/m.test(said);
    });
  }

  /** Where it has what is not in its root file system, and how that gets there. */
  private layers(): { lower: string[]; own: string; mounts: string[] } {
    const { directory } = this;
    if (this.options.diskGiB === undefined) return { lower: [], own: directory, mounts: [] };
    const own = join(directory, "disk");
    // What was written into it before it booted is below what it writes itself.
    const mounts = [`mount --options loop '${this.disk}' '${own}'`, `mkdir --parents '${own}/upper' '${own}/work'`];
    return { lower: [join(directory, "upper")], own, mounts };
  }

  private get controlGroup(): string {
    return this.options.controlGroup ?? basename(this.directory);
  }

  private get disk(): string {
    return join(this.directory, "disk.img");
  }

  /** Runs a command in it. Returns what it printed; rejects when it fails. */
  async run(...command: string[]): Promise<string> {
    return run("nsenter", ["--target", await this.leader(), "--all", ...command]);
  }

  /** How it has ended, once it has: 133 when it wants to be booted again. */
  async ended(): Promise<number | null> {
    const { process } = this;
    if (!process) return null;
    if (process.exitCode === null && process.signalCode === null) await once(process, "exit");
    return process.exitCode;
  }

  /** Ends it at once, as a power failure does. */
  async fail(): Promise<void> {
    if (this.process) await end(this.process, "SIGKILL");
  }

  /** Process ID of its init: below that of unshare is that of systemd-nspawn. */
  async leader(): Promise<string> {
    const nspawn = await onlyChild(String(this.process?.pid));
    const leader = nspawn && (await onlyChild(nspawn));
    if (!leader) throw new Error(`${this.options.name} is not running`);
    return leader;
  }

  /** Whether a command ends with 0 in it. */
  async succeeds(...command: string[]): Promise<boolean> {
    return this.run(...command).then(
      () => true,
      () => false,
    );
  }

  /**
   * Shuts it down like a power button does; it can be booted again.
   *
   * @param limit when it loses its power
   */
  async stop(limit?: AbortSignal): Promise<void> {
    if (this.process) {
      const { process } = this;
      const ended = process.exitCode === null && process.signalCode === null ? once(process, "exit") : undefined;
      limit?.addEventListener("abort", () => process.kill("SIGKILL"));
      if (!(await this.succeeds("systemctl", "poweroff", "--no-block"))) process.kill("SIGKILL");
      await ended;
      this.process = undefined;
    }
    await this.namespace?.close();
    this.namespace = undefined;
  }

  /** Ends it, and removes all of it. */
  async remove(): Promise<void> {
    await this.fail();
    await this.namespace?.close();
    await removeGroups(this.controlGroup);
    await removeDirectory(this.directory);
  }
}
