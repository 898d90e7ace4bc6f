import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "../checks";
import type { Tags } from "../security-group";

/** A cluster whose servers look for a record of it. `ConsulCluster` and `NomadCluster` satisfy it. */
export interface RecordedCluster {
  /** Name of the SSM parameter. A change replaces it. */
  formedParameter: pulumi.Input<string>;
}

/** Arguments of {@link ClusterRecord}: the clusters that have formed, at least one. */
export interface ClusterRecordArgs {
  /** A Consul cluster. @default none */
  consul?: RecordedCluster | undefined;
  /** A Nomad cluster. @default none */
  nomad?: RecordedCluster | undefined;
  /** Tags of the parameters. @default {} */
  tags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: { parameter?: Partial<aws.ssm.ParameterArgs> | undefined } | undefined;
}

/** What is wrong with a record's plain arguments. */
export function clusterRecordErrors({ consul, nomad }: ClusterRecordArgs): PropertyError[] {
  if (consul ?? nomad) return [];
  return [{ propertyPath: "consul", reason: "must be given, or nomad: there is nothing to record" }];
}
