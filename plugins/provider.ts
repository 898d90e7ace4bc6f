import { setMaxListeners } from "node:events";
import { type Difference, type Differences, differences } from "./diff";
import { type Naming, chosenInputs, fillIn, hasAutoName, inputsFromState, withoutInternal } from "./inputs";
import { type Failure, type Properties, failures } from "./schema";
import { type Change, type Context, InitializationFailed, type Resource, type StandIn } from "./stand-in";
import {
  type Plain,
  type PlainMap,
  UNKNOWN,
  type ValueMap,
  equal,
  hasSecret,
  hasUnknown,
  isMap,
  isSecret,
  mapValues,
  plainMap,
  secret,
  withSecretsOf,
} from "./value";

/** The resource that an operation is about. */
export interface Target {
  urn: string;
  type: string;
  name: string;
  timeoutSeconds?: number;
}

export interface Checked {
  inputs: ValueMap;
  failures: Failure[];
}

export interface DiffResult {
  differences: Differences;
  deleteBeforeReplace: boolean;
}

export interface State {
  id: string;
  outputs: ValueMap;
}

// What the engine itself reads from a provider's inputs.
const ENGINE_PROPERTIES = new Set(["version", "pluginDownloadURL", "pluginChecksums"]);

/** A stand-in's behaviour in Pulumi's terms, apart from how it travels. */
export class Provider<Config> {
  private config: Config | undefined;
  private readonly cancelled = new AbortController();

  constructor(private readonly standIn: StandIn<Config>) {
    // Every operation under way listens; there may be many.
    setMaxListeners(0, this.cancelled.signal);
  }

  checkConfig(news: ValueMap): Failure[] {
    return failures(this.standIn.name, this.standIn.config, this.configValues(news));
  }

  configure(values: ValueMap): void {
    this.config = this.standIn.configure(this.configValues(values));
  }

  /** Ends all waiting. */
  cancel(): void {
    this.cancelled.abort(new Error("cancelled"));
  }

  check(target: Target, olds: ValueMap, news: ValueMap, naming: Omit<Naming, "name">): Checked {
    const resource = this.resource(target);
    const given = withoutInternal(plainMap(news));
    const found = failures(this.standIn.name, resource.inputs, given);
    if (found.length > 0) return { inputs: news, failures: found };
    const named = { ...naming, name: target.name };
    const filled = fillIn(resource.inputs, plainMap(olds), given, named, this.standIn.comparison);
    const inputs = this.config === undefined ? filled : (resource.complete?.(filled, this.config) ?? filled);
    return { inputs: markedBy(resource.inputs, withSecretsOf(inputs, news)), failures: resource.check?.(inputs) ?? [] };
  }

  async diff(target: Target, id: string, state: ValueMap, oldInputs: ValueMap, news: ValueMap): Promise<DiffResult> {
    const resource = this.resource(target);
    const change = changeOf(id, state, oldInputs, news);
    const old = this.standIn.comparison === "state" ? change.state : change.oldInputs;
    let found = differences(resource.inputs, old, change.news, this.standIn.comparison);
    if (resource.diff) found = await resource.diff({ ...change, found }, this.context(target));
    if (!resource.update) found = mapValues(found, (difference): Difference => ({ ...difference, replaces: true }));
    return { differences: found, deleteBeforeReplace: keepsItsName(resource.inputs, change, plainMap(news)) };
  }

  async create(target: Target, news: ValueMap, preview: boolean): Promise<State> {
    const resource = this.resource(target);
    const inputs = withoutInternal(plainMap(news));
    const context = this.context(target);
    if (preview) {
      const unknown = mapValues(resource.outputs, () => UNKNOWN);
      const chosen = Object.entries(resource.inputs).filter(([, property]) => property.computed === true);
      const computed = Object.fromEntries(chosen.map(([key]) => [key, UNKNOWN]));
      const known = (await resource.previewCreate?.(inputs, context)) ?? {};
      return { id: "", outputs: finish(resource, news, { ...unknown, ...computed, ...inputs, ...known }) };
    }
    return completing(resource, news, inputs, () => resource.create(checked(inputs), context));
  }

  async update(
    target: Target,
    id: string,
    state: ValueMap,
    oldInputs: ValueMap,
    news: ValueMap,
    preview: boolean,
  ): Promise<ValueMap> {
    const resource = this.resource(target);
    const change = changeOf(id, state, oldInputs, news);
    const context = this.context(target);
    const kept = withoutKeys(change.state, Object.keys(resource.inputs), change.news, resource.inputs);
    if (preview) {
      const known = (await resource.previewUpdate?.(change, context)) ?? {};
      return finish(resource, news, { ...kept, ...change.news, ...known });
    }
    const updated = await completing(resource, news, { ...kept, ...change.news }, async () => {
      const outputs = await resource.update?.(id, change.state, checked(change.news), context);
      return { id, outputs: outputs ?? {} };
    });
    return updated.outputs;
  }

  /** The resource as it is and the inputs that describe it, or undefined when it is gone. */
  async read(
    target: Target,
    id: string,
    state: ValueMap,
    oldInputs: ValueMap,
  ): Promise<(State & { inputs: ValueMap }) | undefined> {
    const resource = this.resource(target);
    if (!resource.read) return { id, outputs: state, inputs: oldInputs };
    const known = withoutInternal(plainMap(state));
    const found = await resource.read(id, known, this.context(target));
    if (found === undefined) return undefined;
    const outputs = finish(resource, oldInputs, { ...known, ...found.outputs });
    const inputs = inputsFromState(resource.inputs, plainMap(oldInputs), plainMap(outputs));
    return { id: found.id ?? id, outputs, inputs: markedBy(resource.inputs, withSecretsOf(inputs, oldInputs)) };
  }

