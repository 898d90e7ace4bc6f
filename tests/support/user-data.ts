import { gunzipSync } from "node:zlib";
import { parse } from "yaml";

/** A cloud-config of a node. */
export interface CloudConfig {
  write_files: { path: string; permissions: string; encoding: string; content: string }[];
  runcmd: string[][];
}

/** The cloud-config in user data, unpacked. */
export function cloudConfigText(userData: string): string {
  return gunzipSync(Buffer.from(userData, "base64")).toString();
}

/** The cloud-config in user data, parsed. */
export function cloudConfigOf(userData: string): CloudConfig {
  return parse(cloudConfigText(userData)) as CloudConfig;
}

/** The files that user data writes, parsed, by path. */
export function filesOf(userData: string): Record<string, unknown> {
  return Object.fromEntries(
    cloudConfigOf(userData).write_files.map(({ path, content }) => [
      path,
      JSON.parse(Buffer.from(content, "base64").toString()) as unknown,
    ]),
  );
}
