import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../cli/errors";
import { type ImageVersions, pinnedVersions, versionTags } from "../../components";
import { isAlive, startDetached, stopProcess } from "../../local/processes";
import { onlyChild } from "../support/machine";
import type { RunResult } from "../support/pulumi-project";
import { RepositoryStack } from "../support/repository-stack";
import { previousPrograms } from "../support/previous-programs";
import { javaRoot, previousRoot } from "../support/root-file-system";
import { stackValues } from "../support/stack-program";
import { resolverAddress } from "./amazon";
import { authoritiesFile, type BoxOptions, type BoxStatus, type HostStatus } from "./box";
import { BoxControl } from "./control";
import { BoxPlace, keeperName } from "./place";

const repository = join(__dirname, "..", "..");

/** An image of the stand-in's account that nodes boot from: it stands for a root file system of the machines. */
const image = (id: string, versions: ImageVersions) => ({
  id,
  name: `cos-box-${id}`,
  ownerId: "123456789012",
  // What dev's instance types have. The machines have this machine's.
  architecture: "arm64",
  creationDate: "2026-11-01T00:00:00.000Z",
  tags: versionTags(versions),
});

const today = image("ami-00000000000000001", pinnedVersions);
/** Versions of the image that a cluster is upgraded from, as `cos:image` says them. */
export const previousVersions = {
  consul: previousPrograms.consul.version,
  nomad: previousPrograms.nomad.version,
};
const previous = image("ami-00000000000000002", { ...pinnedVersions, ...previousVersions });

export interface LaboratoryOptions {
  /** @default "default" */
  name?: string;
  /** Directory of all boxes. @default `.cos/box` of the repository */
  directory?: string;
  /** Whether what the engine prints is shown. @default false */
  shown?: boolean;
  /** Whether the box ends with this process, however that ends. @default false */
  bound?: boolean;
  /** See {@link BoxOptions}. @default 30 */
  replaceAfter?: number;
  /** See {@link BoxOptions}. @default 3600, as on AWS */
  refreshPatience?: number;
  /** Whether there is an image of {@link previousVersions}, too. @default false */
  previous?: boolean;
}

/** A box as who works with it sees it: it is made, broken, asked, and removed by this. */
export class Laboratory {
  private readonly place: BoxPlace;
  readonly control: BoxControl;

  constructor(private readonly options: LaboratoryOptions = {}) {
    const { name = "default", directory = join(repository, ".cos", "box") } = options;
    this.place = new BoxPlace(resolve(directory, name));
    this.control = new BoxControl(this.place.socket);
  }

  /** Whether its processes are there. */
  get isUp(): boolean {
    return this.place.processes.alive(keeperName) !== undefined && existsSync(this.place.socket);
  }

  /** Where it keeps what it writes. */
  get directory(): string {
    return this.place.directory;
  }

  /**
   * Runs `pulumi up` in it, having made it where it is not there. A box that this has made ends when this ends before the engine
   * does, however that is.
   *
   * @param changes what differs from dev's configuration; undefined takes a key out
   * @param interrupt asks the engine to end, as Ctrl-C does
   */
  async up(
    changes: Record<string, unknown> = {},
    onProgress: (message: string) => void = () => undefined,
    interrupt?: AbortSignal,
  ): Promise<RunResult> {
    if (!this.isUp) await this.start(onProgress);
    const letGo = await this.control.hold();
    const told = new AbortController();
    try {
      const telling = this.tell(onProgress, told.signal);
      const stack = await this.stack();
      interrupt?.addEventListener("abort", () => void this.control.order("interrupt").catch(() => undefined));
      await stack.configure(changes);
      const result = await stack.up();
      if (!this.options.bound) await this.control.order("keep");
      told.abort();
      await telling;
      return result;
    } finally {
      told.abort();
      if (!this.options.bound) letGo();
    }
  }

  /** What `pulumi preview` prints. */
  async preview(changes: Record<string, unknown> = {}): Promise<RunResult> {
    this.needed();
    const stack = await this.stack();
    await stack.configure(changes);
    return stack.preview();
  }

  /** All that the engine has kept of the stack, as whoever may not see secrets sees it. */
  async state(): Promise<object[]> {
    this.needed();
    return (await this.stack()).state();
  }

  /** Takes resources by their names out of the state alone. Returns how many. */
  async forget(name: RegExp): Promise<number> {
    this.needed();
    return (await this.stack()).forget(name);
  }

