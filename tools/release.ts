import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { PublicKey } from "openpgp";
import type { Program } from "./catalog";
import { download, downloadBytes } from "./download";
import type { Vendor } from "./vendors";

export interface ReleaseContext {
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/** The Go names of the processors that vendors make releases for. */
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };

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
  const { base, keyUrl } = placesOf(vendor, context.env);
  const url = (pattern: string) => `${base}/${fillIn(pattern, program)}`;
  const archiveUrl = url(vendor.archive);
  const archiveName = basename(archiveUrl);

  context.onProgress(`looking for ${archiveUrl}`);
  const sums = await downloadBytes(url(vendor.sums), context.signal);
  const signature = await downloadBytes(url(vendor.signature), context.signal);
  const key = await fetchKey(vendor, keyUrl, context.signal);
  await checkSignature(vendor, key, basename(url(vendor.sums)), sums, signature);
  const expected = sumOf(archiveName, sums.toString("utf8"));
  if (expected === undefined) throw new Error(`${url(vendor.sums)} has no sum for ${archiveName}`);

  const archive = join(directory, archiveName);
  const actual = await downloadFile(archiveUrl, archive, program, context);
  if (actual !== expected) {
    throw new Error(`${archiveUrl} has the SHA-256 sum ${actual}, but ${vendor.title} signed ${expected}`);
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

function fillIn(pattern: string, program: Program): string {
  const arch = architectures[process.arch];
  if (process.platform !== "linux" || arch === undefined) {
    throw new Error(`no release is known for ${process.platform} on ${process.arch}, only for linux on x64 and arm64`);
  }
  return pattern
    .replaceAll("{program}", program.name)
    .replaceAll("{version}", program.version)
    .replaceAll("{arch}", arch);
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
