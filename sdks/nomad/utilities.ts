import * as pulumi from "@pulumi/pulumi";
import { version } from "./package.json";

export { version };

/** Names of the properties that `Args` may not leave out. */
type RequiredKey<Args> = {
  [Key in keyof Args]-?: Partial<Pick<Args, Key>> extends Pick<Args, Key> ? never : Key;
}[keyof Args];

/** What a resource is registered with; the compiler checks it against the resource's interfaces. */
export interface Schema<Args, State> {
  /** Type token of the resource. */
  type: string;
  /** Every property that a program may set. */
  inputs: Record<RequiredKey<Args>, "required"> & Record<Exclude<keyof Args, RequiredKey<Args>>, "optional" | "secret">;
  /** Every property that only the provider sets. */
  outputs: Record<Exclude<keyof State, keyof Args>, "plain" | "secret">;
}

/** A schema of any resource. */
interface AnySchema {
  inputs: Record<string, "optional" | "required" | "secret">;
  outputs: Record<string, "plain" | "secret">;
}

/**
 * The properties to register a resource with: of a new one what the program gave, of one that exists (`opts.id`) what
 * is known of it. The provider's own properties are named without a value, so that they become outputs.
 *
 * @throws Error where a new resource lacks a required property.
 */
export function properties(
  schema: AnySchema,
  args: object | undefined,
  opts: pulumi.CustomResourceOptions = {},
): Record<string, unknown> {
  const given: Record<string, unknown> = { ...args };
  const registered: Record<string, unknown> = {};
  for (const name of Object.keys(schema.outputs)) {
    registered[name] = opts.id ? given[name] : undefined;
  }
  for (const [name, kind] of Object.entries(schema.inputs)) {
    // A resource that is only referred to (`opts.urn`) comes without arguments.
    if (kind === "required" && given[name] === undefined && !opts.id && !opts.urn) {
      throw new Error(`Missing required property '${name}'`);
    }
    registered[name] = kind === "secret" && !opts.id ? secret(given[name]) : given[name];
  }
  return registered;
}

/** The options to register a resource with: what the program gave, and what {@link withDefaults} adds. */
export function options(schema: AnySchema, opts?: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const kinds = Object.entries({ ...schema.inputs, ...schema.outputs });
  return withDefaults(
    kinds.filter(([, kind]) => kind === "secret").map(([name]) => name),
    opts,
  );
}

/** Options with the version that the engine picks the plugin by, and the outputs that are always secret. */
export function withDefaults(secrets: string[], opts?: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const merged = pulumi.mergeOptions({ version }, opts);
  return secrets.length === 0 ? merged : pulumi.mergeOptions(merged, { additionalSecretOutputs: secrets });
}

/** A value as a secret; nothing stays nothing. */
export function secret(value: unknown): pulumi.Output<unknown> | undefined {
  return value ? pulumi.secret(value) : undefined;
}

/** Whether a value is a resource of a type, of this or another copy of the package. */
export function isInstance(value: unknown, type: string): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, "__pulumiType") === type;
}
