import type { PropertyError } from "../checks";
import { fabioPorts } from "../ports";
import { wholeNumberErrors } from "./numbers";

/** How often a load balancer asks its targets whether they take traffic, and how it judges the answers. */
export interface HealthCheckOptions {
  /** Seconds between two checks of a target, 5 to 300. */
  intervalSeconds?: number | undefined;
  /** Seconds that an answer may take, 2 to 120, less than the interval. */
  timeoutSeconds?: number | undefined;
  /** Number of good answers in a row after which a target gets traffic, 2 to 10. */
  healthyThreshold?: number | undefined;
  /** Number of bad answers in a row after which it gets none, 2 to 10. */
  unhealthyThreshold?: number | undefined;
}

/** The same, complete. */
export type HealthCheckFigures = { [K in keyof HealthCheckOptions]-?: NonNullable<HealthCheckOptions[K]> };

/** A question that a load balancer asks, by HTTP. */
export interface HealthQuestion {
  /** Path, with a query where one is needed. */
  path: string;
  /** Port that is asked. @default the one that gets the traffic */
  port?: number;
  /** By what it is asked. Load balancers verify no certificates. @default "HTTP" */
  protocol?: "HTTP" | "HTTPS";
}

/** What load balancers ask the parts of a COS; 200 means that a target takes traffic. */
export const healthQuestions = {
  /**
   * Goes to the leader, so it fails while the server knows none: one that has not joined yet, or is cut off. `/v1/status/leader`
   * is 200 then, with an empty name. Without a token that may read services the list is empty, still 200.
   */
  consul: { path: "/v1/catalog/service/consul" },
  /** Fails while the server knows no leader, unlike the UI's own page. Source: the Nomad API, "Agent", health. */
  nomad: { path: "/v1/agent/health?type=server" },
  /** Fails before fabio stops, see jobs/fabio.nomad.hcl; fabio's own answer is good until it has gone. */
  ingress: { path: "/health", port: fabioPorts.health },
  /** fabio's own, on the port of its UI. */
  fabio: { path: "/health" },
} satisfies Record<string, HealthQuestion>;

/**
 * How servers of Consul and Nomad are judged. As often as AWS allows: the first `up` waits for it, once the servers have a leader. They may be slow to
 * answer during an election; where all of them are, load balancers ask any of them.
 */
export const serverHealthCheck: HealthCheckFigures = {
  intervalSeconds: 5,
  timeoutSeconds: 4,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};

/** What is wrong with the options, given what holds where they say nothing. */
export function healthCheckErrors(
  property: string,
  options: HealthCheckOptions | undefined,
  defaults: HealthCheckFigures,
): PropertyError[] {
  const figures = { ...defaults, ...defined(options) };
  const errors = [
    ...wholeNumberErrors(`${property}.intervalSeconds`, figures.intervalSeconds, {
      least: 5,
      most: 300,
      unit: "seconds",
    }),
    ...wholeNumberErrors(`${property}.timeoutSeconds`, figures.timeoutSeconds, {
      least: 2,
      most: 120,
      unit: "seconds",
    }),
    ...wholeNumberErrors(`${property}.healthyThreshold`, figures.healthyThreshold, { least: 2, most: 10 }),
    ...wholeNumberErrors(`${property}.unhealthyThreshold`, figures.unhealthyThreshold, { least: 2, most: 10 }),
  ];
  if (figures.timeoutSeconds >= figures.intervalSeconds) {
    errors.push({
      propertyPath: `${property}.timeoutSeconds`,
      reason: `must be less than intervalSeconds (${figures.intervalSeconds}), got ${figures.timeoutSeconds}`,
    });
  }
  return errors;
}

/** The health check of a target group. */
export function healthCheck(
  question: HealthQuestion,
  options: HealthCheckOptions | undefined,
  defaults: HealthCheckFigures,
) {
  const figures = { ...defaults, ...defined(options) };
  return {
    protocol: question.protocol ?? "HTTP",
    path: question.path,
    port: question.port === undefined ? "traffic-port" : String(question.port),
    matcher: "200",
    interval: figures.intervalSeconds,
    timeout: figures.timeoutSeconds,
    healthyThreshold: figures.healthyThreshold,
    unhealthyThreshold: figures.unhealthyThreshold,
  };
}

/** Without properties that are there but undefined, which would hide defaults. */
function defined(options: HealthCheckOptions = {}): Partial<HealthCheckFigures> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
