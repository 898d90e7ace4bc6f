/** How long a server may take to answer, and then to send each next piece, in milliseconds. */
const answerTimeout = 5_000;
const stallTimeout = 30_000;

/** Why a server could not be reached in this process, by origin: it is not asked again. */
const unreachable = new Map<string, string>();

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Told the size of the whole, in bytes, if the server says it. */
  onSize?: (bytes: number) => void;
}

/**
 * The body of a GET, piece by piece. Rejects soon when the server cannot be reached (and at once the next time), when
 * it answers anything but success, and when it stops sending.
 */
export async function* download(url: string, options: DownloadOptions = {}): AsyncGenerator<Uint8Array> {
  const watchdog = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expect = (what: string, milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      watchdog.abort(new Error(`${what} within ${milliseconds / 1000} s`));
    }, milliseconds);
  };
  const signal = AbortSignal.any(options.signal ? [options.signal, watchdog.signal] : [watchdog.signal]);
  try {
    expect("no answer", answerTimeout);
    const response = await request(url, signal, options.signal);
    const size = Number(response.headers.get("content-length"));
    if (size > 0) options.onSize?.(size);
    try {
      const body: AsyncIterable<Uint8Array> = response.body ?? new ReadableStream<Uint8Array>();
      expect("nothing more", stallTimeout);
      for await (const piece of body) {
        clearTimeout(timer);
        yield piece;
        expect("nothing more", stallTimeout);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw new Error(`${url} broke off: ${reasonOf(error)}`, { cause: error });
    }
  } finally {
    clearTimeout(timer);
    // Ends the connection when the consumer has stopped early; otherwise it is over anyway.
    watchdog.abort();
  }
}

/** A small file as a whole. */
export async function downloadBytes(url: string, signal?: AbortSignal): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of download(url, { signal })) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function request(url: string, signal: AbortSignal, interrupt: AbortSignal | undefined): Promise<Response> {
  const { origin } = new URL(url);
  const known = unreachable.get(origin);
  if (known !== undefined) throw new Error(known);
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    interrupt?.throwIfAborted();
    const reason = `${origin} cannot be reached: ${reasonOf(error)}`;
    unreachable.set(origin, reason);
    throw new Error(reason, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answers ${response.status} ${response.statusText}`.trimEnd());
  return response;
}

/** What went wrong beneath: `fetch` itself only says that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // The attempts on a name's several addresses, which come without a message of their own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reasonOf).join(", ");
  return error.message;
}
