import { executablesOnPath } from "../../programs/path-lookup";

const commands = [
  "ip",
  "nft",
  "nsenter",
  "unshare",
  "setpriv",
  "python3",
  "openssl",
  "systemd-nspawn",
  "debootstrap",
  "haproxy",
  "dnsmasq",
];

/** Why the box cannot run here; nothing where it can. */
export function missingForBox(env: NodeJS.ProcessEnv = process.env): string[] {
  if (process.platform !== "linux") return [`it needs Linux, this is ${process.platform}`];
  if (process.getuid?.() !== 0) return ["it makes network namespaces, which only root may: run it as root"];
  return commands
    .filter((command) => executablesOnPath(command, env).length === 0)
    .map((command) => `there is no ${command} on the PATH`);
}

/** Skips a suite where the box cannot run, and says why; with `COS_REQUIRE=box` it fails there. */
export function needsBox(this: Mocha.Context): void {
  const missing = missingForBox();
  if (missing.length === 0) return;
  const why = `the box cannot run here: ${missing.join("; ")}`;
  if (process.env.COS_REQUIRE?.split(",").includes("box")) throw new Error(why);
  console.error(why);
  this.skip();
}
