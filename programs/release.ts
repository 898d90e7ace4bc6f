import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { PublicKey } from "openpgp" with { "resolution-mode": "import" };
import type { Program } from "./catalog";
import { download, downloadBytes } from "./download";
import type { Vendor } from "./vendors";

export interface ReleaseContext {
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/** The Go names of the processors that vendors make releases for. */
export type ReleaseArchitecture = "amd64" | "arm64";
const architectures: Partial<Record<NodeJS.Architecture, ReleaseArchitecture>> = { x64: "amd64", arm64: "arm64" };

/** A release of a program for Linux, whose sum its vendor has signed. */
export interface SignedRelease {
  url: string;
  sha256: string;
}

/** What a vendor's signature says of a release. Nothing but the sums is downloaded. */
export async function signedRelease(
  program: Pick<Program, "name" | "version">,
  vendor: Vendor,
  architecture: ReleaseArchitecture,
  { env, signal }: Pick<ReleaseContext, "env" | "signal">,
): Promise<SignedRelease> {
  const { base, keyUrl } = placesOf(vendor, env);
  const url = (pattern: string) => `${base}/${fillIn(pattern, program, architecture)}`;
  const archiveUrl = url(vendor.archive);
  const sums = await downloadBytes(url(vendor.sums), signal);
  const signature = await downloadBytes(url(vendor.signature), signal);
  const key = await fetchKey(vendor, keyUrl, signal);
  await checkSignature(vendor, key, basename(url(vendor.sums)), sums, signature);
  const sha256 = sumOf(basename(archiveUrl), sums.toString("utf8"));
  if (sha256 === undefined) throw new Error(`${url(vendor.sums)} has no sum for ${basename(archiveUrl)}`);
  return { url: archiveUrl, sha256 };
}

/** Where a vendor's release of a program is, or its mirror. */
export function releaseUrl(
  program: Pick<Program, "name" | "version">,
  vendor: Vendor,
  architecture: ReleaseArchitecture,
  env: NodeJS.ProcessEnv,
): string {
  return `${placesOf(vendor, env).base}/${fillIn(vendor.archive, program, architecture)}`;
}

/**
 * Downloads the vendor's release of the program into a directory, as a file of the program's name. It is there only
 * if the vendor's signature vouches for it.
 */
export async function downloadRelease(
  program: Program,
  vendor: Vendor,
  directory: string,
  context: ReleaseContext,
): Promise<void> {
  const architecture = ownArchitecture();
  context.onProgress(`looking for ${releaseUrl(program, vendor, architecture, context.env)}`);
  const { url, sha256 } = await signedRelease(program, vendor, architecture, context);
  const archiveName = basename(url);
  const archive = join(directory, archiveName);
  const actual = await downloadFile(url, archive, program, context);
  if (actual !== sha256) {
    throw new Error(`${url} has the SHA-256 sum ${actual}, but ${vendor.title} signed ${sha256}`);
  }
  const executable = join(directory, program.name);
  if (archiveName.endsWith(".zip")) {
    await unzip(archive, program.name, executable);
    await rm(archive);
  } else {
    await rename(archive, executable);
  }
  await chmod(executable, 0o755);
}

/** Where the vendor's files and key are, or their mirror. */
function placesOf(vendor: Vendor, env: NodeJS.ProcessEnv): { base: string; keyUrl: string } {
  const mirror = env[vendor.mirrorVariable]?.replace(/\/+$/, "");
  return mirror ? { base: mirror, keyUrl: `${mirror}/pgp-key.txt` } : { base: vendor.baseUrl, keyUrl: vendor.key.url };
}

function ownArchitecture(): ReleaseArchitecture {
  const architecture = architectures[process.arch];
  if (process.platform === "linux" && architecture !== undefined) return architecture;
  throw new Error(`no release is known for ${process.platform} on ${process.arch}, only for linux on x64 and arm64`);
}

function fillIn(
  pattern: string,
  { name, version }: Pick<Program, "name" | "version">,
  architecture: ReleaseArchitecture,
): string {
  return pattern.replaceAll("{program}", name).replaceAll("{version}", version).replaceAll("{arch}", architecture);
}

async function fetchKey(vendor: Vendor, url: string, signal: AbortSignal | undefined): Promise<PublicKey> {
  const { readKeys } = await import("openpgp");
  const text = (await downloadBytes(url, signal)).toString("utf8");
  const keys = await readKeys({ armoredKeys: text }).catch((error: unknown) => {
    throw new Error(`${url} holds no OpenPGP public key`, { cause: error });
  });
  const fingerprints = keys.map((key) => key.getFingerprint().toUpperCase());
  const key = keys[fingerprints.indexOf(vendor.key.fingerprint)];
  if (key) return key.toPublic();
  throw new Error(
    `the key at ${url} is ${fingerprints.join(", ") || "none"}, not ${vendor.title}'s ${vendor.key.fingerprint}`,
  );
}

async function checkSignature(
  vendor: Vendor,
  key: PublicKey,
  name: string,
  sums: Buffer,
  signature: Buffer,
): Promise<void> {
  const { createMessage, readSignature, verify } = await import("openpgp");
  try {
    const { signatures } = await verify({
      message: await createMessage({ binary: new Uint8Array(sums) }),
      signature: await readSignature({ binarySignature: new Uint8Array(signature) }),
      verificationKeys: key,
      // A vendor that prolongs its key signs it anew, later than the releases that are already out.
      config: { allowInsecureVerificationWithReformattedKeys: true },
    });
    if (!signatures[0]) throw new Error("it holds none");
    await signatures[0].verified;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the signature of ${name} is not a good one of ${vendor.title}'s: ${reason}`, { cause: error });
  }
}

/** The sum that a line of `sha256sum` gives for a file. */
function sumOf(file: string, sums: string): string | undefined {
  return sums
    .split("\n")
    .map((line) => /^([0-9a-f]{64}) [ *](.+?)\r?$/.exec(line))
    .find((match) => match?.[2] === file)?.[1];
}

/** Downloads a file and returns its SHA-256 sum. */
async function downloadFile(url: string, path: string, program: Program, context: ReleaseContext): Promise<string> {
  const hash = createHash("sha256");
  let total = "";
  let received = 0;
  const pieces = download(url, {
    signal: context.signal,
    onSize: (bytes) => {
      total = ` of ${megabytes(bytes)}`;
    },
  });
  await pipeline(
    pieces,
    async function* (source: AsyncIterable<Uint8Array>) {
      for await (const piece of source) {
        hash.update(piece);
        received += piece.length;
        context.onProgress(`downloading ${program.name} ${program.version}: ${megabytes(received)}${total} MB`);
        yield piece;
      }
    },
    createWriteStream(path),
  );
  return hash.digest("hex");
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

async function unzip(archive: string, entry: string, destination: string): Promise<void> {
  const { unzipSync } = await import("fflate");
  const content = unzipSync(await readFile(archive), { filter: ({ name }) => name === entry })[entry];
  if (!content) throw new Error(`${basename(archive)} holds no file ${entry}`);
  await writeFile(destination, content);
}
