import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const schema: utilities.Schema<NamespaceArgs, NamespaceState> = {
  type: "nomad:index/namespace:Namespace",
  inputs: {
    capabilities: "optional",
    consulConfig: "optional",
    description: "optional",
    meta: "optional",
    name: "optional",
    nodePoolConfig: "optional",
    quota: "optional",
    vaultConfig: "optional",
  },
  outputs: {},
};

/** A namespace: jobs, variables and volumes that are kept apart from others. */
export class Namespace extends pulumi.CustomResource {
  /** @internal */
  private static readonly __pulumiType = schema.type;

  /** The Namespace that exists under an id, read rather than made; `state` is what is known of it already. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: NamespaceState,
    opts?: pulumi.CustomResourceOptions,
  ): Namespace {
    return new Namespace(name, state, { ...opts, id });
  }

  /** Whether a value is a Namespace, of this or another copy of the package. */
  static override isInstance(obj: unknown): obj is Namespace {
    return utilities.isInstance(obj, Namespace.__pulumiType);
  }

  // What NamespaceArgs describes, as the provider holds it.
  declare readonly capabilities: pulumi.Output<outputs.NamespaceCapabilities | undefined>;
  declare readonly consulConfig: pulumi.Output<outputs.NamespaceConsulConfig>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly meta: pulumi.Output<{ [key: string]: string } | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly nodePoolConfig: pulumi.Output<outputs.NamespaceNodePoolConfig>;
  declare readonly quota: pulumi.Output<string | undefined>;
  declare readonly vaultConfig: pulumi.Output<outputs.NamespaceVaultConfig>;

  constructor(name: string, args?: NamespaceArgs, opts?: pulumi.CustomResourceOptions) {
    super(schema.type, name, utilities.properties(schema, args, opts), utilities.options(schema, opts));
  }
}

/** What a Namespace is made from. */
export interface NamespaceArgs {
  /** Task drivers and network modes that jobs may use. */
  capabilities?: pulumi.Input<inputs.NamespaceCapabilities>;
  /** Consul clusters that jobs may use (Nomad Enterprise). */
  consulConfig?: pulumi.Input<inputs.NamespaceConsulConfig>;
  /** Text for people. */
  description?: pulumi.Input<string>;
  /** Free key-value pairs. */
  meta?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Name of the namespace. A change replaces the namespace. */
  name?: pulumi.Input<string>;
  /** Node pools that jobs may use (Nomad Enterprise). */
  nodePoolConfig?: pulumi.Input<inputs.NamespaceNodePoolConfig>;
  /** Name of the resource quota that holds for the namespace (Nomad Enterprise). */
  quota?: pulumi.Input<string>;
  /** Vault clusters that jobs may use (Nomad Enterprise). */
  vaultConfig?: pulumi.Input<inputs.NamespaceVaultConfig>;
}

/** What a Namespace can be found by: anything it is made from or reports. */
export type NamespaceState = Partial<NamespaceArgs>;
