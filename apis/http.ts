import { ask, type Trust } from "../components/ask.js";

export type { Trust } from "../components/ask.js";

/** An answer of an HTTP API other than the one hoped for. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

export interface CallOptions {
  /** @default "GET" */
  method?: string;
  /** Sent as JSON. @default none */
  body?: unknown;
  /** @default 5000 */
  timeoutMs?: number;
  /** @default {} */
  headers?: Record<string, string>;
  /** By what the API is known, where it speaks TLS. @default by what Node trusts */
  trust?: Trust | undefined;
  /** Status codes that are answers as well, besides 200 to 299. @default [] */
  accept?: number[];
}

/** Calls an HTTP API that speaks JSON. @throws ApiError */
export async function callApi<T>(url: string, options: CallOptions = {}): Promise<T> {
  const text = await fetchText(url, options);
  try {
    return (text === "" ? undefined : JSON.parse(text)) as T;
  } catch {
    throw new ApiError(`${new URL(url).origin} does not answer with JSON: ${JSON.stringify(text.slice(0, 80))}`);
  }
}

/** Fetches plain text. */
export async function fetchText(url: string, options: CallOptions = {}): Promise<string> {
  const { status, text } = await request(url, options);
  if (status < 300 || options.accept?.includes(status)) return text;
  throw new ApiError(text.trim() || `HTTP ${status}`, status);
}

async function request(url: string, { method, body, headers, trust, timeoutMs = 5000 }: CallOptions) {
  const question = { method, headers, trust, body: body === undefined ? undefined : JSON.stringify(body) };
  try {
    return await ask(url, question, timeoutMs);
  } catch (error) {
    throw new ApiError(
      `${new URL(url).origin} does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
