import type * as pulumi from "@pulumi/pulumi";
import { mapValues } from "../map-values";
import type { Cos } from ".";

/** All that is to know of a cluster from outside: what the stack exports as `cluster`, and `npx pulumi-cos` reads. */
export function clusterOutputs(cos: Cos) {
  const { consul, nomad, apiAccess, uiAccess, bastion, registry, fileSystem } = cos;
  return {
    name: cos.clusterName,
    region: cos.region,
    vpcId: cos.vpcId,
    // Of a network that the stack has made.
    cidrBlock: cos.network?.cidrBlock,
    natAddresses: cos.network?.natAddresses,
    subnetIds: cos.subnetIds,
    consul: {
      address: apiAccess.consulAddress,
      datacenter: consul.datacenter,
      servers: consul.servers,
      joinTag: consul.joinTag,
      autoScalingGroupName: consul.autoScalingGroupName,
      securityGroupId: consul.securityGroupId,
      roleArn: consul.roleArn,
      roleName: consul.roleName,
      launchTemplateId: consul.launchTemplateId,
    },
    nomad: {
      address: apiAccess.nomadAddress,
      region: nomad.region,
      servers: nomad.servers,
      joinTag: nomad.joinTag,
      autoScalingGroupName: nomad.autoScalingGroupName,
      serverSecurityGroupId: nomad.serverSecurityGroupId,
      clientSecurityGroupId: nomad.clientSecurityGroupId,
      serviceSecurityGroupId: nomad.serviceSecurityGroupId,
      roleArn: nomad.roleArn,
      roleName: nomad.roleName,
      launchTemplateId: nomad.launchTemplateId,
      pools: mapValues(nomad.pools, (pool) => ({
        datacenter: pool.datacenter,
        nodePool: pool.nodePool,
        minSize: pool.minSize,
        maxSize: pool.maxSize,
        autoScalingGroupName: pool.autoScalingGroupName,
        securityGroupId: pool.securityGroupId,
        roleArn: pool.roleArn,
        roleName: pool.roleName,
        launchTemplateId: pool.launchTemplateId,
      })),
    },
    ingresses: mapValues(cos.ingresses, (ingress) => ({
      url: ingress.url,
      dnsName: ingress.dnsName,
      zoneId: ingress.zoneId,
      loadBalancerArn: ingress.loadBalancerArn,
      loadBalancerName: ingress.loadBalancerName,
      targetGroupArn: ingress.targetGroupArn,
      listenerArns: ingress.listenerArns,
      securityGroupId: ingress.securityGroupId,
    })),
    apiAccess: {
      dnsName: apiAccess.dnsName,
      zoneId: apiAccess.zoneId,
      loadBalancerArn: apiAccess.loadBalancerArn,
      loadBalancerName: apiAccess.loadBalancerName,
      securityGroupId: apiAccess.securityGroupId,
    },
    uiAccess: uiAccess && {
      urls: uiAccess.urls,
      dnsName: uiAccess.dnsName,
      zoneId: uiAccess.zoneId,
      loadBalancerArn: uiAccess.loadBalancerArn,
      loadBalancerName: uiAccess.loadBalancerName,
      targetGroupArns: uiAccess.targetGroupArns,
      listenerArns: uiAccess.listenerArns,
    },
    bastion: bastion && {
      publicIp: bastion.publicIp,
      keyName: bastion.keyName,
      loginCommand: bastion.loginCommand,
    },
    registry: registry && { urls: registry.urls },
    fileSystem: fileSystem && { id: fileSystem.id, dnsName: fileSystem.dnsName },
    outdatedNodes: cos.outdatedNodes,
    loginCommand: cos.loginCommand,
  };
}

/** What {@link Cos.outputs} is once everything is known. */
export type ClusterOutputs = pulumi.Unwrap<ReturnType<typeof clusterOutputs>>;
