import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packageRoot } from "../package-root";
import type { ImageBake } from "./bake";
import { imageProgramNames } from "./programs";

/** The tag of an image that says what it was made of. */
export const inputsTag = "cos-inputs";

/**
 * A hash of all that makes an image what it is: the template, the provisioning scripts and their files, the pinned versions, and
 * what was asked for. (Not Debian's own packages, which are the newest when it is baked.)
 */
export function imageInputs(bake: ImageBake): string {
  const hash = createHash("sha256");
  for (const path of [...filesBelow(join(packageRoot, "ami")), join(packageRoot, "versions.json")]) {
    hash
      .update(`${relative(packageRoot, path)}\0`)
      .update(pinsOnly(path))
      .update("\0");
  }
  // Where it is baked does not matter, and a region has images of its own.
  const asked: [string, unknown][] = Object.entries({ ...bake, region: undefined, subnetId: undefined })
    .filter(([key]) => !["publicAddress", "sshCidrs"].includes(key))
    .filter(([, value]) => value !== undefined);
  hash.update(JSON.stringify(asked.sort(([a], [b]) => (a < b ? -1 : 1))));
  return hash.digest("hex").slice(0, 32);
}

/** A file's content; of the pins, the versions of what an image has: that a sum is recorded is no change. */
function pinsOnly(path: string): Buffer | string {
  const content = readFileSync(path);
  if (!path.endsWith("versions.json")) return content;
  const pins = JSON.parse(content.toString()) as Record<string, { version: string }>;
  return JSON.stringify(imageProgramNames.map((name) => pins[name]?.version ?? ""));
}

/** Files in one order everywhere, without what Python leaves behind. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
