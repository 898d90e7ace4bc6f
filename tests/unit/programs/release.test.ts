import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { zipSync } from "fflate";
import { createMessage, generateKey, readPrivateKey, reformatKey, sign, type PrivateKey } from "openpgp";
import type { Program } from "../../../programs/catalog";
import { ProgramUnavailableError, resolve } from "../../../programs/resolve";
import type { Vendor } from "../../../programs/vendors";
import { sample, script, useWorkplace } from "./support";

const arch = process.arch === "arm64" ? "arm64" : "amd64";
const archive = `/v1.2.3/sample_linux_${arch}.zip`;

async function newKey(name: string, date = new Date(Date.now() - 60_000)): Promise<PrivateKey> {
  const { privateKey } = await generateKey({ userIDs: [{ name }], format: "armored", date });
  return readPrivateKey({ armoredKey: privateKey });
}

async function signed(content: string, key: PrivateKey, date = new Date()): Promise<Uint8Array> {
  const message = await createMessage({ binary: Buffer.from(content) });
  const signature: unknown = await sign({ message, signingKeys: key, detached: true, format: "binary", date });
  assert.ok(signature instanceof Uint8Array);
  return signature;
}

describe("downloading a vendor's release", () => {
  const workplace = useWorkplace();
  const executable = Buffer.from(script("echo Sample v1.2.3"));
  const zip = zipSync({ "LICENSE.txt": Buffer.from("free"), [sample]: executable });
  let key: PrivateKey;
  let files: Record<string, string | Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void)>;
  let requests: string[];
  let url: string;

  before(async () => {
    key = await newKey("vendor");
  });

  const vendor = (parts: Partial<Vendor> = {}): Vendor => ({
    title: "the vendor",
    baseUrl: url,
    mirrorVariable: "COS_MIRROR_SAMPLE",
    archive: "v{version}/sample_linux_{arch}.zip",
    sums: "v{version}/SHA256SUMS",
    signature: "v{version}/SHA256SUMS.sig",
    key: { url: `${url}/key.txt`, fingerprint: key.getFingerprint().toUpperCase() },
    ...parts,
  });

  async function setSums(content: Uint8Array, path = archive): Promise<void> {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const sum = createHash("sha256").update(content).digest("hex");
    const sums = `${"0".repeat(64)}  other.zip\n${sum}  ${name}\n`;
    files["/v1.2.3/SHA256SUMS"] = sums;
    files["/v1.2.3/SHA256SUMS.sig"] = await signed(sums, key);
  }

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    requests.push(path);
    const file = files[path];
    if (typeof file === "function") file(request, response);
    else response.writeHead(file === undefined ? 404 : 200).end(file);
  };

  beforeEach(async () => {
    requests = [];
    files = { "/key.txt": key.toPublic().armor(), [archive]: zip };
    await setSums(zip);
    await workplace().file("module/go.mod", "module sample\n\ngo 1.24\n");
    url = await workplace().serve(answer);
  });

  /** Resolves the sample with no other way than its vendor's release; PATH has only what a shell script needs. */
  const get = (program: Partial<Program> = {}, signal?: AbortSignal) =>
    resolve(workplace().program({ release: vendor(), ...program }), {
      env: { ...workplace().env, PATH: workplace().at("bin") },
      signal,
    });

  /** Why the release was not taken. Nothing of it may be left in the cache. */
  async function refusal(program: Partial<Program> = {}): Promise<string> {
    let reason = "";
    await assert.rejects(get(program), (error) => {
      assert.ok(error instanceof ProgramUnavailableError);
      reason = error.attempts.find(({ way }) => way === "the vendor's release")?.reason ?? "";
      return true;
    });
    assert.deepEqual(await workplace().cached("tmp"), []);
    assert.deepEqual(await workplace().cached("programs", sample, "1.2.3"), []);
    return reason;
  }

  it("takes it when sum, signature and key are right, and never asks the vendor again", async () => {
    const resolved = await get();
    assert.equal(resolved.source, "release");
    assert.deepEqual(await readFile(resolved.path), executable);
    assert.deepEqual(await workplace().cached("tmp"), []);
    assert.deepEqual(await workplace().cached("programs", sample, "1.2.3", `${process.platform}-${process.arch}`), [
      sample,
    ]);

    const before = requests.length;
    assert.equal((await get()).source, "cache");
    assert.equal(requests.length, before);
  });

  it("takes a release that is the program itself", async () => {
    const path = `/v1.2.3/sample-${arch}`;
    files[path] = executable;
    await setSums(executable, path);
    const resolved = await get({ release: vendor({ archive: "v{version}/sample-{arch}" }) });
    assert.deepEqual(await readFile(resolved.path), executable);
  });

  it("takes everything, the key too, from a mirror", async () => {
    const mirror = await workplace().serve((request, response) => {
      request.url = (request.url ?? "").replace(/^\/mirror/, "").replace("pgp-key.txt", "key.txt");
      answer(request, response);
    });
    const release = vendor({
      baseUrl: "http://nowhere.invalid",
      key: { ...vendor().key, url: "http://nowhere.invalid" },
    });
    const { env } = workplace();
    const resolved = await resolve(workplace().program({ release }), {
      env: { ...env, PATH: "", COS_MIRROR_SAMPLE: `${mirror}/mirror/` },
    });
    assert.equal(resolved.source, "release");
  });

  it("takes one that was signed before the vendor's key was prolonged", async () => {
    const old = await newKey("vendor", new Date("2021-04-19"));
    const { publicKey } = await reformatKey({
      privateKey: old,
      userIDs: [{ name: "vendor" }],
      date: new Date("2025-01-01"),
    });
    files["/key.txt"] = publicKey;
    files["/v1.2.3/SHA256SUMS.sig"] = await signed(String(files["/v1.2.3/SHA256SUMS"]), old, new Date("2024-06-01"));
    const fingerprint = old.getFingerprint().toUpperCase();
    assert.equal((await get({ release: vendor({ key: { url: `${url}/key.txt`, fingerprint } }) })).source, "release");
  });

  it("refuses an archive that is not the one that was signed", async () => {
    files[archive] = zipSync({ [sample]: Buffer.from(script("echo Sample v1.2.3; echo evil")) });
    assert.match(await refusal(), /has the SHA-256 sum [0-9a-f]{64}, but the vendor signed [0-9a-f]{64}$/);
  });

  it("refuses sums that were changed after they were signed, before downloading anything big", async () => {
    files["/v1.2.3/SHA256SUMS"] = `${String(files["/v1.2.3/SHA256SUMS"])}\n`;
    assert.match(await refusal(), /the signature of SHA256SUMS is not a good one of the vendor's: /);
    assert.ok(!requests.includes(archive));
  });

  it("refuses a signature by another key", async () => {
    files["/v1.2.3/SHA256SUMS.sig"] = await signed(String(files["/v1.2.3/SHA256SUMS"]), await newKey("stranger"));
    assert.match(await refusal(), /the signature of SHA256SUMS is not a good one .*: Could not find signing key/);
  });

  it("refuses a signature that is none", async () => {
    files["/v1.2.3/SHA256SUMS.sig"] = "signed, the vendor";
    assert.match(await refusal(), /the signature of SHA256SUMS is not a good one/);
  });

  it("refuses a key that is not the pinned one, even if it made the signature", async () => {
    const stranger = await newKey("vendor");
    files["/key.txt"] = stranger.toPublic().armor();
    files["/v1.2.3/SHA256SUMS.sig"] = await signed(String(files["/v1.2.3/SHA256SUMS"]), stranger);
    const [theirs, ours] = [stranger, key].map((one) => one.getFingerprint().toUpperCase());
    assert.equal(await refusal(), `the key at ${url}/key.txt is ${theirs}, not the vendor's ${ours}`);
  });

  it("refuses a key file that holds no key", async () => {
    files["/key.txt"] = "<html>";
    assert.equal(await refusal(), `${url}/key.txt holds no OpenPGP public key`);
  });

  it("says when the vendor has no such release", async () => {
    files = {};
    assert.equal(await refusal(), `${url}/v1.2.3/SHA256SUMS answers 404 Not Found`);
  });

  it("says when the sums do not name the archive", async () => {
    await setSums(zip, "/another.zip");
    assert.equal(await refusal(), `${url}/v1.2.3/SHA256SUMS has no sum for sample_linux_${arch}.zip`);
  });

  it("says when the archive does not hold the program", async () => {
    const empty = zipSync({ "LICENSE.txt": Buffer.from("free") });
    files[archive] = empty;
    await setSums(empty);
    assert.equal(await refusal(), `sample_linux_${arch}.zip holds no file cos-sample`);
  });

  it("says when the server drops the connection midway", async () => {
    files[archive] = (_, response) => {
      response.writeHead(200, { "content-length": zip.length });
      response.write(zip.subarray(0, zip.length / 2), () => response.destroy());
    };
    assert.match(await refusal(), /sample_linux_\w+\.zip broke off: /);
  });

  it("refuses a program that is another version than its release says", async () => {
    const other = zipSync({ [sample]: Buffer.from(script("echo Sample v1.2.4")) });
    files[archive] = other;
    await setSums(other);
    assert.equal(await refusal(), "that made version 1.2.4");
  });

  it("asks a server that cannot be reached only once in a process", async () => {
    await workplace().stopServers();
    const { port, origin } = new URL(url);
    assert.match(await refusal(), new RegExp(`^${origin} cannot be reached: .*ECONNREFUSED`));
    await workplace().serve(answer, Number(port));
    assert.match(await refusal(), new RegExp(`^${origin} cannot be reached: .*ECONNREFUSED`));
    assert.deepEqual(requests, []);
  });

  it("gives up on a server that does not answer", async function () {
    this.timeout(15_000);
    files["/v1.2.3/SHA256SUMS"] = () => undefined;
    assert.equal(await refusal(), `${url} cannot be reached: no answer within 5 s`);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const interrupt = new AbortController();
    files[archive] = (_, response) => {
      response.writeHead(200, { "content-length": zip.length });
      response.write(zip.subarray(0, zip.length / 2), () => {
        interrupt.abort(new Error("Ctrl-C"));
      });
    };
    await assert.rejects(get({}, interrupt.signal), /^Error: Ctrl-C$/);
    assert.deepEqual(await workplace().cached("tmp"), []);
    assert.deepEqual(await workplace().cached("programs", sample, "1.2.3"), []);

    files[archive] = zip;
    assert.equal((await get()).source, "release", "an interrupted download does not count against the server");
  });
});