  /** The stack's outputs. */
  async outputs(options: { withSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
    this.needed();
    return (await this.stack()).outputs(options);
  }

  status(): Promise<BoxStatus> {
    this.needed();
    return this.control.status();
  }

  /** What runs a command that follows it on a host of the box. @throws UserError where it is none */
  async through(name: string): Promise<string[]> {
    const { process, namespaces } = await this.find(name);
    return [...(await this.inside()), "nsenter", "--target", process, namespaces];
  }

  /** What runs a command of this machine that follows it in the network of a host. @throws UserError where it is none */
  async inNetworkOf(name: string): Promise<string[]> {
    const { process } = await this.find(name);
    return [...(await this.inside()), "nsenter", "--target", process, "--net"];
  }

  /** Gives an order, see supervisor.ts. */
  async order(name: string, argument?: string): Promise<unknown> {
    this.needed();
    return this.control.order(name, argument);
  }

  /** Removes it, with all that it has left where it was ended by others. */
  async down(): Promise<void> {
    const keeper = this.place.processes.alive(keeperName);
    if (keeper) await stopProcess(keeper, 60);
    if (this.place.exists) await this.place.clear();
  }

  /** A process of a host, and which of its namespaces are the host's own. */
  private async find(name: string): Promise<{ process: string; namespaces: string }> {
    const { hosts, operator } = await this.status();
    if (name === "operator") return { process: operator, namespaces: "--net" };
    const found = hosts.find((host) => [host.name, host.id, host.address].includes(name));
    if (found?.leader !== undefined) return { process: found.leader, namespaces: "--all" };
    const names = hosts.filter(({ leader }) => leader !== undefined).map((host) => host.name);
    throw new UserError(`There is no host "${name}" that runs; there are operator, ${names.join(", ")}.`);
  }

  private async start(onProgress: (message: string) => void): Promise<void> {
    await this.down();
    onProgress("the image: made once, which takes some minutes");
    const roots = {
      [today.id]: await javaRoot("trixie"),
      ...(this.options.previous && { [previous.id]: await previousRoot("trixie") }),
    };
    await mkdir(this.place.directory, { recursive: true, mode: 0o700 });
    const options: BoxOptions = {
      directory: this.place.directory,
      account: this.place.account,
      roots,
      region: String(stackValues("dev")["aws:region"]),
      controlGroup: this.place.controlGroup,
      replaceAfter: this.options.replaceAfter ?? 30,
      refreshPatience: this.options.refreshPatience ?? 3600,
    };
    const keeper = startDetached(
      process.execPath,
      ["--require", "tsx/cjs", join(__dirname, "keeper.ts"), this.place.directory, JSON.stringify(options)],
      { logFile: this.place.log, env: process.env, cwd: repository, fingerprint: "" },
    );
    onProgress(`the box itself, in ${this.place.directory}`);
    let said = "";
    while (!existsSync(this.place.socket)) {
      // It is gone with the box.
      said = existsSync(this.place.log) ? readFileSync(this.place.log, "utf8") : said;
      if (!isAlive(keeper)) throw new UserError(`The box does not start:\n${said}`);
      await delay(50);
    }
  }

  /** The stack dev under the name of box, whose engine runs on the operator's host. */
  private async stack(): Promise<RepositoryStack> {
    const { stack } = this.place;
    await mkdir(stack, { recursive: true });
    const resolver = join(stack, "resolv.conf");
    await writeFile(resolver, `nameserver ${resolverAddress}\n`);
    const script = 'mount --bind "$0" /etc/resolv.conf && cd "$1" && shift && exec "$@"';
    const named = ["unshare", "--mount", "bash", "-c", script, resolver, repository];
    return RepositoryStack.create(
      "box",
      {
        COS_STAND_IN_AWS_ACCOUNT: this.place.account,
        COS_STAND_IN_AWS_IMAGES: JSON.stringify(this.options.previous ? [previous, today] : [today]),
        // What the program asks of AWS itself. Nobody there asks who it is.
        AWS_ACCESS_KEY_ID: "stand-in",
        AWS_SECRET_ACCESS_KEY: "stand-in",
        NODE_EXTRA_CA_CERTS: join(this.place.directory, authoritiesFile),
      },
      { directory: repository, project: "cos", config: stackValues("dev") },
      {
        directory: stack,
        through: [...(await this.through("operator")), ...named],
        shown: this.options.shown ?? false,
      },
    );
  }

  private async inside(): Promise<string[]> {
    const keeper = this.place.processes.alive(keeperName);
    if (!keeper) throw new UserError("The box is not up.");
    // The first process of the box's namespaces is below unshare, which is below the keeper.
    const first = await onlyChild((await onlyChild(String(keeper.pid))) ?? "");
    return ["nsenter", "--target", first ?? "", "--pid", "--mount", "--"];
  }

  private needed(): void {
    if (!this.isUp) throw new UserError(`There is no box in ${this.place.directory}: \`npm run box -- up\` makes one.`);
  }

  /** Tells of hosts that come, change and go, until it is told to end. */
  private async tell(onProgress: (message: string) => void, signal: AbortSignal): Promise<void> {
    const known = new Map<string, string>();
    let error: string | undefined;
    while (!signal.aborted) {
      const status = await this.control.status().catch(() => undefined);
      for (const host of status?.hosts ?? []) {
        const said = describe(host);
        if (known.get(host.id) !== said) onProgress(said);
        known.set(host.id, said);
      }
      if (status?.error !== undefined && status.error !== error) onProgress(status.error);
      error = status?.error;
      await delay(500, undefined, { signal }).catch(() => undefined);
    }
  }
}

const describe = ({ name, zone, state, error }: HostStatus): string =>
  `${name} in ${zone}: ${state}${error === undefined ? "" : `: ${error}`}`;
