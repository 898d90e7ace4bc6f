import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

const schema: utilities.Schema<VariableArgs, VariableState> = {
  type: "nomad:index/variable:Variable",
  inputs: {
    items: "secret",
    itemsWo: "secret",
    itemsWoVersion: "optional",
    namespace: "optional",
    path: "required",
  },
  outputs: {},
};

/** A Nomad variable: key-value pairs, kept encrypted, that jobs can read. */
export class Variable extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The Variable that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: VariableState,
    opts?: pulumi.CustomResourceOptions,
  ): Variable {
    return new Variable(name, state as VariableArgs, { ...opts, id });
  }

  /** Whether a value is a Variable, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is Variable {
    return utilities.isInstance(obj, Variable.__pulumiType);
  }

  // What VariableArgs describes, as the provider holds it.
  declare readonly items: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly itemsWo: pulumi.Output<string | undefined>;
  declare readonly itemsWoVersion: pulumi.Output<number | undefined>;
  declare readonly namespace: pulumi.Output<string | undefined>;
  declare readonly path: pulumi.Output<string>;

  /** @throws Error where a required property is missing. */
  constructor(name: string, args: VariableArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a Variable is made from. */
export interface VariableArgs {
  /** The pairs; not together with `itemsWo`. Secret. */
  items?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** The pairs as a JSON object, written and never read back; needs `itemsWoVersion`. Secret. */
  itemsWo?: pulumi.Input<string>;
  /** Number to raise when `itemsWo` changes, since Nomad is not asked. */
  itemsWoVersion?: pulumi.Input<number>;
  /**
   * Namespace of the variable. A change replaces the variable.
   * @default "default"
   */
  namespace?: pulumi.Input<string>;
  /** Path of the variable, unique in its namespace. A change replaces the variable. */
  path: pulumi.Input<string>;
}

/** What a Variable can be found by: anything it is made from or reports. */
export type VariableState = Partial<VariableArgs>;
