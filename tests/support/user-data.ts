import { gunzipSync } from "node:zlib";
import { parse } from "yaml";

/** The files that user data writes, parsed, by path. */
export function filesOf(userData: string): Record<string, unknown> {
  const config = parse(gunzipSync(Buffer.from(userData, "base64")).toString()) as {
    write_files: { path: string; content: string }[];
  };
  return Object.fromEntries(
    config.write_files.map(({ path, content }) => [
      path,
      JSON.parse(Buffer.from(content, "base64").toString()) as unknown,
    ]),
  );
}
