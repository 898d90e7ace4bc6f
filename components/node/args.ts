import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Architecture } from "../instance-type";
import type { Tags } from "../security-group";
import type { HealthOptions } from "./health";
import type { LifecycleOptions } from "./lifecycle";
import type { Mountable } from "./mounts";
import type { NodeSecret } from "./parameters";
import type { PolicyStatement } from "./policy";
import type { SpotOptions } from "./instances";
import type { RefreshOptions } from "./refresh";
import type { VolumeOptions } from "./volumes";

export type { FileSystemMount, InstanceStorage, Mount, Mountable } from "./mounts";
export type { FileOwner, NodeSecret } from "./parameters";
export type { HealthOptions } from "./health";
export type { LifecycleOptions } from "./lifecycle";
export type { PolicyStatement } from "./policy";
export type { RefreshOptions } from "./refresh";
export type { SpotOptions, SpotStrategy } from "./instances";
export type { DataVolume, VolumeOptions, VolumeType } from "./volumes";
export { instanceTypeErrors, nodeGroupErrors, nodeOptionsErrors, nodesErrors } from "./checks";

/** What a node is in its cluster. */
export type NodeRole = "consul-server" | "nomad-server" | "client";

/** The machine image that nodes boot from. `MachineImage` satisfies it. */
export interface ImageRef {
  /** ID of the AMI. A change makes a new launch template; running nodes keep theirs. */
  id: pulumi.Input<string>;
  /** Architecture of the AMI, against which instance types are checked. @default not checked, but all types must have the same */
  architecture?: Architecture | undefined;
  /**
   * Device name of the AMI's root volume (`RootDeviceName`). With a wrong one, nodes get another volume beside it, and the root's
   * is as the AMI says, perhaps not encrypted. @default "/dev/xvda", as Debian's and Amazon's images have it
   */
  rootDevice?: string | undefined;
}

/**
 * What may be said of any group of nodes: servers of Consul and of Nomad, and pools of clients. A change of any of it, but for
 * tags of the group itself, makes a new version of the launch template: Auto Scaling replaces clients by such that start with it (see
 * `refresh`); servers that run stay as they are, and later ones start with it.
 */
export interface NodeOptions {
  /**
   * The volume of the operating system, encrypted like every other. EC2 starts no node whose volume is smaller than the image's.
   * @default 8 GiB of gp3
   */
  rootVolume?: VolumeOptions | undefined;
  /**
   * ARN of a KMS key for all volumes. Its key policy must let Auto Scaling's service-linked role use it: {@link volumeKeyPolicy}
   * makes such a policy. @default the account's key for EBS
   */
  kmsKeyId?: pulumi.Input<string> | undefined;
  /**
   * CPU credits of the T families: `standard` slows a node down that has used up its credits, `unlimited` bills for more. Only
   * where all instance types are of T families. @default "standard" on those
   */
  cpuCredits?: "standard" | "unlimited" | undefined;
  /**
   * Network hops of the metadata service's answers. With 1, no task reaches the service, whatever its driver: the image drops such
   * packets. With 2, tasks may ask it, and so have the rights of the node's role. IMDSv2 is always required. @default 1
   */
  metadataHopLimit?: 1 | 2 | undefined;
  /** Name of an EC2 key pair for SSH. @default none: SSM Session Manager is the way in */
  keyName?: pulumi.Input<string> | undefined;
  /** Secrets from SSM Parameter Store, written to files at boot. @default [] */
  secrets?: NodeSecret[] | undefined;
  /** ARNs of further managed policies for the nodes' role, by names of your own. @default {} */
  policies?: Record<string, pulumi.Input<string>> | undefined;
  /** Further statements for the inline policy of the nodes' role. @default [] */
  policyStatements?: PolicyStatement[] | undefined;
  /** IDs of further security groups; AWS allows 5 an interface together with those of the node's role. @default [] */
  securityGroupIds?: pulumi.Input<string>[] | undefined;
  /** Tags of everything taggable. @default {} */
  tags?: Tags | undefined;
  /** Further tags of instances and their network interfaces. Keys without spaces and slashes, as nodes read them from the metadata service. @default {} */
  instanceTags?: Tags | undefined;
  /** Further tags of volumes. @default {} */
  volumeTags?: Tags | undefined;
  /** Arguments of the resources, merged over those that the component makes. */
  transform?: NodeTransform | undefined;
}

/** Arguments merged, property by property, over those that {@link NodeGroup} makes. */
export interface NodeTransform {
  /** Its `tagSpecifications` hold the tags by which agents find each other: carry them over when you replace it. */
  launchTemplate?: Partial<aws.ec2.LaunchTemplateArgs> | undefined;
  autoScalingGroup?: Partial<aws.autoscaling.GroupArgs> | undefined;
  role?: Partial<aws.iam.RoleArgs> | undefined;
  rolePolicy?: Partial<aws.iam.RolePolicyArgs> | undefined;
  instanceProfile?: Partial<aws.iam.InstanceProfileArgs> | undefined;
}

/** Arguments of {@link NodeGroup}. */
export interface NodeGroupArgs extends NodeOptions, Mountable, LifecycleOptions, HealthOptions {
  /** Name of the cluster: the tag `cos-cluster` of every node. */
  clusterName: string;
  /** What the nodes are: the tag `cos-role`, and the agents that they run. Groups of servers have a fixed size. */
  role: NodeRole;
  /** Name of the client pool: the tag `cos-pool`. @default none */
  pool?: string | undefined;
  /** What the nodes boot from. A change replaces them. */
  image: ImageRef;
  /** Instance types, one architecture. More than one make a mixed-instances group, the first preferred. */
  instanceTypes: string[];
  /** Spot instances. @default none */
  spot?: SpotOptions | undefined;
  /** IDs of the subnets that nodes start in. */
  subnetIds: pulumi.Input<string>[];
  /** IDs of the security groups that make the nodes what they are in the port graph. */
  roleSecurityGroupIds: pulumi.Input<string>[];
  /** Least number of nodes. */
  minSize: number;
  /** Largest number of nodes; servers: the same as `minSize`. */
  maxSize: number;
  /** Number of nodes, which every update restores. @default `minSize` at first, then left to whoever scales the group */
  desiredSize?: number | undefined;
  /** Name of the SSM parameter that exists once the cluster has formed, on servers: see `ClusterRecord`. @default none */
  formedParameter?: pulumi.Input<string> | undefined;
  /** Statements that the nodes' policy needs besides those of all nodes, before the user's own. @default [] */
  roleStatements?: PolicyStatement[] | undefined;
  /** How clients whose launch template has changed are replaced; `false`: only new nodes get it. @default as RefreshOptions has it */
  refresh?: RefreshOptions | false | undefined;
  /** Configuration files of the agents, JSON, by absolute path: `/etc/consul.d/cos.json`, `/etc/nomad.d/cos.json`. No secrets. */
  files: Record<string, pulumi.Input<object>>;
  /** Directories of nodes to make where missing, once all is mounted: paths of host volumes. @default [] */
  directories?: string[] | undefined;
  /** Tags of instances by which agents find each other. @default {} */
  joinTags?: Tags | undefined;
}
