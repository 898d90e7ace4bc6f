import type { InputsOf, Properties } from "../schema";
import { type Context, resource } from "../stand-in";
import type { ValueMap } from "../value";
import { during, isNotFound, segment } from "../http-client";
import type { NomadClient } from "./client";
import { deleteWhenFree } from "./retry-delete";

interface ApiNamespace {
  Name: string;
  Description: string;
  Meta: Record<string, string> | null;
  Capabilities: {
    EnabledTaskDrivers: string[] | null;
    DisabledTaskDrivers: string[] | null;
    EnabledNetworkModes: string[] | null;
    DisabledNetworkModes: string[] | null;
  } | null;
}

const inputs = {
  name: { type: "string", replaces: true, autoName: true },
  description: { type: "string" },
  meta: { type: { map: "string" } },
  capabilities: {
    type: {
      object: {
        enabledTaskDrivers: { type: { list: "string" } },
        disabledTaskDrivers: { type: { list: "string" } },
        enabledNetworkModes: { type: { list: "string" } },
        disabledNetworkModes: { type: { list: "string" } },
      },
    },
  },
  // Of Nomad Enterprise only.
  quota: { type: "any", unimplemented: true },
  consulConfig: { type: "any", unimplemented: true },
  nodePoolConfig: { type: "any", unimplemented: true },
  vaultConfig: { type: "any", unimplemented: true },
} as const satisfies Properties;

export const namespace = resource<NomadClient>()({
  inputs,
  outputs: {},

  create: (given, context) => write(given, context),

  async update(_id, _state, given, context) {
    return (await write(given, context)).outputs;
  },

  async read(id, _state, { config: nomad, signal }) {
    try {
      const found = await nomad.json<ApiNamespace>({ path: `/namespace/${segment(id)}`, signal });
      return { outputs: outputsOf(found) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, context) {
    const { config: nomad, signal } = context;
    if (id === "default") {
      // It cannot be deleted, so it gets back what it had in the beginning.
      await write({ name: id, description: "Default shared namespace" }, context);
      return;
    }
    const remove = () => nomad.send({ method: "DELETE", path: `/namespace/${segment(id)}`, signal });
    await deleteWhenFree(`namespace "${id}"`, /has non-terminal (jobs|allocations)/, remove, signal);
  },
});

async function write(given: InputsOf<typeof inputs>, { config: nomad, signal }: Context<NomadClient>) {
  const { name = "", description = "", meta = {}, capabilities } = given;
  const body = {
    Name: name,
    Description: description,
    Meta: meta,
    ...(capabilities && {
      Capabilities: {
        EnabledTaskDrivers: capabilities.enabledTaskDrivers ?? [],
        DisabledTaskDrivers: capabilities.disabledTaskDrivers ?? [],
        EnabledNetworkModes: capabilities.enabledNetworkModes ?? [],
        DisabledNetworkModes: capabilities.disabledNetworkModes ?? [],
      },
    }),
  };
  const request = nomad.send({ method: "PUT", path: "/namespace", body, signal });
  await during(`error inserting namespace "${name}"`, request);
  const found = await nomad.json<ApiNamespace>({ path: `/namespace/${segment(name)}`, signal });
  return { id: name, outputs: outputsOf(found) };
}

function outputsOf({ Name, Description, Meta, Capabilities }: ApiNamespace): ValueMap {
  const outputs: ValueMap = { name: Name, description: Description, meta: Meta ?? {} };
  if (Capabilities) {
    outputs["capabilities"] = {
      enabledTaskDrivers: Capabilities.EnabledTaskDrivers ?? [],
      disabledTaskDrivers: Capabilities.DisabledTaskDrivers ?? [],
      enabledNetworkModes: Capabilities.EnabledNetworkModes ?? [],
      disabledNetworkModes: Capabilities.DisabledNetworkModes ?? [],
    };
  }
  return outputs;
}
