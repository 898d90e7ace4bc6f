import { join } from "node:path";
import versions from "../versions.json";
import { fabiolb, hashicorp, type Vendor } from "./vendors";

/** A program that is needed, and the ways to get it. */
export interface Program {
  name: string;
  /** The pinned version. */
  version: string;
  /** What makes the program print its version; without it, the program cannot say which it is. */
  versionArgs?: readonly string[];
  /** Which other versions on PATH will do. */
  accepts: "only the pinned version" | "newer of the same major";
  /** On PATH it counts only beside this program, with which it is shipped. */
  shippedWith?: Program;
  /** Whose releases to take, or why none can be taken. */
  release: Vendor | { notTaken: string };
  /** Directory of a Go module whose only `tool` directive names the program's package. */
  moduleDirectory: string;
  /** Go variable to set to `v<version>`, for programs that do not know their version from their source. */
  versionVariable?: string;
  /** Flags with which a built program must be started. */
  flags?: readonly string[];
  /** Whether it must be built with cgo, so with a C compiler. */
  needsCgo?: boolean;
}

/** What the local run needs. */
export const localProgramNames = ["pulumi", "pulumi-language-nodejs", "nomad", "consul", "fabio"] as const;
/** All of them: also what makes a machine image and checks one, and checks workflows. */
export const programNames = [...localProgramNames, "packer", "packer-plugin-amazon", "goss", "actionlint"] as const;
export type ProgramName = (typeof programNames)[number];

/** The version of a program for the local run and the tests. */
function pinnedVersion(name: ProgramName): string {
  const pin: { version: string; local?: string } = versions[name];
  return pin.local ?? pin.version;
}

const pinned = (name: ProgramName) => ({
  name,
  version: pinnedVersion(name),
  moduleDirectory: join(__dirname, "go", name),
});

const pulumiRelease = {
  // Signed through Sigstore for a workflow of Pulumi's repository that has changed its name over the years: nothing
  // that can be pinned from here has been seen.
  notTaken: "Pulumi's releases are signed keylessly (cosign), and no signing identity is pinned in programs/vendors.ts",
};

const pulumi: Program = {
  ...pinned("pulumi"),
  versionArgs: ["version"],
  accepts: "newer of the same major",
  release: pulumiRelease,
  versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
};

export const catalog: Readonly<Record<ProgramName, Program>> = {
  pulumi,
  "pulumi-language-nodejs": {
    ...pinned("pulumi-language-nodejs"),
    accepts: "only the pinned version",
    shippedWith: pulumi,
    // This host is the last that is a package of its module. It takes a project's options as flags, which an engine of
    // today sends in its requests instead; and every project here has `typescript: false`.
    flags: ["-typescript=false"],
    release: pulumiRelease,
    versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
  },
  nomad: {
    ...pinned("nomad"),
    versionArgs: ["version"],
    accepts: "only the pinned version",
    release: hashicorp,
    // Its exec driver enters namespaces through C code (libcontainer's nsenter), which is left out without cgo.
    needsCgo: true,
  },
  consul: { ...pinned("consul"), versionArgs: ["version"], accepts: "only the pinned version", release: hashicorp },
  fabio: { ...pinned("fabio"), versionArgs: ["-v"], accepts: "only the pinned version", release: fabiolb },
  packer: { ...pinned("packer"), versionArgs: ["version"], accepts: "newer of the same major", release: hashicorp },
  "packer-plugin-amazon": {
    ...pinned("packer-plugin-amazon"),
    accepts: "only the pinned version",
    // In a release it has a name with its version and protocol.
    release: { notTaken: "`packer init` downloads it; only where it cannot, it is built" },
  },
  goss: {
    ...pinned("goss"),
    versionArgs: ["--version"],
    accepts: "newer of the same major",
    release: { notTaken: "goss' releases are not signed" },
    versionVariable: "github.com/goss-org/goss/util.Version",
  },
  actionlint: {
    ...pinned("actionlint"),
    versionArgs: ["-version"],
    accepts: "newer of the same major",
    release: { notTaken: "actionlint's releases are not signed" },
    versionVariable: "github.com/rhysd/actionlint.version",
  },
};
