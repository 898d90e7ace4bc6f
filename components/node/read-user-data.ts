import { gunzipSync } from "node:zlib";

/** User data as cloud-init reads it: the base64 of EC2's API, and gzip, undone. What does not look like base64 stays as it is. */
export function readUserData(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return text;
  const bytes = Buffer.from(text, "base64");
  try {
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
  } catch {
    return text;
  }
}

/** The content of a file in a cloud-config's `write_files` that is encoded as user data is; undefined where its encoding is none of these. */
export function readContent(content: string, encoding: unknown): string | undefined {
  return encodings.includes(String(encoding)) ? readUserData(content) : undefined;
}

// Source: cloud-init's documentation of the module write_files.
const encodings = ["b64", "base64", "gz+b64", "gz+base64", "gzip+b64", "gzip+base64"];
