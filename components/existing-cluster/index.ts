import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { ReadyGate, type ReadyGateArgs } from "../ready-gate";
import { readyGateErrors } from "../ready-gate/args";
import { refuse } from "../refuse";

/** Arguments of {@link ExistingCluster}. */
export type ExistingClusterArgs = ReadyGateArgs;

/** A cluster that is there already, ready for jobs: in the place of a `Cos`, for its jobs alone. */
export class ExistingCluster extends pulumi.ComponentResource {
  /** URL of the Consul API. */
  readonly consulAddress: pulumi.Output<string>;
  /** URL of the Nomad API. */
  readonly nomadAddress: pulumi.Output<string>;
  /** Certificates of the authorities of the APIs, where they have their own. */
  readonly caPem: pulumi.Output<string> | undefined;
  /** The warning of a cluster that is ready but degraded, otherwise an empty string. */
  readonly warning: pulumi.Output<string>;
  /** Options for what runs on the cluster: its Nomad provider, after the cluster is ready. */
  readonly forJobs: pulumi.ComponentResourceOptions;
  /** Whoever uses it has tokens of his own. */
  readonly access = undefined;
  /** Nothing more is known of it than its addresses. */
  readonly outputs = undefined;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ExistingCluster", readyGateErrors(args));
    super("cos:index:ExistingCluster", name, {}, opts);

    const gate = new ReadyGate(`${name}-ready`, args, { parent: this });
    const provider = new nomad.Provider(
      `${name}-nomad-api`,
      { address: args.nomadAddress, caPem: args.caPem, secretId: args.tokens?.nomad },
      { parent: this },
    );

    this.consulAddress = pulumi.output(args.consulAddress);
    this.nomadAddress = pulumi.output(args.nomadAddress);
    this.caPem = args.caPem === undefined ? undefined : pulumi.output(args.caPem);
    this.warning = gate.warning;
    this.forJobs = { providers: { nomad: provider }, dependsOn: gate };
    this.registerOutputs({
      consulAddress: this.consulAddress,
      nomadAddress: this.nomadAddress,
      warning: this.warning,
    });
  }
}
