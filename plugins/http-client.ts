import * as http from "node:http";
import * as https from "node:https";
import type { ConnectionOptions } from "node:tls";
import pRetry from "p-retry";

/** The API answered, with an error. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`Unexpected response code: ${status} (${body.trim()})`);
  }
}

/** The API could not be reached, or its cluster had no leader, in all the time given. */
export class Unavailable extends Error {}

export interface Request {
  method?: "GET" | "PUT" | "POST" | "DELETE";
  /** Below `/v1`, its segments already encoded: `/job/web`. */
  path: string;
  query?: Record<string, string | number | boolean>;
  body?: unknown;
  signal: AbortSignal;
}

export interface Answer {
  text: string;
  /** The index for a blocking query. */
  index: number;
}

// Failures of connecting: no request has been sent, so any request may be sent again.
const UNREACHABLE = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"];
const CONNECT_TIMEOUT_MS = 10_000;

/** Where an API is, and how to reach it. */
export interface Endpoint {
  /** Whose API it is, for messages, e.g. `Nomad`. */
  product: string;
  /** Root of the HTTP API. */
  address: URL;
  /** What every request carries. */
  headers: Record<string, string | string[]>;
  query: Record<string, string>;
  tls: ConnectionOptions;
}

/** HashiCorp's kind of HTTP API, patient with an agent that is just starting or a cluster that is choosing a leader. */
export class HttpClient {
  private readonly agent: http.Agent;

  /** @param patienceMs how long an unreachable or leaderless agent is tried again, in milliseconds */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly patienceMs: number,
  ) {
    const secure = endpoint.address.protocol === "https:";
    this.agent = secure ? new https.Agent(endpoint.tls) : new http.Agent();
  }

  /** The answer's JSON, trusted to have the shape that the API documents. */
  async json<T>(request: Request): Promise<T> {
    return JSON.parse((await this.send(request)).text) as T;
  }

  async send(request: Request): Promise<Answer> {
    try {
      return await pRetry(() => this.once(request), {
        signal: request.signal,
        retries: Number.POSITIVE_INFINITY,
        maxRetryTime: this.patienceMs,
        minTimeout: 100,
        maxTimeout: 2000,
        shouldRetry: ({ error }) => isTransient(error),
      });
    } catch (error) {
      request.signal.throwIfAborted();
      if (!(error instanceof Error) || !isTransient(error)) throw error;
      const patience = `tried for ${this.patienceMs / 1000} s`;
      const { product, address } = this.endpoint;
      throw new Unavailable(`${product} at ${address.origin} is not available (${patience}): ${reason(error)}`);
    }
  }

  private once(request: Request): Promise<Answer> {
    const { product, address, headers, query } = this.endpoint;
    const url = new URL(`${address.pathname.replace(/\/$/, "")}/v1${request.path}`, address);
    for (const [key, value] of Object.entries({ ...request.query, ...query })) url.searchParams.set(key, String(value));
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const send = address.protocol === "https:" ? https.request : http.request;
    const outgoing = send(url, {
      method: request.method ?? "GET",
      agent: this.agent,
      signal: request.signal,
      headers: { ...headers, ...(body ? { "Content-Type": "application/json", "Content-Length": body.length } : {}) },
    });
    giveUpConnecting(outgoing, address.host);
    return new Promise((resolve, reject) => {
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("error", reject);
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const status = response.statusCode ?? 0;
          const index = Number(response.headers[`x-${product.toLowerCase()}-index`] ?? 0);
          if (status >= 200 && status < 300) resolve({ text, index });
          else reject(new HttpError(status, text));
        });
      });
      outgoing.end(body);
    });
  }
}

// The kernel would try for minutes.
function giveUpConnecting(outgoing: http.ClientRequest, host: string): void {
  outgoing.on("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => outgoing.destroy(timedOut(host)), CONNECT_TIMEOUT_MS);
    const stop = () => {
      clearTimeout(timer);
    };
    socket.once("connect", stop).once("close", stop);
  });
}

function timedOut(host: string): Error {
  return Object.assign(new Error(`connect ETIMEDOUT ${host}`), { code: "ETIMEDOUT" });
}

function isTransient(error: Error): boolean {
  if (error instanceof HttpError) return error.status >= 500 && error.message.includes("No cluster leader");
  return codesOf(error).some((code) => UNREACHABLE.includes(code));
}

// Where a name has several addresses, Node tells the failure of each.
function codesOf(error: Error): string[] {
  const all = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return all.flatMap((each) => ("code" in each && typeof each.code === "string" ? [each.code] : []));
}

function reason(error: Error): string {
  return error instanceof AggregateError
    ? (error.errors as Error[]).map((each) => each.message).join("; ")
    : error.message;
}

/** Whether the thing asked for is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof HttpError && error.status === 404;
}

/** A part of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

/** Prefixes an error's message with what was being done, as the real plugin does. */
export async function during<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: ${message}`, { cause: error });
  }
}