  async delete(target: Target, id: string, state: ValueMap): Promise<void> {
    await this.resource(target).delete?.(id, withoutInternal(plainMap(state)), this.context(target));
  }

  /** Calls a function; its result, or what is wrong with its inputs. */
  async invoke(token: string, args: ValueMap): Promise<{ result: ValueMap; failures: Failure[] }> {
    const { name, functions = {} } = this.standIn;
    const found = functions[token];
    if (!found) throw new Error(`the stand-in ${name} plugin does not implement the function ${token}`);
    const given = withoutInternal(plainMap(args));
    const wrong = failures(name, found.inputs, given);
    if (wrong.length > 0) return { result: {}, failures: wrong };
    const inputs = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
    const context = { config: this.configuration(), signal: this.cancelled.signal };
    return { result: await found.call(inputs, context), failures: [] };
  }

  private resource({ type }: Target): Resource<Config> {
    const resource = this.standIn.resources[type];
    if (resource) return resource;
    const known = Object.keys(this.standIn.resources).join(", ");
    throw new Error(`the stand-in ${this.standIn.name} plugin does not implement ${type}; it implements ${known}`);
  }

  private context({ urn, name, timeoutSeconds }: Target): Context<Config> {
    return { config: this.configuration(), urn, name, signal: this.cancelled.signal, timeoutSeconds };
  }

  private configuration(): Config {
    if (this.config === undefined) throw new Error(`the ${this.standIn.name} plugin is not configured yet`);
    return this.config;
  }

  // Values of other types than string travel as JSON, in a provider's inputs as in the stack's config.
  private configValues(values: ValueMap): PlainMap {
    const entries = Object.entries(withoutInternal(plainMap(values))).filter(([key]) => !ENGINE_PROPERTIES.has(key));
    return mapValues(Object.fromEntries(entries), (value, key) =>
      typeof value === "string" && this.standIn.config[key]?.type !== "string" ? parsed(value) : value,
    );
  }
}

function parsed(text: string): Plain {
  try {
    return JSON.parse(text) as Plain;
  } catch {
    return text;
  }
}

// The engine has passed the inputs through `check`, and outside previews there is nothing unknown.
function checked(inputs: PlainMap): PlainMap {
  if (hasUnknown(inputs)) throw new Error("an input is still unknown");
  return inputs;
}

function changeOf(id: string, state: ValueMap, oldInputs: ValueMap, news: ValueMap): Omit<Change, "found"> {
  return {
    id,
    state: withoutInternal(plainMap(state)),
    oldInputs: withoutInternal(plainMap(oldInputs)),
    news: withoutInternal(plainMap(news)),
  };
}

/** The state without the inputs that the program gives no more. */
function withoutKeys(state: PlainMap, keys: string[], news: PlainMap, inputs: Properties): PlainMap {
  const dropped = keys.filter((key) => news[key] === undefined && inputs[key]?.computed !== true);
  return Object.fromEntries(Object.entries(state).filter(([key]) => !dropped.includes(key)));
}

// Two of one name cannot be there at a time, so a replacement that keeps a name has to delete first. A name that the
// plugin chose does not count: the engine asks for a new one when it replaces.
function keepsItsName(schema: Properties, { state, news }: Omit<Change, "found">, inputs: PlainMap): boolean {
  const chosen = chosenInputs(inputs);
  return Object.entries(schema).some(
    ([key, property]) => hasAutoName(property) && !chosen.includes(key) && equal(state[key], news[key]),
  );
}

/** Runs a create or an update, and completes its outputs, also those of one that failed half-way. */
async function completing<Config>(
  resource: Resource<Config>,
  news: ValueMap,
  known: ValueMap,
  run: () => Promise<State>,
): Promise<State> {
  const complete = (outputs: ValueMap) => finish(resource, news, { ...known, ...outputs });
  try {
    const { id, outputs } = await run();
    return { id, outputs: complete(outputs) };
  } catch (error) {
    if (!(error instanceof InitializationFailed)) throw error;
    throw new InitializationFailed(error.message, error.id, complete(error.outputs));
  }
}

function finish<Config>(resource: Resource<Config>, inputs: ValueMap, outputs: ValueMap): ValueMap {
  const kept = Object.entries(outputs).filter(([key]) => resource.inputs[key]?.writeOnly !== true);
  return marked(resource, withSecretsOf(Object.fromEntries(kept), inputs), hasSecret(inputs));
}

/** Wraps what the schema says is secret, at any depth. */
function marked<Config>(resource: Resource<Config>, values: ValueMap, secretInputs: boolean): ValueMap {
  const outputs = mapValues(values, (value, key) => {
    const secrecy = resource.outputs[key];
    const hidden = secrecy === "secret" || (secrecy === "as inputs" && secretInputs);
    return hidden && !isSecret(value) ? secret(value) : value;
  });
  return markedBy(resource.inputs, outputs);
}

function markedBy(schema: Properties, values: ValueMap): ValueMap {
  return mapValues(values, (value, key) => {
    const property = schema[key];
    if (property === undefined || isSecret(value)) return value;
    if (property.secret === true) return secret(value);
    const { type } = property;
    return typeof type === "object" && "object" in type && isMap(value) ? markedBy(type.object, value) : value;
  });
}
