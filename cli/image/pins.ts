import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ImageProgramName, imageProgramNames } from "../../components/machine-image/programs";
import { packageRoot } from "../../components/package-root";
import { download, downloadBytes } from "../../programs/download";
import { type ReleaseArchitecture, releaseUrl, signedRelease } from "../../programs/release";
import { UserError } from "../errors";
import { type ImageProgram, imagePrograms, type ProgramFormat, type UnsignedRelease } from "./programs";

/** What versions.json says of a program. */
interface Pin {
  version: string;
  /** Of its release for Linux, recorded when it was first needed. */
  sha256?: Partial<Record<ReleaseArchitecture, string>>;
}
type Pins = Record<string, Pin | undefined>;

/** A program of an image, as ami/provision takes it. The sum is missing where none has been recorded. */
export interface PinnedProgram {
  name: ImageProgramName;
  version: string;
  url: string;
  sha256?: string;
  format: ProgramFormat;
}

/** A program that an image does not have. */
export interface OmittedProgram {
  name: ImageProgramName;
  reason: string;
}

export interface PinContext {
  env: NodeJS.ProcessEnv;
  /** Told what is done. */
  note: (text: string) => void;
  /** The file of pins. @default this package's own */
  file?: string;
}

const ownFile = join(packageRoot, "versions.json");

async function readPins(file: string): Promise<Pins> {
  return JSON.parse(await readFile(file, "utf8")) as Pins;
}

/** What an image of an architecture has, by what is recorded: nothing is asked of anybody. */
export async function recordedPrograms(
  architecture: ReleaseArchitecture,
  without: readonly string[],
  { env, file = ownFile }: Pick<PinContext, "env" | "file">,
): Promise<{ programs: PinnedProgram[]; omitted: OmittedProgram[] }> {
  const pins = await readPins(file);
  const programs: PinnedProgram[] = [];
  const omitted: OmittedProgram[] = [];
  for (const name of imageProgramNames) {
    const pin = pins[name];
    if (without.includes(name)) omitted.push({ name, reason: "it was asked to be left out" });
    else if (pin === undefined) omitted.push({ name, reason: notPinned(name) });
    else {
      const sha256 = pin.sha256?.[architecture];
      const url = urlOf(name, pin.version, architecture, env);
      const { format } = imagePrograms[name];
      programs.push({ name, version: pin.version, url, ...(sha256 !== undefined && { sha256 }), format });
    }
  }
  return { programs, omitted };
}

function notPinned(name: ImageProgramName): string {
  const { from } = imagePrograms[name];
  return "url" in from && from.newestVersion !== undefined
    ? "no version of it is recorded yet: image build and image pin do that"
    : "versions.json pins no version of it";
}

/**
 * Records the sums that versions.json does not have yet: those that vendors have signed, after checking the signature; of
 * programs whose vendor's key is not known here, that of what is downloaded now. All that fails is said at once, and what was
 * found until then is kept.
 *
 * @returns the names of what was recorded
 * @throws UserError where something could not be recorded
 */
export async function recordSums(
  architectures: readonly ReleaseArchitecture[],
  without: readonly string[],
  { env, note, file = ownFile }: PinContext,
): Promise<string[]> {
  const pins = await readPins(file);
  const recorded: string[] = [];
  const failed: string[] = [];
  for (const name of imageProgramNames.filter((each) => !without.includes(each))) {
    try {
      const pin = pins[name] ?? (await newestPin(imagePrograms[name], env));
      if (pin === undefined) continue;
      for (const architecture of architectures.filter((each) => pin.sha256?.[each] === undefined)) {
        const sum = await sumOf(name, pin.version, architecture, { env, note });
        pin.sha256 = { ...pin.sha256, [architecture]: sum };
        pins[name] = pin;
        recorded.push(`${name} ${pin.version} for ${architecture}`);
        note(`${name} ${pin.version} for ${architecture} has the SHA-256 sum ${sum}`);
      }
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (recorded.length > 0) {
    await writeFile(`${file}.new`, printPins(pins));
    await rename(`${file}.new`, file);
    note(`Recorded in ${file}: commit it.`);
  }
  if (failed.length > 0) {
    throw new UserError(
      `No SHA-256 sum is known of what is missing here, and none could be had:\n${failed.map((text) => `  ${text}`).join("\n")}\n` +
        "Try again with a way to the vendors or to mirrors of them (docs/image.md), or leave out what a cluster can do without: --without (--help).",
    );
  }
  return recorded;
}

async function newestPin({ from }: ImageProgram, env: NodeJS.ProcessEnv): Promise<Pin | undefined> {
  if (!("url" in from) || from.newestVersion === undefined) return undefined;
  const mirror = env[from.mirrorVariable]?.replace(/\/+$/, "");
  const said = await downloadBytes(mirror ? `${mirror}/latest/VERSION` : from.newestVersion);
  const version = said.toString("utf8").trim();
  if (!/^\d+(\.\d+)+$/.test(version)) throw new Error(`${from.newestVersion} says no version, but "${version}"`);
  return { version };
}

async function sumOf(
  name: ImageProgramName,
  version: string,
  architecture: ReleaseArchitecture,
  { env, note }: PinContext,
): Promise<string> {
  const { from } = imagePrograms[name];
  if (!("url" in from)) return (await signedRelease({ name, version }, from, architecture, { env })).sha256;
  const url = urlOf(name, version, architecture, env);
  note(`${name}: no key of its vendor is pinned, so ${url} is trusted as it is now`);
  const hash = createHash("sha256");
  for await (const piece of download(url)) hash.update(piece);
  return hash.digest("hex");
}

function urlOf(
  name: ImageProgramName,
  version: string,
  architecture: ReleaseArchitecture,
  env: NodeJS.ProcessEnv,
): string {
  const { from } = imagePrograms[name];
  return "url" in from
    ? unsignedUrl(from, version, architecture, env)
    : releaseUrl({ name, version }, from, architecture, env);
}

function unsignedUrl(
  { url, architectures, mirrorVariable }: UnsignedRelease,
  version: string,
  architecture: ReleaseArchitecture,
  env: NodeJS.ProcessEnv,
): string {
  const mirror = env[mirrorVariable]?.replace(/\/+$/, "");
  const path = url.slice(url.search(/v?\{version\}/));
  return (mirror ? `${mirror}/${path}` : url)
    .replaceAll("{version}", version)
    .replaceAll("{arch}", architectures?.[architecture] ?? architecture);
}

/** One program a line, so that a change of one is a change of one line. */
function printPins(pins: Pins): string {
  const lines = Object.entries(pins).map(([name, pin]) => `  ${JSON.stringify(name)}: ${JSON.stringify(pin)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}
