import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What takes the requests: a node with fabio. Both are URLs. */
export interface Target {
  traffic: string;
  health: string;
}

/** How a balancer asks its targets for their health, as a target group of AWS says it. */
export interface HealthCheck {
  intervalMs: number;
  timeoutMs: number;
  /** Answers in a row, bad or good, that take a target out or bring it back. */
  threshold: number;
}

/** A target was taken out, or came back. */
export interface Change {
  /** Index of the target. */
  target: number;
  healthy: boolean;
  /** Targets that take requests from then on. */
  left: number;
}

/**
 * A stand-in for AWS's application load balancer: takes targets out and in by their health only, spreads requests over the
 * healthy ones in turn, keeps its connections to them, tries no request twice, and sends to all where none is healthy.
 */
export class BalancerDouble {
  readonly changes: Change[] = [];
  /** How many requests came while no target was healthy. */
  sentToUnhealthy = 0;
  private readonly healthy: boolean[];
  private readonly agent = new Agent({ keepAlive: true });
  private readonly stopped = new AbortController();
  private readonly server = createServer((incoming, response) => {
    this.forward(incoming, response);
  });
  private watching: Promise<unknown> = Promise.resolve();
  private turn = 0;

  private constructor(
    private readonly targets: Target[],
    private readonly check: HealthCheck,
  ) {
    this.healthy = targets.map(() => false);
  }

  /** Starts a balancer whose targets are out until they are healthy. */
  static async start(targets: Target[], check: HealthCheck): Promise<BalancerDouble> {
    const balancer = new BalancerDouble(targets, check);
    await once(balancer.server.listen(0, "127.0.0.1"), "listening");
    balancer.watching = Promise.all(targets.map((target, index) => balancer.watch(target, index)));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Number of targets that take requests. */
  get healthyCount(): number {
    return this.healthy.filter(Boolean).length;
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.server.closeAllConnections();
    await Promise.all([once(this.server.close(), "close"), this.watching]);
    this.agent.destroy();
  }

  private async watch({ health }: Target, index: number): Promise<void> {
    let inARow = 0;
    while (!this.stopped.signal.aborted) {
      const good = await this.isHealthy(health);
      inARow = good === this.healthy[index] ? 0 : inARow + 1;
      if (inARow >= this.check.threshold) {
        this.healthy[index] = good;
        inARow = 0;
        this.changes.push({ target: index, healthy: good, left: this.healthyCount });
      }
      await delay(this.check.intervalMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }

  private async isHealthy(url: string): Promise<boolean> {
    try {
      const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(this.check.timeoutMs)]);
      const response = await fetch(url, { signal });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  private next(): Target | undefined {
    const healthy = this.targets.filter((_, index) => this.healthy[index]);
    if (healthy.length === 0) this.sentToUnhealthy += 1;
    const able = healthy.length > 0 ? healthy : this.targets;
    this.turn += 1;
    return able[this.turn % able.length];
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { traffic } = this.next() ?? { traffic: "" };
    const { method, headers } = incoming;
    const onward = request(traffic + (incoming.url ?? ""), { method, headers, agent: this.agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", (error) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(`${traffic}: ${error.message}`);
    });
    incoming.pipe(onward);
  }
}
