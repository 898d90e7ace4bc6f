import { type Differences, differences } from "../diff";
import type { Properties } from "../schema";
import type { Context, Resource } from "../stand-in";
import { type PlainMap, UNKNOWN, type ValueMap, isMap, plainMap } from "../value";
import type { Behaviour } from "./behaviour/behaviour";
import { behaviours } from "./behaviour";
import { type Cloud, siteOf } from "./cloud";
import { refuseInUse } from "./dependents";
import { facts } from "./facts";
import { type Schema, SchemaReader } from "./schema";

/** The resources of the table, each with its behaviour, by token. */
export function resources({ resources: shapes, types }: Schema): Readonly<Record<string, Resource<Cloud>>> {
  const reader = new SchemaReader(types);
  const made = Object.entries(facts).map(([token, known]): [string, Resource<Cloud>] => {
    const shape = shapes[token];
    const behaviour = behaviours[token];
    if (!shape || !behaviour) throw new Error(`${token} is not in the table: generate it anew`);
    return [token, resource(token, reader.inputs(shape.inputs, known), shape.outputs, behaviour)];
  });
  return Object.fromEntries(made);
}

function resource(token: string, inputs: Properties, computed: string[], behaviour: Behaviour): Resource<Cloud> {
  const tagged = inputs["tags"] !== undefined && computed.includes("tagsAll");
  const regional = inputs["region"] !== undefined;

  /** The outputs of the resource as it now is, and its entry in the account. */
  function settle(id: string, given: PlainMap, former: PlainMap, cloud: Cloud): ValueMap {
    const site = siteOf(cloud, given);
    const made: ValueMap = {
      ...(regional ? { region: site.region } : {}),
      ...(tagged ? { tagsAll: given["tags"] ?? {} } : {}),
      ...behaviour.outputs?.(id, given, site, former),
    };
    const outputs = Object.fromEntries(Object.entries(made).filter(([key]) => (given[key] ?? null) === null));
    const before = cloud.account.get(token, id);
    const entry = { type: token, id, values: { ...given, ...plainMap(outputs) }, kept: before?.kept ?? {} };
    cloud.account.put({ ...entry, kept: { ...entry.kept, ...behaviour.keep?.(entry, site) } });
    return outputs;
  }

  return {
    inputs,
    outputs: Object.fromEntries(computed.map((output) => [output, "plain" as const])),
    check: (given) => behaviour.check?.(given) ?? [],

    complete: (given, { defaultTags }) => {
      const tags = given["tags"];
      if (!tagged || Object.keys(defaultTags).length === 0 || (tags !== undefined && !isMap(tags))) return given;
      return { ...given, tags: { ...defaultTags, ...tags } };
    },

    diff: ({ found, ...change }): Promise<Differences> =>
      Promise.resolve(behaviour.diff?.({ found, ...change }) ?? found),

    previewCreate: (given, { config }) => {
      const known: ValueMap = tagged ? { tagsAll: given["tags"] ?? {} } : {};
      return Promise.resolve(regional ? { region: siteOf(config, given).region, ...known } : known);
    },

    previewUpdate: ({ state, news }) => {
      const changed = Object.keys(differences(inputs, state, news, "state")).map((path) => path.split(/[.[]/)[0] ?? "");
      const unknown = changed.length === 0 ? [] : (behaviour.unknownAfter?.(changed) ?? []);
      return Promise.resolve({
        ...(tagged ? { tagsAll: news["tags"] ?? {} } : {}),
        ...Object.fromEntries(unknown.map((output) => [output, UNKNOWN])),
      });
    },

    create: (given, { config: cloud }) =>
      answer(() => {
        const site = siteOf(cloud, given);
        behaviour.allow?.(given, site);
        const id = behaviour.id(given, site);
        if (cloud.account.get(token, id))
          throw new Error(`a ${token} with the ID ${id} exists already (EntityAlreadyExists)`);
        return { id, outputs: settle(id, given, {}, cloud) };
      }),

    read: (id, state, { config: { account } }: Context<Cloud>) =>
      answer(() => {
        const entry = account.get(token, id);
        if (entry) return { outputs: entry.values };
        return account.lasts ? undefined : { outputs: state };
      }),

    update: (id, state, given, { config: cloud }) =>
      answer(() => {
        if (cloud.account.lasts && !cloud.account.get(token, id)) {
          throw new Error(`${token} ${id} does not exist: it was deleted behind Pulumi's back; run pulumi refresh`);
        }
        behaviour.allow?.(given, siteOf(cloud, given), id);
        return settle(id, given, state, cloud);
      }),

    delete: (id, _state, { config: { account } }) =>
      answer(() => {
        refuseInUse(account, token, id);
        account.remove(token, id);
        behaviour.remove?.(id, account);
      }),
  };
}

// The account is asked without waiting; what it throws is a rejection, as the machinery expects.
function answer<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(run());
  });
}
