/** Outputs of the stack that the commands read, as index.ts of this repository exports them. */
export interface StackOutputs {
  /** URL of the Consul API. */
  consulAddress: string;
  /** URL of the Nomad API. */
  nomadAddress: string;
  /** IDs of the jobs, by the names of their resources. */
  jobIds?: Record<string, string>;
  /** The cluster on AWS; none where the stack only uses a cluster that is there already. */
  cluster?: ClusterOutputs;
}

/** A tag by which the servers find each other. */
export interface JoinTag {
  key: string;
  value: string;
}

export interface PoolOutputs {
  datacenter: string;
  nodePool: string;
  minSize: number;
  maxSize: number;
  autoScalingGroupName: string;
  securityGroupId: string;
  roleArn: string;
  launchTemplateId: string;
}

export interface IngressOutputs {
  url: string;
  dnsName: string;
  zoneId: string;
  loadBalancerArn: string;
  loadBalancerName: string;
  targetGroupArn: string;
  listenerArns: { http?: string; https?: string };
  securityGroupId: string;
}

/** The cluster on AWS. */
export interface ClusterOutputs {
  /** Value of the tag `cos-cluster` of every instance. */
  name: string;
  /** AWS region. */
  region: string;
  vpcId: string;
  /** By tier. */
  subnetIds: Record<string, string[]>;
  consul: {
    address: string;
    datacenter: string;
    servers: number;
    joinTag: JoinTag;
    autoScalingGroupName: string;
    securityGroupId: string;
    roleArn: string;
  };
  nomad: {
    address: string;
    /** Nomad region. */
    region: string;
    servers: number;
    joinTag: JoinTag;
    autoScalingGroupName: string;
    serverSecurityGroupId: string;
    clientSecurityGroupId: string;
    roleArn: string;
    /** By name of the client pool. */
    pools: Record<string, PoolOutputs>;
  };
  /** By name of the ingress. */
  ingresses: Record<string, IngressOutputs>;
  apiAccess: { dnsName: string; zoneId: string; loadBalancerArn: string; loadBalancerName: string };
  uiAccess?: {
    urls: { consul: string; nomad: string; fabio?: string };
    dnsName: string;
    zoneId: string;
    loadBalancerArn: string;
    targetGroupArns: Record<string, string>;
    listenerArns: Record<string, string>;
  };
  bastion?: { publicIp: string; keyName?: string; loginCommand: string };
  registry?: { urls: Record<string, string> };
  fileSystem?: { id: string; dnsName: string };
  /** Nodes that run an old launch template. */
  outdatedNodes: number;
  /** A command line that logs into a node. */
  loginCommand: string;
}
