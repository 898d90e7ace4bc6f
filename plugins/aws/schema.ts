import type { Plain } from "../value";
import type { AutoName, Properties, Property, Type } from "../schema";

/**
 * A type in `schema.json`: `string`, `number`, `boolean`, `any`; `@ec2/LaunchTemplateMonitoring`, a nested type; behind
 * either `[]` for a list; `{T}` for a map; at the very end `!` where the property is required.
 */
export type CompactType = string;

/** Types by property name. */
export type Shape = Record<string, CompactType>;

/** What the installed @pulumi/aws says about resources and functions, by token. */
export interface Schema {
  /** Of @pulumi/aws, and of the plugin that it asks for. */
  version: string;
  resources: Record<string, { inputs: Shape; outputs: string[] }>;
  functions: Record<string, Shape>;
  types: Record<string, Shape>;
}

/**
 * What @pulumi/aws's types do not say about a resource; lists of names are written with spaces between them. Read off
 * terraform-provider-aws's schemas: ForceNew, Optional with Computed, Default.
 */
export interface Facts {
  /** The inputs whose change replaces the resource. */
  replaces?: string;
  /** The inputs that AWS chooses when the program does not, which is then no difference. */
  computed?: string;
  defaults?: Readonly<Record<string, Plain>>;
  /** The inputs that are secret whatever the program says. */
  secret?: string;
  /** The inputs that are never stored. */
  writeOnly?: string;
  /** The input that gets an automatic name, and how. @default `name`, at most 255 characters, where it is optional */
  autoName?: AutoName & { property?: string };
}

// Lists whose order counts, at any depth; all others are sets, as they are in terraform-provider-aws.
const ORDERED = new Set([
  "actions",
  "blockDeviceMappings",
  "checkpointPercentages",
  "defaultActions",
  "instanceTypes",
  "metricQueries",
  "networkInterfaces",
  "overrides",
  "rules",
  "tagSpecifications",
  "terminationPolicies",
  "thumbprintLists",
  "transitions",
]);

const NAME_LENGTH = 255;

/** Turns compact types into the schemas that the stand-in's machinery compares and checks by. */
export class SchemaReader {
  private readonly nested = new Map<string, Properties>();

  constructor(private readonly types: Record<string, Shape>) {}

  /** The properties of a shape without further facts. */
  properties(shape: Shape): Properties {
    return mapShape(shape, (key, compact) => this.property(key, compact));
  }

  /** The inputs of a resource. */
  inputs(shape: Shape, facts: Facts): Properties {
    const replaces = names(facts.replaces);
    const computed = names(facts.computed);
    const secret = names(facts.secret);
    const writeOnly = names(facts.writeOnly);
    const { property: named = "name", ...autoName } = facts.autoName ?? {};
    return mapShape(shape, (key, compact): Property => {
      const property = this.property(key, compact);
      const fallback = facts.defaults?.[key];
      return {
        ...property,
        replaces: replaces.has(key) || key === "region",
        computed: computed.has(key) || key === "region",
        secret: secret.has(key),
        writeOnly: writeOnly.has(key),
        ...(fallback === undefined ? {} : { default: fallback }),
        ...(key === named && property.required !== true
          ? { autoName: { maxLength: NAME_LENGTH, unless: `${named}Prefix`, ...autoName } }
          : {}),
      };
    });
  }

  private property(key: string, compact: CompactType): Property {
    const required = compact.endsWith("!");
    return { type: this.type(key, required ? compact.slice(0, -1) : compact), required };
  }

  private type(key: string, compact: CompactType): Type {
    if (compact.endsWith("[]")) {
      const element = this.type("", compact.slice(0, -2));
      return ORDERED.has(key) ? { list: element } : { set: element };
    }
    if (compact.startsWith("{")) return { map: this.type("", compact.slice(1, -1)) };
    if (compact.startsWith("@")) return { object: this.object(compact.slice(1)) };
    if (compact === "string" || compact === "number" || compact === "boolean" || compact === "any") return compact;
    throw new Error(`"${compact}" is no type`);
  }

  private object(name: string): Properties {
    const known = this.nested.get(name);
    if (known) return known;
    const properties: Record<string, Property> = {};
    // Before its members, since a type may hold itself.
    this.nested.set(name, properties);
    Object.assign(properties, this.properties(this.types[name] ?? {}));
    return properties;
  }
}

function mapShape(shape: Shape, make: (key: string, compact: CompactType) => Property): Properties {
  return Object.fromEntries(Object.entries(shape).map(([key, compact]) => [key, make(key, compact)]));
}

function names(text = ""): Set<string> {
  return new Set(text.split(" ").filter((name) => name !== ""));
}
