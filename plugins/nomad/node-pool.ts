import type { Failure, InputsOf, Properties } from "../schema";
import { type Context, resource } from "../stand-in";
import { type Plain, type ValueMap, isMap } from "../value";
import { during, isNotFound, segment } from "../http-client";
import type { NomadClient } from "./client";
import { formatDuration, parseDuration } from "../duration";
import { deleteWhenFree } from "./retry-delete";

interface ApiNodePool {
  Name: string;
  Description: string;
  Meta: Record<string, string> | null;
  /** Nanoseconds; missing before Nomad 1.11. */
  NodeIdentityTTL?: number;
  SchedulerConfiguration: { SchedulerAlgorithm: string; MemoryOversubscriptionEnabled: boolean | null } | null;
}

const ALGORITHMS = ["binpack", "spread"];
const OVERSUBSCRIPTION = ["enabled", "disabled"];

const inputs = {
  name: { type: "string", replaces: true, autoName: true },
  description: { type: "string" },
  meta: { type: { map: "string" } },
  nodeIdentityTtl: { type: "string", computed: true },
  // Of Nomad Enterprise only; other Nomads refuse it themselves.
  schedulerConfig: {
    type: { object: { schedulerAlgorithm: { type: "string" }, memoryOversubscription: { type: "string" } } },
  },
} as const satisfies Properties;

export const nodePool = resource<NomadClient>()({
  inputs,
  outputs: {},

  check({ name, description, nodeIdentityTtl, schedulerConfig }) {
    const found: Failure[] = [];
    const add = (property: string, reason: string) => found.push({ property, reason: `"${property}" ${reason}` });
    if (typeof name === "string" && (name === "" || name.length > 128)) add("name", "must have 1 to 128 characters");
    if (typeof description === "string" && description.length > 256)
      add("description", "is longer than 256 characters");
    if (typeof nodeIdentityTtl === "string" && parseDuration(nodeIdentityTtl) === undefined) {
      add("nodeIdentityTtl", `must be a duration such as "24h", but is "${nodeIdentityTtl}"`);
    }
    const oneOf = (property: string, value: Plain | undefined, allowed: string[]) => {
      if (typeof value !== "string" || allowed.includes(value)) return;
      add(`schedulerConfig.${property}`, `must be one of ${allowed.join(", ")}, but is "${value}"`);
    };
    if (isMap(schedulerConfig)) {
      oneOf("schedulerAlgorithm", schedulerConfig["schedulerAlgorithm"], ALGORITHMS);
      oneOf("memoryOversubscription", schedulerConfig["memoryOversubscription"], OVERSUBSCRIPTION);
    }
    return found;
  },

  create: (given, context) => write(given, context),

  async update(_id, _state, given, context) {
    return (await write(given, context)).outputs;
  },

  async read(id, _state, { config: nomad, signal }) {
    try {
      return { outputs: outputsOf(await nomad.json<ApiNodePool>({ path: `/node/pool/${segment(id)}`, signal })) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, { config: nomad, signal }) {
    const remove = () => nomad.send({ method: "DELETE", path: `/node/pool/${segment(id)}`, signal });
    await deleteWhenFree(`node pool "${id}"`, /has non-terminal jobs|has nodes/, remove, signal);
  },
});

async function write(given: InputsOf<typeof inputs>, { config: nomad, signal }: Context<NomadClient>) {
  const { name = "", description = "", meta = {}, nodeIdentityTtl, schedulerConfig } = given;
  const oversubscription = schedulerConfig?.memoryOversubscription;
  const body = {
    Name: name,
    Description: description,
    Meta: meta,
    ...(nodeIdentityTtl === undefined ? {} : { NodeIdentityTTL: parseDuration(nodeIdentityTtl) }),
    ...(schedulerConfig && {
      SchedulerConfiguration: {
        SchedulerAlgorithm: schedulerConfig.schedulerAlgorithm ?? "",
        ...(oversubscription === undefined ? {} : { MemoryOversubscriptionEnabled: oversubscription === "enabled" }),
      },
    }),
  };
  const request = nomad.send({ method: "PUT", path: "/node/pools", body, signal });
  await during(`error upserting node pool "${name}"`, request);
  const found = await nomad.json<ApiNodePool>({ path: `/node/pool/${segment(name)}`, signal });
  return { id: name, outputs: outputsOf(found) };
}

function outputsOf({ Name, Description, Meta, NodeIdentityTTL, SchedulerConfiguration }: ApiNodePool): ValueMap {
  const outputs: ValueMap = { name: Name, description: Description, meta: Meta ?? {} };
  if (NodeIdentityTTL !== undefined && NodeIdentityTTL !== 0) {
    outputs["nodeIdentityTtl"] = formatDuration(NodeIdentityTTL);
  }
  if (SchedulerConfiguration) {
    const { SchedulerAlgorithm, MemoryOversubscriptionEnabled: enabled } = SchedulerConfiguration;
    outputs["schedulerConfig"] = {
      schedulerAlgorithm: SchedulerAlgorithm,
      ...(enabled === null ? {} : { memoryOversubscription: enabled ? "enabled" : "disabled" }),
    };
  }
  return outputs;
}
