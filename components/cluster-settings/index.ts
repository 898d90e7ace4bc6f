import { local } from "@pulumi/command";
import * as consul from "@pulumi/consul";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";
import { apiEnvironment } from "../cluster-apis";
import { preemptionConfig } from "../nomad-cluster/scheduler";
import { refuse } from "../refuse";
import { type ClusterSettingsArgs, clusterSettingsErrors } from "./args";
import type { AutopilotSettings } from "./autopilot";

export { type ClusterSettingsArgs, clusterSettingsErrors } from "./args";
export type { AutopilotArgs, AutopilotSettings } from "./autopilot";

/**
 * The settings that Consul and Nomad hold in their own state, and read from their files only when they are made: autopilot's
 * of both, Nomad's scheduler's, and the keys of gossip, which agents read when they start; and what nodes are to know of new secrets. Give it providers of the clusters in `opts.providers`, and make it depend on a
 * `ReadyGate`.
 *
 * Nomad's autopilot has no resource in any provider, and the one of Consul does not know `MinQuorum`, which each of its
 * updates sets back to 0. So a command writes them, after it, whenever anything of it changes: with the `node` on the PATH of
 * the machine that runs Pulumi, and with the tokens in its `CONSUL_HTTP_TOKEN` and `NOMAD_TOKEN`. It changes only what
 * differs. (After an update that does nothing but mend what somebody has changed in Consul by hand, `MinQuorum` is 0 until
 * the next change; `pulumi up --replace` of the command sets it again.)
 *
 * With `opts.deletedWith`, a destruction of that resource leaves the settings alone: they go with the cluster, which may be
 * out of reach.
 */
export class ClusterSettings extends pulumi.ComponentResource {
  /** What the last run of the command has changed, a line each; empty where nothing had to. */
  readonly changes: pulumi.Output<string>;
  /** The scheduler's settings: what jobs have to come after. */
  readonly scheduler: nomad.SchedulerConfig;

  constructor(name: string, args: ClusterSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("ClusterSettings", clusterSettingsErrors(args));
    super("cos:index:ClusterSettings", name, {}, opts);

    const child = { parent: this, deletedWith: opts?.deletedWith };
    const { autopilot } = args.consul;
    const program = (key: "autopilot" | "gossip" | "secrets", variable: string, value: pulumi.Input<string>) => ({
      interpreter: ["node", "--input-type=module", "--eval"],
      create: run(key),
      environment: { ...apiEnvironment(args), [variable]: value },
    });
    // Among them may be certificates by which the providers know the APIs.
    const afterSecrets = { ...child, dependsOn: [] as pulumi.Resource[] };
    if (args.secrets) {
      const { clusterName: cluster, versions } = args.secrets;
      const wanted = program("secrets", "COS_SECRETS", pulumi.jsonStringify({ consul: { cluster, versions } }));
      // Nodes that have just booted have them.
      const [create, update] = [run("secrets", "{ waits: false }"), run("secrets", "{ waits: true }")];
      afterSecrets.dependsOn.push(new local.Command(`${name}-secrets`, { ...wanted, create, update }, child));
    }
    const consulAutopilot = new consul.AutopilotConfig(
      `${name}-consul-autopilot`,
      {
        cleanupDeadServers: autopilot.cleanupDeadServers,
        lastContactThreshold: autopilot.lastContactThreshold,
        maxTrailingLogs: autopilot.maxTrailingLogs,
        serverStabilizationTime: autopilot.serverStabilizationTime,
      },
      afterSecrets,
    );
    this.scheduler = new nomad.SchedulerConfig(
      `${name}-scheduler`,
      {
        schedulerAlgorithm: args.nomad.scheduler.algorithm,
        memoryOversubscriptionEnabled: args.nomad.scheduler.memoryOversubscription,
        preemptionConfig: preemptionConfig(args.nomad.scheduler),
      },
      afterSecrets,
    );
    const both = { consul: apiSettings(autopilot), nomad: apiSettings(args.nomad.autopilot) };
    const command = new local.Command(
      `${name}-autopilot`,
      program("autopilot", "COS_AUTOPILOT", JSON.stringify(both)),
      { ...child, dependsOn: [consulAutopilot] },
    );
    if (args.gossipKeys) {
      const keys = pulumi.secret(pulumi.jsonStringify(args.gossipKeys));
      new local.Command(`${name}-gossip`, program("gossip", "COS_GOSSIP", keys), child);
    }

    this.changes = command.stdout;
    this.registerOutputs({ changes: this.changes });
  }
}

const run = (key: string, options = "") => `import { main } from "pulumi-cos/${key}"; await main(${options});`;

/** Autopilot's settings by the names that the APIs of both products have. */
function apiSettings(settings: AutopilotSettings) {
  return {
    CleanupDeadServers: settings.cleanupDeadServers,
    LastContactThreshold: settings.lastContactThreshold,
    MaxTrailingLogs: settings.maxTrailingLogs,
    MinQuorum: settings.minQuorum,
    ServerStabilizationTime: settings.serverStabilizationTime,
  };
}
