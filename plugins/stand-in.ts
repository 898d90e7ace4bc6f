import type { Comparison, Differences } from "./diff";
import type { Failure, InputsOf, Properties } from "./schema";
import type { PlainMap, ValueMap } from "./value";

/** What every operation of a resource gets besides its values. */
export interface Context<Config> {
  /** What the stand-in's `configure` returned. */
  config: Config;
  urn: string;
  /** The resource's name in the program. */
  name: string;
  /** Aborted when the user cancels: waits must end at once. */
  signal: AbortSignal;
  /** The resource's `customTimeouts` for this operation, if any. */
  timeoutSeconds: number | undefined;
}

/** Whether an output is a secret: never, always, or when any of the inputs is one. */
export type Secrecy = "plain" | "secret" | "as inputs";

/** A change that the engine asks about. Values may be unknown in `news`. */
export interface Change {
  id: string;
  /** The outputs in the state. */
  state: PlainMap;
  oldInputs: PlainMap;
  news: PlainMap;
  /** What comparing by the schema found; a resource's own `diff` adds to it or takes away from it. */
  found: Differences;
}

/**
 * A resource as the stand-in implements it. Outputs are the inputs and whatever the operation returns on top of them;
 * a part that is secret in the inputs, or whose schema says so, is secret in the outputs too, and an operation may
 * return more `Secret`s. Errors thrown reach the user as their message.
 */
export interface Resource<Config, Inputs = PlainMap> {
  inputs: Properties;
  /** The outputs that are not inputs, unknown in the preview of a create. */
  outputs: Readonly<Record<string, Secrecy>>;
  /** Completes the program's inputs from the provider's configuration; values may be unknown. By default nothing. */
  complete?(inputs: PlainMap, config: Config): PlainMap;
  /** What the schema cannot say is wrong with the inputs; values may be unknown. */
  check?(inputs: PlainMap): Failure[];
  /** The differences, where comparing by the schema is not enough. An error thrown fails the preview. */
  diff?(change: Change, context: Context<Config>): Promise<Differences>;
  /** The outputs of a create that are known beforehand; values may be unknown. By default none but the inputs. */
  previewCreate?(inputs: PlainMap, context: Context<Config>): Promise<ValueMap>;
  /** The outputs of an update as far as they are known beforehand. By default those in the state. */
  previewUpdate?(change: Omit<Change, "found">, context: Context<Config>): Promise<ValueMap>;
  create(inputs: Inputs, context: Context<Config>): Promise<{ id: string; outputs: ValueMap }>;
  /**
   * The resource as it is, or undefined when it is gone. `state` is empty when it is imported. Without `read` a refresh
   * changes nothing.
   */
  read?(id: string, state: PlainMap, context: Context<Config>): Promise<{ id?: string; outputs: ValueMap } | undefined>;
  /** Without `update`, every change replaces the resource. */
  update?(id: string, state: PlainMap, inputs: Inputs, context: Context<Config>): Promise<ValueMap>;
  /** Without `delete`, the resource just leaves the state. */
  delete?(id: string, state: PlainMap, context: Context<Config>): Promise<void>;
}

/** Declares a resource whose operations get inputs of the types that its schema says. */
export function resource<Config>() {
  return <const P extends Properties>(definition: Resource<Config, InputsOf<P>> & { inputs: P }): Resource<Config> =>
    definition;
}

/** A function that programs call, such as `aws:index/getRegion:getRegion`. */
export interface ProviderFunction<Config> {
  inputs: Properties;
  /** The function's result. An error thrown reaches the user as its message. */
  call(inputs: PlainMap, context: Pick<Context<Config>, "config" | "signal">): Promise<ValueMap>;
}

/** A stand-in for a provider plugin. */
export interface StandIn<Config> {
  /** The plugin's name, as in `pulumi-resource-NAME`. */
  name: string;
  /** The version of the real plugin whose behaviour it has. */
  version: string;
  comparison: Comparison;
  /** The provider's own inputs (`pulumi:providers:NAME`). */
  config: Properties;
  /** Makes the configuration that operations get. It should not connect anywhere: that is for the operations. */
  configure(config: PlainMap): Config;
  /** By token, e.g. `nomad:index/job:Job`. */
  resources: Readonly<Record<string, Resource<Config>>>;
  /** By token, e.g. `aws:index/getRegion:getRegion`. @default none */
  functions?: Readonly<Record<string, ProviderFunction<Config>>>;
}

/**
 * The operation failed, but the resource exists: it stays in the state with these outputs, and the next `up` updates
 * it.
 */
export class InitializationFailed extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: ValueMap,
  ) {
    super(message);
  }
}
