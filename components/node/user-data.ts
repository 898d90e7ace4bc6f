import { gzipSync } from "fflate";

/** A file that cloud-init writes. */
export interface UserDataFile {
  path: string;
  content: object;
}

/** EC2's limit of user data, in bytes, before base64. Source: the EC2 user guide, "Run commands at launch using user data". */
export const userDataLimit = 16 * 1024;

/** The boot program of the image: it mounts, then starts the agents. */
const bootUnit = "cos-boot.service";

/**
 * The cloud-config of a node: its files, JSON, and the start of the boot program. It is JSON itself, which YAML readers take.
 * Everybody on a node can read it: there must be no secret in it.
 */
export function cloudConfig(files: readonly UserDataFile[]): string {
  const config = {
    write_files: files.map(({ path, content }) => ({
      path,
      permissions: "0644",
      encoding: "b64",
      content: Buffer.from(JSON.stringify(content)).toString("base64"),
    })),
    // Not waited for: the unit may wait for cloud-init itself, which ends with this command.
    runcmd: [["systemctl", "start", "--no-block", bootUnit]],
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

/**
 * A cloud-config as user data: gzip, then base64.
 *
 * The same on every machine: it is packed by a JavaScript library, since the output of Node's own zlib depends on Node's
 * version and the processor, and each difference would be a new version of the launch template.
 *
 * @throws Error when it is larger than EC2 takes
 */
export function userData(files: readonly UserDataFile[]): string {
  const packed = gzipSync(Buffer.from(cloudConfig(files)), { mtime: 0, level: 9 });
  if (packed.length > userDataLimit) {
    const sizes = files.map(({ path, content }) => `${path} ${JSON.stringify(content).length}`).join(", ");
    throw new Error(
      `user data must have at most ${userDataLimit} bytes, packed, got ${packed.length}; bytes of its files before packing: ` +
        `${sizes}. Shorten node metadata, host volumes or data volumes.`,
    );
  }
  return Buffer.from(packed).toString("base64");
}
