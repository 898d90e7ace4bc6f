import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ImageBake } from "../../components/machine-image/bake";
import { packageRoot } from "../../components/package-root";
import { cacheDirectory } from "../../programs/cache";
import { resolveProgram } from "../../programs/resolve";
import type { ReleaseArchitecture } from "../../programs/release";
import { UserError } from "../errors";
import type { OmittedProgram, PinnedProgram } from "./pins";

export const template = join(packageRoot, "ami");

/** Go's and Debian's name of an architecture. */
export const goArchitecture = ({ architecture }: Pick<ImageBake, "architecture">): ReleaseArchitecture =>
  architecture === "x86_64" ? "amd64" : "arm64";

/** The template's variables, and the files that they name, in a directory of their own. */
export interface PackerInput {
  bake: ImageBake;
  inputs: string;
  programs: PinnedProgram[];
  omitted: OmittedProgram[];
}

/** Values of the variables of ami/variables.pkr.hcl. */
export function packerVariables({ bake, inputs }: Pick<PackerInput, "bake" | "inputs">, directory: string) {
  return {
    sources: join(directory, "sources.json"),
    manifest: join(directory, "manifest.json"),
    inputs,
    region: bake.region,
    architecture: goArchitecture(bake),
    suite: bake.suite,
    java: bake.java,
    root_volume_gib: bake.rootVolumeGiB,
    kms_key_id: bake.kmsKeyId,
    copy_to_regions: bake.copyToRegions,
    region_kms_key_ids: bake.regionKmsKeyIds,
    share_with_accounts: bake.shareWithAccounts,
    tags: bake.tags,
    subnet_id: bake.subnetId,
    associate_public_ip_address: bake.publicAddress,
    ssh_cidrs: bake.sshCidrs,
  };
}

/** Packer, with its plugin. */
export class Packer {
  private constructor(
    private readonly program: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly note: (text: string) => void,
  ) {}

  /** Finds Packer, and has it find its plugin: as Packer does it, or where that cannot be, from a Go build of it. */
  static async open(env: NodeJS.ProcessEnv, note: (text: string) => void): Promise<Packer> {
    const { path } = await resolveProgram("packer", { env, onProgress: note });
    const plugins = join(cacheDirectory(env), "packer-plugins");
    const packer = new Packer(path, { CHECKPOINT_DISABLE: "1", PACKER_PLUGIN_PATH: plugins, ...env }, note);
    const downloaded = await packer.run(["init", template]);
    if (downloaded.code === 0) return packer;
    note(
      `Packer cannot download its plugin (${downloaded.said.trim().split("\n").at(-1) ?? ""}); taking a build of it`,
    );
    const plugin = await resolveProgram("packer-plugin-amazon", { env, onProgress: note });
    const args = ["plugins", "install", "--path", plugin.path, "github.com/hashicorp/amazon"];
    const installed = await packer.run(args);
    if (installed.code !== 0) throw new UserError(`Packer does not take its plugin: ${installed.said.trim()}`);
    return packer;
  }

  /** Checks the template with these variables. @returns what Packer has against it; nothing when it is valid */
  async validate(input: PackerInput): Promise<string | undefined> {
    return this.withFiles(input, async (_, files) => {
      const { code, said } = await this.run(["validate", ...files, template]);
      return code === 0 ? undefined : said.trim();
    });
  }

  /** Bakes the image, and says on the way what Packer says. @returns its ID in the region where it was baked */
  async build(input: PackerInput): Promise<string> {
    return this.withFiles(input, async (directory, files) => {
      const args = ["build", "-color=false", ...files, template];
      const { code } = await this.run(args, (line) => {
        this.note(line);
      });
      if (code !== 0) throw new UserError(`Packer has baked no image (exit code ${code}): see above.`);
      return imageIdOf(await readManifest(join(directory, "manifest.json")), input.bake.region);
    });
  }

  private async withFiles<T>(input: PackerInput, work: (directory: string, args: string[]) => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), "pulumi-cos-image-"));
    try {
      const variables = packerVariables(input, directory);
      const { programs, omitted } = input;
      const sources = { architecture: variables.architecture, programs, omitted };
      await writeFile(variables.sources, JSON.stringify(sources));
      const file = join(directory, "variables.pkrvars.json");
      await writeFile(file, JSON.stringify(variables));
      return await work(directory, ["-var-file", file]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Runs Packer. When this program is told to end, Packer is, and removes its instance before it does. */
  private run(args: string[], onLine?: (line: string) => void): Promise<{ code: number; said: string }> {
    const child = spawn(this.program, args, {
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
      cwd: dirname(template),
    });
    return ended(child, onLine);
  }
}

function ended(child: ChildProcess, onLine?: (line: string) => void): Promise<{ code: number; said: string }> {
  let said = "";
  let rest = "";
  const hear = (text: Buffer) => {
    said += text.toString();
    const lines = (rest + text.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(line);
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  // A terminal interrupts Packer itself too, to which a second time would mean: at once.
  const interrupt = () => undefined;
  const terminate = () => {
    child.kill("SIGINT");
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", terminate);
  return new Promise<{ code: number; said: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (rest !== "") onLine?.(rest);
      resolve({ code: code ?? 1, said });
    });
  }).finally(() => {
    process.removeListener("SIGINT", interrupt);
    process.removeListener("SIGTERM", terminate);
  });
}

interface Manifest {
  builds: { artifact_id: string }[];
}

async function readManifest(file: string): Promise<Manifest> {
  return JSON.parse(await readFile(file, "utf8")) as Manifest;
}

/** The image of a region in `REGION:ID,REGION:ID`, of the last build. */
export function imageIdOf({ builds }: Manifest, region: string): string {
  const artifacts = (builds.at(-1)?.artifact_id ?? "").split(",").map((each) => each.split(":"));
  const id = artifacts.find(([where]) => where === region)?.[1];
  if (id === undefined) throw new UserError(`Packer's manifest names no image of ${region}.`);
  return id;
}
