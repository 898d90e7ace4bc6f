import type { PropertyError } from "../checks";
import { canonicalDuration, nanoseconds } from "./duration";

/** Autopilot's settings: how Consul or Nomad looks after its servers. All have defaults. */
export interface AutopilotArgs {
  /**
   * Whether servers that died are removed from the quorum, once a replacement keeps it at {@link minQuorum}.
   * @default true
   */
  cleanupDeadServers?: boolean | undefined;
  /**
   * How long a server may be out of the leader's contact and count as healthy, a duration such as `"500ms"`.
   * @default 200ms times the multiplier of Raft's timeouts, by which the leader's messages are rarer
   */
  lastContactThreshold?: string | undefined;
  /** How many entries a server's log may be behind the leader's and count as healthy. @default 250 */
  maxTrailingLogs?: number | undefined;
  /**
   * The number of voters below which no dead server is removed.
   *
   * The number of servers, as HashiCorp recommends ("should be set to the expected number of voters", Vault's reference on
   * the same library). A dead server then goes when its replacement is in. Were it removed at once, a server that was only
   * cut off would find itself without a vote when it came back, and could not help to elect a leader.
   *
   * @default the number of servers, which it follows
   */
  minQuorum?: number | undefined;
  /** How long a new server must be healthy before it gets a vote, a duration such as `"10s"`. @default "10s" */
  serverStabilizationTime?: string | undefined;
}

/** Autopilot's settings with nothing left open, durations in the form in which Consul and Nomad answer. */
export type AutopilotSettings = { [K in keyof AutopilotArgs]-?: NonNullable<AutopilotArgs[K]> };

/**
 * The settings of a cluster: what is given, and for the rest the defaults of Consul and Nomad, adapted to its servers.
 *
 * Nomad makes its leader's messages rarer by the multiplier: one at least each 100 ms times it. The vendors' threshold of
 * 200 ms would find healthy servers unhealthy every other moment. Source: nomad 1.11, command/agent/agent.go (`CommitTimeout`).
 */
export function autopilotSettings(
  servers: number,
  raftMultiplier: number,
  args: AutopilotArgs | undefined,
): AutopilotSettings {
  return {
    cleanupDeadServers: args?.cleanupDeadServers ?? true,
    lastContactThreshold: canonicalDuration(args?.lastContactThreshold ?? `${200 * raftMultiplier}ms`),
    maxTrailingLogs: args?.maxTrailingLogs ?? 250,
    minQuorum: args?.minQuorum ?? servers,
    serverStabilizationTime: canonicalDuration(args?.serverStabilizationTime ?? "10s"),
  };
}

/** The same as the agents' files have it: one block for both. */
export function autopilotBlock(settings: AutopilotSettings) {
  return {
    cleanup_dead_servers: settings.cleanupDeadServers,
    last_contact_threshold: settings.lastContactThreshold,
    max_trailing_logs: settings.maxTrailingLogs,
    min_quorum: settings.minQuorum,
    server_stabilization_time: settings.serverStabilizationTime,
  };
}

/** What is wrong with autopilot's settings for a number of servers. */
export function autopilotErrors(args: AutopilotArgs | undefined, servers: number): PropertyError[] {
  if (args === undefined) return [];
  const errors: PropertyError[] = [];
  for (const propertyPath of ["lastContactThreshold", "serverStabilizationTime"] as const) {
    const value = args[propertyPath];
    if (value === undefined || (nanoseconds(value) ?? 0) > 0) continue;
    errors.push({ propertyPath, reason: `must be a duration above 0, such as "500ms" or "10s", got "${value}"` });
  }
  if (args.maxTrailingLogs !== undefined && !isCount(args.maxTrailingLogs, 1)) {
    const reason = `must be a whole number of at least 1, got ${args.maxTrailingLogs}`;
    errors.push({ propertyPath: "maxTrailingLogs", reason });
  }
  // With fewer than a majority it would allow nothing that autopilot does not refuse anyhow.
  const majority = Math.floor(servers / 2) + 1;
  if (args.minQuorum !== undefined && !(isCount(args.minQuorum, majority) && args.minQuorum <= servers)) {
    const allowed = majority === servers ? `${servers}` : `a whole number from ${majority} to ${servers}`;
    const reason = `must be ${allowed}, a majority of the ${servers} servers or more of them, got ${args.minQuorum}`;
    errors.push({ propertyPath: "minQuorum", reason });
  }
  return errors;
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}
