import type { Failure, InputsOf, Properties } from "../schema";
import { type Context, resource } from "../stand-in";
import type { ValueMap } from "../value";
import { during, isNotFound } from "../http-client";
import type { NomadClient } from "./client";

interface ApiVariable {
  Items: Record<string, string> | null;
}

const inputs = {
  path: { type: "string", required: true, replaces: true },
  namespace: { type: "string", default: "default", replaces: true },
  items: { type: { map: "string" }, secret: true },
  itemsWo: { type: "string", secret: true, writeOnly: true },
  itemsWoVersion: { type: "integer" },
} as const satisfies Properties;

/** A Nomad variable; whoever writes last wins, without check-and-set, as with the real plugin. */
export const variable = resource<NomadClient>()({
  inputs,
  outputs: {},

  check({ path, items, itemsWo, itemsWoVersion }) {
    const found: Failure[] = [];
    const add = (property: string, reason: string) => found.push({ property, reason });
    if (typeof path === "string") {
      const wrong = wrongPath(path);
      if (wrong !== undefined) add("path", `path "${path}" ${wrong}`);
    }
    if ((items === undefined) === (itemsWo === undefined)) add("items", `give exactly one of "items" and "itemsWo"`);
    if ((itemsWo === undefined) !== (itemsWoVersion === undefined)) {
      add("itemsWoVersion", `"itemsWo" and "itemsWoVersion" go together`);
    }
    if (typeof itemsWoVersion === "number" && itemsWoVersion < 1) {
      add("itemsWoVersion", `"itemsWoVersion" must be at least 1, but is ${itemsWoVersion}`);
    }
    if (typeof itemsWo === "string" && !isStringMap(itemsWo)) {
      add("itemsWo", `"itemsWo" must be a JSON object of strings`);
    }
    return found;
  },

  create: (given, context) => write(given, context),

  async update(_id, _state, given, context) {
    return (await write(given, context)).outputs;
  },

  async read(id, state, { config: nomad, signal }) {
    const { path, namespace } = parsedId(id);
    try {
      const { Items } = await nomad.json<ApiVariable>({ path: `/var/${path}`, query: { namespace }, signal });
      const hidden = typeof state["itemsWoVersion"] === "number";
      return { outputs: { path, namespace, ...(hidden ? {} : { items: Items ?? {} }) } };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, { config: nomad, signal }) {
    const { path, namespace } = parsedId(id);
    const request = nomad.send({ method: "DELETE", path: `/var/${path}`, query: { namespace }, signal });
    await during(`error deleting variable ${id}`, request);
  },
});

function parsedId(id: string): { path: string; namespace: string } {
  const [, path, namespace] = /^(.+)@([^@]+)$/.exec(id) ?? [];
  if (path !== undefined && namespace !== undefined) return { path, namespace };
  throw new Error(`the ID of a variable is <path>@<namespace>, but this one is "${id}"`);
}

async function write(given: InputsOf<typeof inputs>, { config: nomad, signal }: Context<NomadClient>) {
  const { path, namespace } = given;
  const id = `${path}@${namespace}`;
  const items = given.items ?? (JSON.parse(given.itemsWo ?? "{}") as Record<string, string>);
  const body = { Namespace: namespace, Path: path, Items: items };
  const request = nomad.send({ method: "PUT", path: `/var/${path}`, query: { namespace }, body, signal });
  await during(`error creating variable ${id}`, request);
  const outputs: ValueMap = given.items === undefined ? {} : { items: given.items };
  return { id, outputs };
}

/** What is wrong with a variable's path, if anything, by Nomad's rules. */
function wrongPath(path: string): string | undefined {
  if (path.length > 128) return `is longer than 128 characters (${path.length})`;
  if (!/^[a-zA-Z0-9-_~/]+$/.test(path)) return "may hold letters, digits and - _ ~ / only";
  const [first, second, ...rest] = path.split("/");
  if (first !== "nomad" || second === "jobs") return undefined;
  if (second === undefined) return "is reserved";
  if (second !== "job-templates")
    return 'is reserved: under "nomad/" only "nomad/jobs" and "nomad/job-templates" may be used';
  return rest.length === 1 ? undefined : 'is reserved: use one name below "nomad/job-templates/"';
}

function isStringMap(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return (
      typeof value === "object" && value !== null && Object.values(value).every((item) => typeof item === "string")
    );
  } catch {
    return false;
  }
}
