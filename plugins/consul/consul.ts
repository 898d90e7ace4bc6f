import type { StandIn } from "../stand-in";
import { autopilotConfig } from "./autopilot-config";
import { ConsulClient } from "./client";
import { configSchema, settingsOf } from "./config";

// How long an unreachable or leaderless Consul is tried again, in seconds.
const PATIENCE_VARIABLE = "PULUMI_COS_CONSUL_PATIENCE_SECONDS";
const DEFAULT_PATIENCE_SECONDS = 30;

/** The stand-in for the consul plugin, against the real HTTP API: `consul:index/autopilotConfig:AutopilotConfig`. */
export function consulStandIn(env: NodeJS.ProcessEnv): StandIn<ConsulClient> {
  return {
    name: "consul",
    version: "3.15.1",
    comparison: "state",
    config: configSchema,
    configure: (config) => {
      const patience = Number(env[PATIENCE_VARIABLE] ?? DEFAULT_PATIENCE_SECONDS);
      return new ConsulClient(settingsOf(config, env), patience * 1000);
    },
    resources: { "consul:index/autopilotConfig:AutopilotConfig": autopilotConfig },
  };
}
