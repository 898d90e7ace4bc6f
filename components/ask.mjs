// @ts-check

/**
 * Asks an HTTP API. Resolves to its answer, whatever its status.
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} timeoutMs
 * @returns {Promise<{ status: number, text: string }>}
 * @throws where there is none in time
 */
export async function ask(url, init, timeoutMs) {
  const timeout = new AbortController();
  // It keeps the process alive, as the timer of `AbortSignal.timeout` does not: when nothing else did for a moment, Node ended with
  // code 13 in the middle of a request.
  const timer = setTimeout(() => timeout.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    const response = await fetch(url, { ...init, signal: timeout.signal });
    return { status: response.status, text: await response.text() };
  } finally {
    clearTimeout(timer);
  }
}
