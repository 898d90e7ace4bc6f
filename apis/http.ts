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
  /** Status codes that are answers as well, besides 200 to 299. @default [] */
  accept?: number[];
}

/** Calls an HTTP API that speaks JSON. @throws ApiError */
export async function callApi<T>(url: string, options: CallOptions = {}): Promise<T> {
  const response = await request(url, options);
  const text = await response.text();
  if (!response.ok && !options.accept?.includes(response.status))
    throw new ApiError(text.trim() || `HTTP ${response.status}`, response.status);
  try {
    return (text === "" ? undefined : JSON.parse(text)) as T;
  } catch {
    throw new ApiError(`${new URL(url).origin} does not answer with JSON: ${JSON.stringify(text.slice(0, 80))}`);
  }
}

/** Fetches plain text. */
export async function fetchText(url: string, options: CallOptions = {}): Promise<string> {
  const response = await request(url, options);
  const text = await response.text();
  if (!response.ok) throw new ApiError(text.trim() || `HTTP ${response.status}`, response.status);
  return text;
}

async function request(url: string, options: CallOptions): Promise<Response> {
  try {
    return await fetch(url, {
      method: options.method ?? "GET",
      ...(options.headers && { headers: options.headers }),
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      signal: AbortSignal.timeout(options.timeoutMs ?? 5000),
    });
  } catch (error) {
    // fetch says only "fetch failed" and keeps what happened in the cause.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new ApiError(
      `${new URL(url).origin} does not answer: ${cause instanceof Error ? cause.message || String(cause) : String(cause)}`,
    );
  }
}
