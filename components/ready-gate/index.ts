import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { apiEnvironment } from "../cluster-apis";
import { outlastRequests } from "../outlast";
import { refuse } from "../refuse";
import { ReadyGateArgs, readyGateErrors } from "./args";

export { ReadyGateArgs } from "./args";

/**
 * A resource that exists once a cluster can take jobs: Consul and Nomad each have a leader and all their servers as
 * healthy voters, and every node pool has its clients ready. Let jobs depend on it.
 *
 * It waits when it is created. When it is updated, a cluster that still has its leaders passes with a warning about what
 * is missing, so that an urgent change of a job gets through to a degraded cluster. Where it gives up, it says what is
 * missing.
 *
 * It runs `gate.mjs` by the package's name, with the `node` on the PATH of the machine that runs Pulumi, so that nothing
 * in it differs between a laptop and CI.
 */
export class ReadyGate extends pulumi.ComponentResource {
  /** The warning of a cluster that passed degraded, otherwise an empty string. */
  readonly warning: pulumi.Output<string>;

  constructor(name: string, args: ReadyGateArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ReadyGate", readyGateErrors(args));
    super("cos:index:ReadyGate", name, {}, opts);

    const { timeoutSeconds = 600 } = args;
    // What it waits for itself, and as much again for what comes after it.
    outlastRequests(2 * timeoutSeconds);

    const environment = {
      ...apiEnvironment(args),
      COS_GATE: JSON.stringify({
        consulServers: args.consulServers,
        nomadServers: args.nomadServers,
        // In one order, each once: the gate runs again when this text changes, and another order of pools is no change.
        nodePools: [...new Set(args.nodePools)].sort(),
        ...(args.minClients && { minClients: sorted(args.minClients) }),
        timeoutSeconds,
      }),
    };
    const gate = new local.Command(
      `${name}-gate`,
      {
        interpreter: ["node", "--input-type=module", "--eval"],
        create: 'import { main } from "pulumi-cos/ready-gate"; await main("strict");',
        update: 'import { main } from "pulumi-cos/ready-gate"; await main("tolerant");',
        environment,
      },
      { parent: this },
    );

    this.warning = gate.stdout;
    this.registerOutputs({ warning: this.warning });
  }
}

const sorted = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1)));
