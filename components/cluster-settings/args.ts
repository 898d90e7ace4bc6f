import type * as pulumi from "@pulumi/pulumi";
import { type PropertyError, under } from "../checks";
import type { ClusterApis } from "../cluster-apis";
import type { SchedulerSettings } from "../nomad-cluster/scheduler";
import { schedulerErrors } from "../nomad-cluster/scheduler";
import { autopilotErrors, type AutopilotSettings } from "./autopilot";

/** Arguments of {@link ClusterSettings}. A change of any of them is written to the clusters. */
export interface ClusterSettingsArgs extends ClusterApis {
  /** The Consul cluster; a `ConsulCluster` is one. */
  consul: {
    /** Number of servers. */
    servers: number;
    /** Autopilot's settings, complete. */
    autopilot: AutopilotSettings;
  };
  /** The Nomad cluster; a `NomadCluster` is one. */
  nomad: {
    /** Number of servers. */
    servers: number;
    /** Autopilot's settings, complete. */
    autopilot: AutopilotSettings;
    /** The scheduler's settings, complete. */
    scheduler: SchedulerSettings;
  };
  /**
   * Versions of the SSM parameters that nodes have their secrets from, by the parameters' names, and the cluster that the nodes are of. A change
   * is brought to all nodes that run, and waited for. @default none: nodes find what is new within the hour
   */
  secrets?: { clusterName: string; versions: pulumi.Input<Record<string, pulumi.Input<number>>> } | undefined;
  /** Keys of gossip, base64, the first of which encrypts. @default none: those of the agents are left as they are */
  gossipKeys?: { consul?: pulumi.Input<string[]> | undefined; nomad?: pulumi.Input<string[]> | undefined } | undefined;
}

/** What is wrong with the arguments of {@link ClusterSettings}. */
export function clusterSettingsErrors({ consul, nomad }: ClusterSettingsArgs): PropertyError[] {
  return [
    ...under("consul", clusterErrors(consul)),
    ...under("nomad", [...clusterErrors(nomad), ...under("scheduler", schedulerErrors(nomad.scheduler))]),
  ];
}

function clusterErrors({ servers, autopilot }: ClusterSettingsArgs["consul"]): PropertyError[] {
  if (Number.isInteger(servers) && servers >= 1) return under("autopilot", autopilotErrors(autopilot, servers));
  return [{ propertyPath: "servers", reason: `must be a whole number of at least 1, got ${servers}` }];
}
