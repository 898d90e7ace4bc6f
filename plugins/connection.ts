import { readFileSync } from "node:fs";

/** Headers by name; several of one name are sent all. */
export function headersOfList(list: readonly { name: string; value: string }[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const { name, value } of list) {
    const earlier = headers[name] ?? [];
    headers[name] = [...(typeof earlier === "string" ? [earlier] : earlier), value];
  }
  return headers;
}

/** The header's value for `user` or `user:password`. */
export function basicAuthorization(auth: string): string {
  return `Basic ${Buffer.from(auth.includes(":") ? auth : `${auth}:`).toString("base64")}`;
}

/**
 * A certificate or key: the text given, or else that of the file given, or of the environment's.
 *
 * @throws Error when both are given, or the file cannot be read
 */
export function pem(
  pemName: string,
  text: string | undefined,
  fileName: string,
  configured: string | undefined,
  environment: string | undefined,
): string | undefined {
  if (text !== undefined && configured !== undefined) throw new Error(`${pemName} and ${fileName} exclude each other`);
  const file = configured ?? environment;
  if (text !== undefined || file === undefined) return text;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${fileName} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
