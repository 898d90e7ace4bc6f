import type { InputsOf, Properties } from "../schema";
import { type Context, resource } from "../stand-in";
import { type ValueMap, isMap } from "../value";
import { during } from "../http-client";
import type { NomadClient } from "./client";

interface ApiSchedulerConfig {
  SchedulerAlgorithm: string;
  MemoryOversubscriptionEnabled: boolean;
  PreemptionConfig: {
    BatchSchedulerEnabled: boolean;
    ServiceSchedulerEnabled: boolean;
    SysBatchSchedulerEnabled: boolean;
    SystemSchedulerEnabled: boolean;
  };
}

const PREEMPTION = [
  "batch_scheduler_enabled",
  "service_scheduler_enabled",
  "sysbatch_scheduler_enabled",
  "system_scheduler_enabled",
];

const inputs = {
  memoryOversubscriptionEnabled: { type: "boolean", default: false },
  schedulerAlgorithm: { type: "string", default: "binpack" },
  preemptionConfig: { type: { map: "boolean" } },
} as const satisfies Properties;

/**
 * The cluster's one scheduler configuration. Deleting it changes nothing in Nomad: what it was before is not known.
 * As with the real plugin, preemption for the schedulers that are not named is off, and counts as a difference until
 * all four are named.
 */
export const schedulerConfig = resource<NomadClient>()({
  inputs,
  outputs: {},

  check({ preemptionConfig }) {
    if (!isMap(preemptionConfig)) return [];
    return Object.keys(preemptionConfig)
      .filter((key) => !PREEMPTION.includes(key))
      .map((key) => ({
        property: `preemptionConfig.${key}`,
        reason: `"preemptionConfig" has no "${key}", only ${PREEMPTION.join(", ")}`,
      }));
  },

  create: (given, context) => write(given, context),

  async update(_id, _state, given, context) {
    return (await write(given, context)).outputs;
  },

  async read(_id, _state, context) {
    return readConfig(context);
  },
});

async function write(given: InputsOf<typeof inputs>, context: Context<NomadClient>) {
  const preemption = given.preemptionConfig ?? {};
  const body: ApiSchedulerConfig = {
    SchedulerAlgorithm: given.schedulerAlgorithm,
    MemoryOversubscriptionEnabled: given.memoryOversubscriptionEnabled,
    PreemptionConfig: {
      BatchSchedulerEnabled: preemption["batch_scheduler_enabled"] ?? false,
      ServiceSchedulerEnabled: preemption["service_scheduler_enabled"] ?? false,
      SysBatchSchedulerEnabled: preemption["sysbatch_scheduler_enabled"] ?? false,
      SystemSchedulerEnabled: preemption["system_scheduler_enabled"] ?? false,
    },
  };
  const path = "/operator/scheduler/configuration";
  const request = context.config.send({ method: "PUT", path, body, signal: context.signal });
  await during("error upserting scheduler configuration", request);
  return readConfig(context);
}

async function readConfig({ config: nomad, signal }: Context<NomadClient>): Promise<{ id: string; outputs: ValueMap }> {
  const self = await nomad.json<{ config: { Region: string } }>({ path: "/agent/self", signal });
  const path = "/operator/scheduler/configuration";
  const { SchedulerConfig: found } = await nomad.json<{ SchedulerConfig: ApiSchedulerConfig }>({ path, signal });
  const preemption = found.PreemptionConfig;
  const outputs = {
    schedulerAlgorithm: found.SchedulerAlgorithm,
    memoryOversubscriptionEnabled: found.MemoryOversubscriptionEnabled,
    preemptionConfig: {
      batch_scheduler_enabled: preemption.BatchSchedulerEnabled,
      service_scheduler_enabled: preemption.ServiceSchedulerEnabled,
      sysbatch_scheduler_enabled: preemption.SysBatchSchedulerEnabled,
      system_scheduler_enabled: preemption.SystemSchedulerEnabled,
    },
  };
  return { id: `nomad-scheduler-configuration-${self.config.Region}`, outputs };
}
