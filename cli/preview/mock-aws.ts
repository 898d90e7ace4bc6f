import { tlsOutputs } from "./mock-certificates";
import type { MockFunctions, MockOutputs } from "./mock-engine";

const region = "eu-central-1";
const account = "123456789012";

interface VpcInputs {
  natGateways?: { strategy: string };
  availabilityZoneNames?: string[];
  numberOfAvailabilityZones?: number;
  subnetSpecs: { type: string; name: string; cidrBlocks: string[] }[];
}

interface Filter {
  name: string;
  values: string[];
}

/** What AWS resources have besides their inputs, as far as the components read it. */
export const awsOutputs: MockOutputs = {
  "awsx:ec2:Vpc": (inputs, name) => vpcOutputs(inputs as VpcInputs, name),
  "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 1 },
  "aws:iam/role:Role": (_inputs, name) => ({ name, arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:iam/instanceProfile:InstanceProfile": (_inputs, name) => ({
    name,
    arn: `arn:aws:iam::${account}:instance-profile/${name}`,
  }),
  "aws:autoscaling/group:Group": (_inputs, name) => ({ name, arn: `arn:aws:autoscaling:${region}:${account}:${name}` }),
  "aws:lb/loadBalancer:LoadBalancer": (_inputs, name) => ({
    name,
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/${name}`,
    dnsName: `${name}.elb.${region}.amazonaws.com`,
    zoneId: "Z0000000000001",
  }),
  "aws:lb/listener:Listener": (_inputs, name) => ({
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:listener/${name}`,
  }),
  "aws:lb/targetGroup:TargetGroup": (_inputs, name) => ({
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}`,
  }),
  "aws:efs/fileSystem:FileSystem": (_inputs, name) => ({
    arn: `arn:aws:elasticfilesystem:${region}:${account}:file-system/${name}`,
    dnsName: `${name}.efs.${region}.amazonaws.com`,
  }),
  "aws:ecr/repository:Repository": (_inputs, name) => ({
    arn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
    repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
  }),
  "aws:ec2/instance:Instance": { publicIp: "192.0.2.22" },
  "aws:ssm/parameter:Parameter": { version: 1 },
  "aws:kms/key:Key": (_inputs, name) => ({ arn: `arn:aws:kms:${region}:${account}:key/${name}` }),
  "command:local:Command": { stdout: "" },
  ...tlsOutputs,
  "random:index/randomPassword:RandomPassword": (_inputs, name) => ({ result: `password of ${name}` }),
};

/** Functions of the AWS provider, as far as the components call them. */
export const awsFunctions: MockFunctions = {
  "aws:index/getRegion:getRegion": () => ({ id: region, name: region, region }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws", dnsSuffix: "amazonaws.com", id: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: account, arn: `arn:aws:iam::${account}:root` }),
  "aws:ec2/getAmiIds:getAmiIds": ({ filters }) => {
    const { values = [] } = (filters as Filter[]).find(({ name }) => name === "architecture") ?? {};
    return { ids: [values.includes("x86_64") ? "ami-0123456789abcdef1" : "ami-0123456789abcdef0"], id: "ids" };
  },
  "aws:ec2/getInstances:getInstances": () => ({ ids: [], id: region }),
  "aws:ssm/getParameter:getParameter": ({ name }) => ({ id: name, name, insecureValue: "ami-0fedcba9876543210" }),
};

/** What awsx makes of explicit CIDR blocks: the subnets zone by zone, public ones first, and a route table for each. */
function vpcOutputs(inputs: VpcInputs, name: string) {
  const count = inputs.numberOfAvailabilityZones ?? 3;
  const zones = inputs.availabilityZoneNames ?? ["a", "b", "c", "d", "e", "f"].slice(0, count).map((z) => region + z);
  const specs = [...inputs.subnetSpecs].sort((a, b) => Number(b.type === "Public") - Number(a.type === "Public"));
  const subnets = zones.flatMap((availabilityZone, i) =>
    specs.map((spec) => ({
      id: `${name}-${spec.name}-${i + 1}-subnet`,
      availabilityZone,
      cidrBlock: spec.cidrBlocks[i],
      tags: { Name: `${name}-${spec.name}-${i + 1}` },
    })),
  );
  const natGateways = { Single: 1, None: 0 }[inputs.natGateways?.strategy ?? ""] ?? zones.length;
  return {
    vpcId: `${name}-id`,
    vpc: { id: `${name}-id` },
    subnets,
    routeTables: subnets.map(({ id, tags }) => ({ id: `${id}-routes`, tags })),
    routeTableAssociations: subnets.map(({ id }) => ({ subnetId: id, routeTableId: `${id}-routes` })),
    natGateways: zones.slice(0, natGateways).map((zone) => ({ id: `${name}-nat-${zone}`, publicIp: "192.0.2.1" })),
    eips: [],
  };
}
