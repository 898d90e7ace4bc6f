import { type Plain, isMap } from "../value";
import type { Account, Entry } from "./account";
import { mapsOf } from "./behaviour/behaviour";

interface Rule {
  /** What AWS answers. */
  error: string;
  /** What may hold on to it: tokens, and the properties that name it. */
  by: Readonly<Record<string, readonly string[]>>;
}

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** What AWS does not delete while something else uses it. */
const RULES: Readonly<Record<string, Rule>> = {
  "aws:ec2/securityGroup:SecurityGroup": {
    error: "DependencyViolation",
    by: {
      [INGRESS]: ["referencedSecurityGroupId"],
      [EGRESS]: ["referencedSecurityGroupId"],
      "aws:ec2/launchTemplate:LaunchTemplate": ["vpcSecurityGroupIds", "networkInterfaces"],
      "aws:ec2/vpcEndpoint:VpcEndpoint": ["securityGroupIds"],
      "aws:efs/mountTarget:MountTarget": ["securityGroups"],
      "aws:lb/loadBalancer:LoadBalancer": ["securityGroups"],
    },
  },
  "aws:ec2/subnet:Subnet": {
    error: "DependencyViolation",
    by: {
      "aws:autoscaling/group:Group": ["vpcZoneIdentifiers"],
      "aws:ec2/natGateway:NatGateway": ["subnetId"],
      "aws:ec2/vpcEndpoint:VpcEndpoint": ["subnetIds"],
      "aws:efs/mountTarget:MountTarget": ["subnetId"],
      "aws:lb/loadBalancer:LoadBalancer": ["subnets", "subnetMappings"],
    },
  },
  "aws:ec2/vpc:Vpc": {
    error: "DependencyViolation",
    by: {
      "aws:ec2/internetGateway:InternetGateway": ["vpcId"],
      "aws:ec2/routeTable:RouteTable": ["vpcId"],
      "aws:ec2/securityGroup:SecurityGroup": ["vpcId"],
      "aws:ec2/subnet:Subnet": ["vpcId"],
      "aws:ec2/vpcEndpoint:VpcEndpoint": ["vpcId"],
    },
  },
  "aws:ec2/eip:Eip": { error: "InvalidIPAddress.InUse", by: { "aws:ec2/natGateway:NatGateway": ["allocationId"] } },
  "aws:lb/targetGroup:TargetGroup": {
    error: "ResourceInUse",
    by: { "aws:lb/listener:Listener": ["defaultActions"], "aws:lb/listenerRule:ListenerRule": ["actions"] },
  },
  "aws:acm/certificate:Certificate": {
    error: "ResourceInUseException",
    by: {
      "aws:lb/listener:Listener": ["certificateArn"],
      "aws:lb/listenerCertificate:ListenerCertificate": ["certificateArn"],
    },
  },
  "aws:iam/role:Role": {
    error: "DeleteConflict",
    by: {
      "aws:iam/instanceProfile:InstanceProfile": ["role"],
      "aws:iam/rolePolicy:RolePolicy": ["role"],
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["role"],
    },
  },
  "aws:iam/policy:Policy": {
    error: "DeleteConflict",
    by: { "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn"] },
  },
  "aws:efs/fileSystem:FileSystem": {
    error: "FileSystemInUse",
    by: { "aws:efs/mountTarget:MountTarget": ["fileSystemId"] },
  },
};

/**
 * Refuses, as AWS does, the deletion of what something else in the account uses.
 *
 * @throws Error naming what uses it
 */
export function refuseInUse(account: Account, type: string, id: string): void {
  const rule = RULES[type];
  if (!rule) return;
  for (const [other, properties] of Object.entries(rule.by)) {
    const user = account.all(other).find((entry) => properties.some((property) => names(entry.values[property], id)));
    if (user) throw inUse(rule, id, user);
  }
  if (type !== "aws:ec2/securityGroup:SecurityGroup") return;
  // Instances keep the groups of their launch, whatever their template says now.
  const group = account
    .all("aws:autoscaling/group:Group")
    .find(({ kept }) => mapsOf(kept["instances"]).some(({ securityGroupIds }) => names(securityGroupIds, id)));
  if (group) throw inUse(rule, id, group);
}

function inUse({ error }: Rule, id: string, user: Entry): Error {
  return new Error(`${error}: resource ${id} has a dependent object: ${user.type.split(":").at(-1) ?? ""} ${user.id}`);
}

function names(value: Plain | undefined, id: string): boolean {
  if (Array.isArray(value)) return value.some((item) => names(item, id));
  return isMap(value) ? Object.values(value).some((item) => names(item, id)) : value === id;
}
