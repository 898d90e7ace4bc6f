import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What the double answers: text and bytes as they are, anything else as JSON. */
export interface Answer {
  /** @default 200 */
  status?: number;
  /** @default none */
  headers?: Record<string, string>;
  body: unknown;
}

/** A request as it came in. */
export interface Request {
  method: string;
  /** Path with the query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP API that answers what a test wants, and 404 otherwise. */
export class HttpDouble {
  /** By path, without the query; a function is asked anew with each request. */
  answers: Record<string, Answer | ((request: Request) => Answer)> = {};
  readonly requests: Request[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await once(this.server.close(), "close");
  }

  private async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = message;
    const request = { method, url, headers, body: await text(message) };
    this.requests.push(request);
    const found = this.answers[url.split("?")[0] ?? ""] ?? { status: 404, body: "not found" };
    const { status = 200, headers: more = {}, body } = typeof found === "function" ? found(request) : found;
    response.writeHead(status, more);
    response.end(typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body));
  }
}

/** Gives each test of the suite an API of its own, and stops it afterwards. */
export function useHttpDouble(): () => HttpDouble {
  let double: HttpDouble;
  beforeEach(async () => {
    double = new HttpDouble();
    await double.start();
  });
  afterEach(() => double.stop());
  return () => double;
}
