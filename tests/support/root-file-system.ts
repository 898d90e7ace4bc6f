import { createHash } from "node:crypto";
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageInputs } from "../../components/machine-image/inputs";
import { optionalPrograms } from "../../components/machine-image/programs";
import type { ProgramFormat } from "../../cli/image/programs";
import { cacheDirectory } from "../../programs/cache";
import { catalog, type Program } from "../../programs/catalog";
import { resolve } from "../../programs/resolve";
import { cached } from "./cached";
import { type Command, run } from "./command";
import { previousPrograms } from "./previous-programs";

/** Debian's suites that an image can have. */
export const suites = ["trixie", "bookworm"] as const;
export type Suite = (typeof suites)[number];

const ami = join(__dirname, "..", "..", "ami");

/** What a file of sources says of a program: see cli/image/sources.ts. */
export interface Source {
  name: string;
  version: string;
  url: string;
  sha256: string;
  format: ProgramFormat;
}

/** What Debian's cloud image has besides the minimum, as far as the provisioning may meet it. */
const basePackages = ["systemd", "systemd-sysv", "dbus", "udev", "ca-certificates", "openssh-server"];

const cache = () => cacheDirectory(process.env);

/** Makes a plain Debian root file system. @throws Error for anybody but root on Linux */
export async function makePlainRoot(suite: Suite, directory: string): Promise<void> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error(
      "root file systems are made by root on Linux: run this as root, in a virtual machine or a container",
    );
  }
  await run("debootstrap", ["--variant=minbase", `--include=${basePackages.join(",")}`, suite, directory]);
  await chmod(directory, 0o755);
  await cp("/etc/resolv.conf", join(directory, "etc/resolv.conf"));
}

/** A plain Debian root file system, made once in the user's cache; not to be changed. */
export async function plainRoot(suite: Suite): Promise<string> {
  const destination = join(cache(), "root-file-systems", suite);
  return cached(destination, `root-${suite}`, (directory) => makePlainRoot(suite, directory));
}

/**
 * The root file system of an image of a suite: a plain one, provisioned by ami/provision with the real programs as local files. Made
 * once for each state of ami/ in the user's cache; not to be changed.
 */
export async function provisionedRoot(suite: Suite): Promise<string> {
  const plain = await plainRoot(suite);
  return image(suite, plain, { programs: await localSources() });
}

/** As {@link provisionedRoot}, with a Java runtime: provisioned once more, which installs what is not there yet. */
export async function javaRoot(suite: Suite): Promise<string> {
  const provisioned = await provisionedRoot(suite);
  return image(`java-${suite}`, provisioned, { programs: await localSources(), java: true });
}

/** As {@link javaRoot}, with Consul and Nomad of the minor version before. They are built once, which takes some minutes. */
export async function previousRoot(suite: Suite): Promise<string> {
  const today = await javaRoot(suite);
  const { consul, nomad } = previousPrograms;
  return image(`previous-${suite}`, today, {
    ...{ programs: await sourcesOf([consul, nomad, catalog.fabio]), java: true },
    parts: ["programs", "cleanup"],
  });
}

async function image(name: string, from: string, options: ProvisionOptions): Promise<string> {
  const inputs = imageInputs({ architecture: "x86_64", region: "none" });
  const key = createHash("sha256").update(inputs).update(from).update(JSON.stringify(options));
  const images = join(cache(), "images");
  const destination = join(images, `${name}-${key.digest("hex").slice(0, 16)}`);
  return cached(destination, `image-${name}`, async (directory) => {
    await rm(directory, { recursive: true });
    await run("cp", ["--archive", "--reflink=auto", from, directory]);
    // A provisioned one resolves names by what runs in a booted image only.
    await cp("/etc/resolv.conf", join(directory, "etc/resolv.conf"));
    await provision(directory, options);
    // Each is more than a gigabyte: those of other states are of no more use.
    for (const other of await readdir(images).catch(() => [])) {
      if (other.startsWith(`${name}-`)) await rm(join(images, other), { recursive: true });
    }
  });
}

/** The programs of an image as local files: those that tests run. */
export async function localSources(): Promise<Source[]> {
  return sourcesOf([catalog.consul, catalog.nomad, catalog.fabio]);
}

async function sourcesOf(programs: Program[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const program of programs) {
    const { name, path, version } = await resolve(program);
    const sha256 = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    sources.push({ name, version, url: `file://${path}`, sha256, format: "binary" });
  }
  return sources;
}

/** What to provision with. */
export interface ProvisionOptions {
  programs: Source[];
  architecture?: string;
  /** Whether it gets a Java runtime. @default false */
  java?: boolean;
  /** Parts to run only. */
  parts?: string[];
}

/** Runs ami/provision in a root file system, as Packer does on an instance. Returns what it printed; rejects when it fails. */
export async function provision(root: string, options: ProvisionOptions): Promise<string> {
  const { programs, architecture = "amd64", java = false, parts } = options;
  const inside = join(root, "opt", "cos-provision");
  await mkdir(join(inside, "programs"), { recursive: true });
  try {
    await cp(ami, join(inside, "ami"), { recursive: true });
    const staged = await Promise.all(
      programs.map(async (source) => {
        if (!source.url.startsWith("file://")) return source;
        const to = join(inside, "programs", source.name);
        // One that is not there is for the scripts to find.
        await cp(source.url.replace("file://", ""), to).catch(() => undefined);
        return { ...source, url: `file:///opt/cos-provision/programs/${source.name}` };
      }),
    );
    const reason = "the tests have no way to its vendor";
    const omitted = optionalPrograms
      .filter((name) => !programs.some((each) => each.name === name))
      .map((name) => ({ name, reason }));
    await writeFile(join(inside, "sources.json"), JSON.stringify({ architecture, programs: staged, omitted }));
    const script = "/opt/cos-provision/ami/provision/run.sh";
    return await inChroot(root, "bash", [script, "/opt/cos-provision/sources.json"], {
      env: { COS_JAVA: String(java), ...(parts && { COS_PARTS: parts.join(" ") }) },
    });
  } finally {
    await rm(inside, { recursive: true, force: true });
  }
}

/** Runs a command in a root file system, in namespaces of its own: mounts and processes end with it. Returns what it printed. */
export function inChroot(root: string, file: string, args: string[], options: Command = {}): Promise<string> {
  const script = [
    "mount --make-rprivate /",
    'mount --types proc proc "$0/proc"',
    'mount --rbind --read-only /sys "$0/sys"',
    'mount --types devtmpfs devtmpfs "$0/dev" && mkdir -p "$0/dev/pts" && mount --types devpts devpts "$0/dev/pts"',
    'exec chroot "$0" "$@"',
  ].join(" && ");
  return run(
    "unshare",
    ["--mount", "--pid", "--fork", "--kill-child", "bash", "-c", script, root, file, ...args],
    options,
  );
}
