import type { PropertyError } from "../checks";

/** How a cluster chooses nodes for tasks. All has defaults. */
export interface SchedulerArgs {
  /**
   * `binpack` fills one node before the next; `spread` evens tasks out over all.
   *
   * `binpack` is Nomad's own default, and what lets a pool that scales in give nodes back. A job that wants its instances
   * apart says so itself, by a `spread` block or `distinct_hosts`.
   * @default "binpack"
   */
  algorithm?: "binpack" | "spread" | undefined;
  /**
   * Whether tasks may use more memory than they reserve, up to their `memory_max`, as long as the node has it.
   * @default false
   */
  memoryOversubscription?: boolean | undefined;
  /** Kinds of job that may displace allocations of lower priority where there is no room. */
  preemption?:
    | {
        /** System jobs, such as the ingress on each node. @default true */
        system?: boolean | undefined;
        /** @default false */
        service?: boolean | undefined;
        /** @default false */
        batch?: boolean | undefined;
        /** @default false */
        sysbatch?: boolean | undefined;
      }
    | undefined;
}

/** The scheduler's settings with nothing left open. */
export interface SchedulerSettings {
  /** How tasks are shared out among nodes. */
  algorithm: "binpack" | "spread";
  /** Whether tasks may use more memory than they reserve (`memory_max`). */
  memoryOversubscription: boolean;
  /** Jobs of which types may end those of lower priority to get a place. */
  preemption: { system: boolean; service: boolean; batch: boolean; sysbatch: boolean };
}

/** The settings that arguments mean. */
export function schedulerSettings(args: SchedulerArgs | undefined): SchedulerSettings {
  const { system, service, batch, sysbatch } = args?.preemption ?? {};
  return {
    algorithm: args?.algorithm ?? "binpack",
    memoryOversubscription: args?.memoryOversubscription ?? false,
    preemption: {
      system: system ?? true,
      service: service ?? false,
      batch: batch ?? false,
      sysbatch: sysbatch ?? false,
    },
  };
}

/** Preemption by the names that Nomad's files and its provider have. All four: one left out is off. */
export function preemptionConfig({ preemption }: SchedulerSettings) {
  return {
    batch_scheduler_enabled: preemption.batch,
    service_scheduler_enabled: preemption.service,
    sysbatch_scheduler_enabled: preemption.sysbatch,
    system_scheduler_enabled: preemption.system,
  };
}

/** What is wrong with the arguments. */
export function schedulerErrors(args: SchedulerArgs | undefined): PropertyError[] {
  const algorithm: string = args?.algorithm ?? "binpack";
  if (algorithm === "binpack" || algorithm === "spread") return [];
  return [{ propertyPath: "algorithm", reason: `must be "binpack" or "spread", got "${algorithm}"` }];
}
