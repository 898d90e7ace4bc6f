import { formatDuration, parseDuration } from "../duration";
import { during } from "../http-client";
import type { InputsOf, Properties } from "../schema";
import { type Context, resource } from "../stand-in";
import type { PlainMap, ValueMap } from "../value";
import type { ConsulClient } from "./client";

interface ApiAutopilot {
  CleanupDeadServers: boolean;
  LastContactThreshold: string;
  MaxTrailingLogs: number;
  ServerStabilizationTime: string;
  RedundancyZoneTag: string;
  DisableUpgradeMigration: boolean;
  UpgradeVersionTag: string;
}

const PATH = "/operator/autopilot/configuration";

const inputs = {
  datacenter: { type: "string", replaces: true },
  cleanupDeadServers: { type: "boolean", default: true },
  lastContactThreshold: { type: "string", default: "200ms" },
  maxTrailingLogs: { type: "integer", default: 250 },
  serverStabilizationTime: { type: "string", default: "10s" },
  redundancyZoneTag: { type: "string", default: "" },
  disableUpgradeMigration: { type: "boolean", default: false },
  upgradeVersionTag: { type: "string", default: "" },
} as const satisfies Properties;

/**
 * The datacenter's one autopilot configuration. Deleting it changes nothing in Consul. The real plugin knows no
 * `min_quorum`: what it writes sets that to 0, and so does this.
 */
export const autopilotConfig = resource<ConsulClient>()({
  inputs,
  outputs: {},

  create: (given, context) => write(given, context),

  async update(_id, _state, given, context) {
    return (await write(given, context)).outputs;
  },

  read: (_id, state, context) => readConfig(state, context),
});

async function write(given: InputsOf<typeof inputs>, context: Context<ConsulClient>) {
  const { config: consul, signal } = context;
  const body: ApiAutopilot = {
    CleanupDeadServers: given.cleanupDeadServers,
    LastContactThreshold: duration("last_contact_threshold", given.lastContactThreshold),
    MaxTrailingLogs: given.maxTrailingLogs,
    ServerStabilizationTime: duration("server_stabilization_time", given.serverStabilizationTime),
    RedundancyZoneTag: given.redundancyZoneTag,
    DisableUpgradeMigration: given.disableUpgradeMigration,
    UpgradeVersionTag: given.upgradeVersionTag,
  };
  const dc = await consul.datacenterOf(given.datacenter, signal);
  const request = consul.send({ method: "PUT", path: PATH, query: { dc }, body, signal });
  await during("failed to update autopilot configuration", request);
  return readConfig(given, context);
}

async function readConfig(
  { datacenter }: PlainMap,
  { config: consul, signal }: Context<ConsulClient>,
): Promise<{ id: string; outputs: ValueMap }> {
  const dc = await consul.datacenterOf(typeof datacenter === "string" ? datacenter : undefined, signal);
  const request = consul.json<ApiAutopilot>({ path: PATH, query: { dc }, signal });
  const found = await during("failed to fetch autopilot configuration", request);
  const outputs = {
    cleanupDeadServers: found.CleanupDeadServers,
    lastContactThreshold: found.LastContactThreshold,
    maxTrailingLogs: found.MaxTrailingLogs,
    serverStabilizationTime: found.ServerStabilizationTime,
    redundancyZoneTag: found.RedundancyZoneTag,
    disableUpgradeMigration: found.DisableUpgradeMigration,
    upgradeVersionTag: found.UpgradeVersionTag,
  };
  return { id: `consul-autopilot-${dc}`, outputs };
}

// As Go writes it, which is how Consul gives it back.
function duration(name: string, text: string): string {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) throw new Error(`could not parse '${name}': time: invalid duration "${text}"`);
  return formatDuration(nanoseconds);
}
