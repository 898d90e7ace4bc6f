import type * as pulumi from "@pulumi/pulumi";
import type {
  DataVolume,
  FileSystemMount,
  ImageRef,
  InstanceStorage,
  LifecycleOptions,
  Mountable,
  NodeOptions,
  RefreshOptions,
  SpotOptions,
} from "../node/args";
import type { TaskDriver } from "../nomad-cluster/client-config";
import type { NomadClusterRef } from "../nomad-cluster/ref";
import type { BucketAccess } from "./policy";

export type { BucketAccess } from "./policy";
export { clientPoolErrors } from "./checks";

/** A directory of the nodes that jobs may mount. */
export interface HostVolume {
  /** Name by which jobs ask for it (`volume { type = "host", source = NAME }`). */
  name: string;
  /** Directory, absolute; made where it is missing, once all is mounted. */
  path: string;
  /** @default false */
  readOnly?: boolean | undefined;
}

/** A host volume on all of what is mounted. */
export interface WithHostVolume {
  /** Name of a host volume for jobs, at the mount point. @default none */
  hostVolume?: string | undefined;
}

/** Arguments of {@link ClientPool}. */
export interface ClientPoolArgs extends NodeOptions, Mountable, LifecycleOptions {
  /** ID of the VPC. A change replaces the pool's security group. */
  vpcId: pulumi.Input<string>;
  /** IDs of the subnets that nodes start in. */
  subnetIds: pulumi.Input<string>[];
  /** The machine image that nodes boot from. Running nodes keep theirs. */
  image: ImageRef;
  /** The Nomad cluster that the pool belongs to. Plain values of one made elsewhere will do. */
  cluster: NomadClusterRef;
  /** Name of the cluster: the tag `cos-cluster` of the nodes. @default the value of the cluster's join tag */
  clusterName?: string | undefined;
  /** Name of the pool: the tag `cos-pool` of the nodes. @default the name of the component */
  poolName?: string | undefined;
  /** Nomad datacenter of the nodes. @default `poolName` */
  datacenter?: string | undefined;
  /** Nomad node pool of the nodes; it need not be there before. @default "default", where jobs go that name none */
  nodePool?: string | undefined;
  /** Class of the nodes, by which jobs may choose them (`${node.class}`). @default `poolName` */
  nodeClass?: string | undefined;
  /** Metadata of the nodes, by which jobs may choose them (`${meta.KEY}`). @default {} */
  meta?: Record<string, string> | undefined;
  /** Least number of nodes. @default 1 */
  minSize?: number | undefined;
  /** Largest number of nodes. @default `minSize`, or `desiredSize` */
  maxSize?: number | undefined;
  /** Number of nodes, which every update restores. @default `minSize` at first, then left to whoever scales the pool */
  desiredSize?: number | undefined;
  /** Instance types, of the image's architecture. Several make a mixed-instances group, the first preferred. */
  instanceTypes: string[];
  /** Spot instances. @default none */
  spot?: SpotOptions | undefined;
  /** EBS volumes besides the root's, one each for each node. @default [] */
  dataVolumes?: (DataVolume & WithHostVolume)[] | undefined;
  /** Use of the instances' own disks; every instance type must have them. @default none: they stay unused */
  instanceStorage?: (InstanceStorage & WithHostVolume) | undefined;
  /** EFS file systems that nodes mount. @default [] */
  fileSystems?: (FileSystemMount & WithHostVolume)[] | undefined;
  /** Further host volumes. @default [] */
  hostVolumes?: HostVolume[] | undefined;
  /**
   * Rights to pull images from ECR, with the credentials that Docker needs for it: `true` for all repositories of this account
   * and region, or ARNs of repositories. @default none
   */
  ecrPull?: boolean | pulumi.Input<string>[] | undefined;
  /** Rights to objects of S3 buckets. Tasks with a network of their own reach them with `metadataHopLimit: 2`. @default [] */
  buckets?: BucketAccess[] | undefined;
  /** The only task drivers that run. `raw_exec` isolates nothing and runs only where it is named. @default ["docker", "exec"] */
  drivers?: TaskDriver[] | undefined;
  /** Whether tasks may call tasks on other nodes of pools that have this too. @default true */
  serviceToService?: boolean | undefined;
  /** Whether tasks may call the APIs of all Nomad agents: Prometheus for their metrics, the Nomad Autoscaler. @default false */
  metrics?: boolean | undefined;
  /** Memory that is kept from tasks, for the system and the agents, in MiB. @default 256 */
  reservedMemoryMiB?: number | undefined;
  /**
   * How nodes are replaced that run another launch template than the pool's present one, of which almost any change makes a new
   * version. `false`: only new nodes get it. @default one node more at a time, and back where a new one does not come
   */
  refresh?: RefreshOptions | false | undefined;
}
