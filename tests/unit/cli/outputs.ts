import type { ClusterOutputs, StackOutputs } from "../../../cli/outputs";

const group = (name: string) => ({
  autoScalingGroupName: `cos-${name}-asg`,
  securityGroupId: `sg-${name}`,
  roleArn: `arn:aws:iam::123456789012:role/cos-${name}`,
  roleName: `cos-${name}`,
  launchTemplateId: `lt-${name}`,
});

const pool = (name: string) => ({
  ...group(name),
  datacenter: name,
  nodePool: name,
  minSize: 2,
  maxSize: 4,
});

/** The outputs of the cluster of the stack dev. */
export function clusterOutputs(changes: Partial<ClusterOutputs> = {}): ClusterOutputs {
  return {
    name: "cos-dev",
    region: "eu-central-1",
    vpcId: "vpc-1",
    cidrBlock: "10.128.0.0/16",
    natAddresses: ["192.0.2.1"],
    subnetIds: {},
    consul: {
      ...group("consul"),
      address: "http://api.example:8500",
      datacenter: "eu-central-1",
      servers: 3,
      joinTag: { key: "cos-consul", value: "cos-dev" },
    },
    nomad: {
      autoScalingGroupName: "cos-nomad-asg",
      roleArn: "arn:aws:iam::123456789012:role/cos-nomad",
      roleName: "cos-nomad",
      launchTemplateId: "lt-nomad",
      address: "http://api.example:4646",
      region: "eu-central-1",
      servers: 3,
      joinTag: { key: "cos-nomad", value: "cos-dev" },
      serverSecurityGroupId: "sg-nomad",
      clientSecurityGroupId: "sg-client",
      serviceSecurityGroupId: "sg-service",
      pools: { "public-services": pool("public-services"), "private-services": pool("private-services") },
    },
    ingresses: {
      public: {
        url: "http://ingress.example",
        dnsName: "ingress.example",
        zoneId: "Z1",
        loadBalancerArn: "arn:alb",
        loadBalancerName: "alb",
        targetGroupArn: "arn:tg",
        listenerArns: { http: "arn:http", https: undefined },
        securityGroupId: "sg-alb",
      },
    },
    apiAccess: {
      dnsName: "api.example",
      zoneId: "Z2",
      loadBalancerArn: "arn:nlb",
      loadBalancerName: "nlb",
      securityGroupId: "sg-nlb",
    },
    uiAccess: undefined,
    bastion: undefined,
    registry: undefined,
    fileSystem: undefined,
    outdatedNodes: 0,
    loginCommand: "aws ssm start-session --target i-1",
    ...changes,
  };
}

/** The outputs of a stack with that cluster, at addresses of choice. */
export function stackOutputs(changes: Partial<StackOutputs> = {}): StackOutputs {
  return {
    consulAddress: "http://api.example:8500",
    nomadAddress: "http://api.example:4646",
    cluster: clusterOutputs(),
    ...changes,
  };
}
